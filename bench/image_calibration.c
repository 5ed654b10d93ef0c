/* What the detector says of pictures that carry no mark of the keys it is given: the p-values, over
 * pictures of many kinds and sizes and over random keys, against the share of trials that may fall
 * below each level.
 *
 * usage: image_calibration LIST TABLE [TRIALS [SEARCHES [SEED [RING]]]]
 *
 * A line of LIST is the kind of a picture, a tab, and its path. TRIALS (1000000) fast detections
 * and SEARCHES (10000) whole searches are made, each under a key of its own, evenly over the
 * pictures; all processors share them. RING (1) keys are looked for at once, as somebody who has
 * so many would: each is a trial, and its p-value is not yet corrected for the others. The tables
 * are printed, and one by kind and size is written
 * to TABLE. Exits with 1 when a level is passed more often than chance allows, or a p-value is
 * below 1e-7. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/tails.h"
#include "calibration_table.h"
#include "detect/image.h"
#include "detect/trial.h"
#include "dsp/resize.h"
#include "mark/key.h"
#include "measure.h"

/* PICTURES_MAX numbers fit in a pipe at once. */
enum { PICTURES_MAX = 4096, LINE_LENGTH = 4096, TOLD_EVERY = 16, RING_MAX = 1000 };

typedef struct plan {
    calibration_set set;
    calibration_picture picture[PICTURES_MAX];
    char *path[PICTURES_MAX];
    uint32_t pictures;
    uint64_t trials, searches, seed, ring;
} plan;

/* What the detector's trials held when it let go of them, key by key: of the picture, then, in the
 * whole search, of the picture seen smaller. */
static struct {
    calibration_trial trial[RING_MAX];
    bool whole;
    size_t keys, count;
} seen;

/* A p-value is cut at 1 after it was corrected. Of one that is far smaller nothing is cut, and the
 * correction is the same. */
static calibration_trial look(cm_trial t) {
    const double far = 1e4;
    calibration_trial r = {.lattices = (uint32_t)t.lattices};
    t.pilot_ln_p -= far;
    t.reading.ln_p -= far;
    r.message = (float)(t.read ? (cm_trial_message_ln_p(&t) + far) / CM_LN10 : HUGE_VAL);
    t.read = false;
    r.pilots = (float)((cm_trial_ln_p(&t) + far) / CM_LN10);
    return r;
}

/* The linker puts this in the place of the detector's cm_trial_free(), which is where a trial is
 * over (Makefile). So the detector is the one that everybody uses, whatever it tries. */
void __real_cm_trial_free(cm_trial *t);
void __wrap_cm_trial_free(cm_trial *t);
void __wrap_cm_trial_free(cm_trial *t) {
    calibration_trial r = look(*t), *key = &seen.trial[seen.count % seen.keys];
    size_t round = seen.count / seen.keys;
    float share = round == 0 ? 0 : (float)log10(CM_SMALLER_SHARE);
    if (round == 0)
        *key = (calibration_trial){.pilots = HUGE_VALF, .message = HUGE_VALF};
    if (round == 0 || (seen.whole && round == 1)) {
        key->pilots = fminf(key->pilots, r.pilots + share);
        key->message = fminf(key->message, r.message + share);
    } /* what comes then are parts, looked at where there is a trace of a mark */
    key->lattices += r.lattices;
    seen.count++;
    __real_cm_trial_free(t);
}

static int kind_of(calibration_set *set, const char *name) {
    for (int i = 0; i < set->kinds; i++)
        if (strcmp(set->kind[i], name) == 0)
            return i;
    if (set->kinds == CALIBRATION_KINDS || strlen(name) >= CALIBRATION_KIND_LENGTH)
        bench_die(name, "too many kinds, or too long a name of one");
    memcpy(set->kind[set->kinds], name, strlen(name) + 1);
    return set->kinds++;
}

static void read_list(const char *list, plan *p) {
    static char line[LINE_LENGTH];
    FILE *f = fopen(list, "r");
    if (f == NULL)
        bench_die(list, "can't be read: run bench/unmarked.py first");
    while (fgets(line, sizeof line, f) != NULL && p->pictures < PICTURES_MAX) {
        line[strcspn(line, "\n")] = '\0';
        char *tab = strchr(line, '\t');
        if (tab == NULL)
            bench_die(list, "a line isn't kind, tab, path");
        *tab = '\0';
        p->picture[p->pictures].kind = kind_of(&p->set, line);
        p->path[p->pictures] = strdup(tab + 1);
        if (p->path[p->pictures++] == NULL)
            bench_die(list, "out of memory");
    }
    fclose(f);
    if (p->pictures == 0)
        bench_die(list, "names no picture");
}

/* A key as good as random, and the same in every run with this seed. */
static void key_of_trial(const plan *p, bool whole, uint64_t trial, uint8_t *key) {
    uint8_t root[CM_KEY_BYTES] = {0};
    char purpose[96];
    cm_error err;
    snprintf(purpose, sizeof purpose, "bench seed %" PRIu64 " %s trial %" PRIu64, p->seed,
             whole ? "whole" : "fast", trial);
    bench_must(cm_key_subkey(root, purpose, key, &err), purpose, &err);
}

/* One detection, into seen.trial; what its trials held has to be what it reports. */
static void detect(const cm_canvas *canvas, bool whole, const uint8_t *const *keys, size_t n) {
    cm_detect_options options = {.fast = !whole};
    cm_detection d;
    cm_error err;
    double least = HUGE_VAL, start = bench_cpu();
    uint64_t lattices = 0;
    seen.count = 0;
    seen.keys = n;
    seen.whole = whole;
    bench_must(cm_detect_canvas(canvas, keys, n, &options, &d, &err), "detection", &err);
    double seconds = (bench_cpu() - start) / (double)n;
    for (size_t i = 0; i < n; i++) {
        calibration_trial *t = &seen.trial[i];
        least = fmin(least, fmin((double)t->pilots, (double)t->message));
        lattices += t->lattices;
        t->whole = whole;
        t->seconds = (float)seconds;
    }
    if (seen.count == 0 || lattices != d.tests ||
        fabs(d.log10_p - fmin(0, least + log10((double)n))) > 1e-4)
        bench_die("detection", "its trials were not seen");
    cm_detection_free(&d);
}

/* Each record is far below PIPE_BUF, so those of several workers don't mix. */
static void tell(const calibration_trial *trials, size_t n, uint32_t at, int out) {
    for (size_t i = 0; i < n; i++) {
        calibration_trial t = trials[i];
        t.picture = at;
        if (write(out, &t, sizeof t) != (ssize_t)sizeof t)
            _exit(2);
    }
}

static void try_keys(const plan *p, uint32_t at, const cm_canvas *canvas, bool whole, int out) {
    static uint8_t bytes[RING_MAX][CM_KEY_BYTES];
    const uint8_t *keys[RING_MAX];
    uint64_t all = whole ? p->searches : p->trials;
    uint64_t from = all * at / p->pictures, to = all * (at + 1) / p->pictures;
    for (size_t n; from < to; from += n) {
        n = to - from < p->ring ? (size_t)(to - from) : (size_t)p->ring;
        for (size_t i = 0; i < n; i++) {
            key_of_trial(p, whole, from + i, bytes[i]);
            keys[i] = bytes[i];
        }
        detect(canvas, whole, keys, n);
        tell(seen.trial, n, at, out);
    }
}

static void try_picture(const plan *p, uint32_t at, int out) {
    cm_buf file = bench_load(p->path[at]);
    cm_plane luma = bench_luma(cm_buf_bytes(&file), p->path[at]), small = {0};
    cm_canvas canvas;
    cm_error err;
    int w, h;
    cm_canvas_size(luma.w, luma.h, &w, &h);
    if (w != luma.w || h != luma.h) {
        small = cm_plane_new(w, h);
        if (small.data == NULL)
            bench_die(p->path[at], "out of memory");
        bench_must(cm_resize_area(&luma, &small, &err), p->path[at], &err);
    }
    bench_must(
        cm_canvas_new(small.data != NULL ? &small : &luma, luma.w, luma.h, NULL, &canvas, &err),
        p->path[at], &err);
    if (!canvas.usable)
        bench_die(p->path[at], "is too small or flat to try");
    try_keys(p, at, &canvas, false, out);
    try_keys(p, at, &canvas, true, out);
    cm_canvas_free(&canvas);
    cm_plane_free(&small);
    cm_plane_free(&luma);
    cm_buf_free(&file);
}

/* A process that takes pictures' numbers from one pipe and writes its trials to another. */
static void start_worker(const plan *p, const int *numbers, const int *trials) {
    uint32_t at;
    pid_t child = fork();
    if (child < 0)
        bench_die("fork", "no more processes");
    if (child > 0)
        return;
    close(numbers[1]);
    close(trials[0]);
    while (read(numbers[0], &at, sizeof at) == (ssize_t)sizeof at)
        try_picture(p, at, trials[1]);
    _exit(0);
}

static void start_workers(const plan *p, const int *trials) {
    int numbers[2];
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    if (pipe(numbers) != 0)
        bench_die("pipe", "can't be made");
    for (uint32_t i = 0; i < p->pictures; i++)
        if (write(numbers[1], &i, sizeof i) != (ssize_t)sizeof i)
            bench_die("pipe", "can't be written");
    for (long i = 0; i < (processors > 0 ? processors : 1); i++)
        start_worker(p, numbers, trials);
    close(numbers[0]);
    close(numbers[1]);
}

static int nearest_power_of_two(int n) {
    return 1 << (int)lround(log2(n));
}

static void measure_sides(plan *p) {
    for (uint32_t i = 0; i < p->pictures; i++) {
        cm_buf file = bench_load(p->path[i]);
        cm_plane luma = bench_luma(cm_buf_bytes(&file), p->path[i]);
        p->picture[i].side = nearest_power_of_two(luma.w > luma.h ? luma.w : luma.h);
        cm_plane_free(&luma);
        cm_buf_free(&file);
    }
}

/* All trials, as they come. */
static calibration_trial *run(const plan *p, size_t *done) {
    size_t all = (size_t)(p->trials + p->searches);
    calibration_trial *trials = malloc(all * sizeof *trials);
    int ends[2];
    if (trials == NULL)
        bench_die("trials", "out of memory");
    if (pipe(ends) != 0)
        bench_die("pipe", "can't be made");
    start_workers(p, ends);
    close(ends[1]);
    *done = 0;
    while (*done < all && read(ends[0], &trials[*done], sizeof *trials) == sizeof *trials) {
        ++*done;
        if (isatty(STDERR_FILENO) && (*done % TOLD_EVERY == 0 || *done == all))
            fprintf(stderr, "\rcalibration: %zu of %zu%s", *done, all, *done == all ? "\n" : "");
    }
    close(ends[0]);
    while (wait(NULL) > 0)
        continue;
    if (*done != all)
        bench_die("detection", "a worker failed");
    return trials;
}

static uint64_t number(int argc, char **argv, int place, uint64_t otherwise) {
    return argc > place ? strtoull(argv[place], NULL, 10) : otherwise;
}

int main(int argc, char **argv) {
    static plan p;
    if (argc < 3)
        bench_die("usage", "image_calibration LIST TABLE [TRIALS [SEARCHES [SEED [RING]]]]");
    p.trials = number(argc, argv, 3, 1000000);
    p.searches = number(argc, argv, 4, 10000);
    p.seed = number(argc, argv, 5, 1);
    p.ring = number(argc, argv, 6, 1);
    read_list(argv[1], &p);
    if (p.trials + p.searches == 0 || p.ring == 0 || p.ring > RING_MAX)
        bench_die("usage", "nothing to try");
    measure_sides(&p);
    printf("Pictures without these keys' marks: %" PRIu32 ", seed %" PRIu64 ", rings of %" PRIu64
           "\n",
           p.pictures, p.seed, p.ring);
    fflush(stdout);
    calibration_trial *trials = run(&p, &p.set.trials);
    p.set.picture = p.picture;
    p.set.trial = trials;
    bool good = calibration_show(&p.set, false, argv[2]);
    good = calibration_show(&p.set, true, argv[2]) && good;
    printf("\n%s  p-values conservative at every level, in every row and cell, none below 1e-7\n",
           good ? "ok  " : "MISS");
    free(trials);
    for (uint32_t i = 0; i < p.pictures; i++)
        free(p.path[i]);
    return good ? 0 : 1;
}
