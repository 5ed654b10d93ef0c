/* What the detector says of pictures that carry no mark: the p-values it reports, over pictures and
 * random keys, against the share of trials that may fall below each level.
 *
 * usage: false_positives LIST [TRIALS [FULL [SEED]]]
 *
 * LIST names a picture a line. TRIALS (2000) detections are made, each of the next picture under a
 * fresh key; FULL of them (all) with the whole search, evenly spread, the others with the fast one.
 * Exits with 1 when a level is passed more often than chance allows, or a mark is reported. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/tails.h"
#include "detect/image.h"
#include "mark/key.h"
#include "measure.h"

enum { PICTURES_MAX = 4096, PATH_LENGTH = 4096 };

/* A level is held to be passed too often when chance alone would do so in one of a thousand runs.
 */
#define CHANCE 1e-3

static const double LEVELS[] = {0.5, 0.1, 0.05, 0.01, 0.001};
enum { LEVEL_COUNT = sizeof LEVELS / sizeof LEVELS[0] };

typedef struct plan {
    cm_plane picture[PICTURES_MAX];
    uint64_t pictures;
    uint64_t trials;
    uint64_t full;
    uint64_t seed;
} plan;

/* One detection's outcome, as a worker hands it over. */
typedef struct outcome {
    uint64_t trial;
    double log10_p;
    uint64_t tests;
    double seconds;
} outcome;

typedef struct tally {
    uint64_t trials;
    uint64_t passed[LEVEL_COUNT];
    double least;
    double tests;
    double seconds;
} tally;

static bool is_full(const plan *p, uint64_t trial) {
    return (trial + 1) * p->full / p->trials > trial * p->full / p->trials;
}

static void read_pictures(const char *list, plan *p) {
    static char line[PATH_LENGTH];
    FILE *f = fopen(list, "r");
    if (f == NULL)
        bench_die(list, "can't be read: run bench/pictures.sh first");
    while (fgets(line, sizeof line, f) != NULL && p->pictures < PICTURES_MAX) {
        line[strcspn(line, "\n")] = '\0';
        cm_buf file = bench_load(line);
        p->picture[p->pictures++] = bench_luma(cm_buf_bytes(&file), line);
        cm_buf_free(&file);
    }
    fclose(f);
    if (p->pictures == 0)
        bench_die(list, "names no picture");
}

/* A key as good as random, and the same in every run with this seed. */
static void key_of_trial(uint64_t seed, uint64_t trial, uint8_t *key) {
    uint8_t root[CM_KEY_BYTES] = {0};
    char purpose[64];
    cm_error err;
    snprintf(purpose, sizeof purpose, "bench seed %" PRIu64 " trial %" PRIu64, seed, trial);
    bench_must(cm_key_subkey(root, purpose, key, &err), purpose, &err);
}

static outcome try_one(const plan *p, uint64_t trial) {
    uint8_t key[CM_KEY_BYTES];
    const uint8_t *keys[] = {key};
    cm_detect_options options = {.fast = !is_full(p, trial)};
    cm_detection d;
    cm_error err;
    key_of_trial(p->seed, trial, key);
    double start = bench_now();
    bench_must(cm_detect_image(&p->picture[trial % p->pictures], keys, 1, &options, &d, &err),
               "detection", &err);
    outcome o = {trial, d.log10_p, d.tests, bench_now() - start};
    cm_detection_free(&d);
    return o;
}

/* Starts a process that makes every `workers`-th trial and writes the outcomes to `fd`; each is far
 * below PIPE_BUF, so they don't mix. */
static void start_worker(const plan *p, uint64_t first, uint64_t workers, const int *ends) {
    pid_t child = fork();
    if (child < 0)
        bench_die("fork", "no more processes");
    if (child > 0)
        return;
    close(ends[0]);
    for (uint64_t trial = first; trial < p->trials; trial += workers) {
        outcome o = try_one(p, trial);
        if (write(ends[1], &o, sizeof o) != (ssize_t)sizeof o)
            _exit(2);
    }
    _exit(0);
}

static void count(tally *t, const outcome *o) {
    for (int i = 0; i < LEVEL_COUNT; i++)
        t->passed[i] += o->log10_p <= log10(LEVELS[i]);
    t->least = fmin(t->least, o->log10_p);
    t->tests += (double)o->tests;
    t->seconds += o->seconds;
    t->trials++;
}

/* tallies[0]: the fast search, tallies[1]: the whole one. */
static void run(const plan *p, tally *tallies) {
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    uint64_t workers = processors > 0 ? (uint64_t)processors : 1, done = 0;
    int ends[2];
    outcome o;
    if (pipe(ends) != 0)
        bench_die("pipe", "can't be made");
    for (uint64_t i = 0; i < workers; i++)
        start_worker(p, i, workers, ends);
    close(ends[1]);
    while (read(ends[0], &o, sizeof o) == (ssize_t)sizeof o) {
        count(&tallies[is_full(p, o.trial)], &o);
        done++;
        if (isatty(STDERR_FILENO))
            fprintf(stderr, "\rfalse positives: %" PRIu64 " of %" PRIu64 "%s", done, p->trials,
                    done == p->trials ? "\n" : "");
    }
    close(ends[0]);
    while (wait(NULL) > 0)
        continue;
    if (done != p->trials)
        bench_die("detection", "a worker failed");
}

/* The greatest count at this level that chance explains. */
static uint64_t most_by_chance(uint64_t trials, double level) {
    uint64_t k = (uint64_t)((double)trials * level);
    while (k < trials && cm_log_binomial_tail(k + 1, trials, level) >= log(CHANCE))
        k++;
    return k;
}

static bool show(const char *name, const tally *t) {
    bool good = t->least > CM_MARK_LOG10_P;
    if (t->trials == 0)
        return true;
    printf("%s: %" PRIu64 " trials, %.0f geometries and %.3f s each (mean), least log10 p %.2f\n",
           name, t->trials, t->tests / (double)t->trials, t->seconds / (double)t->trials, t->least);
    printf("  %8s %9s %9s %9s\n", "p <=", "observed", "expected", "at most");
    for (int i = 0; i < LEVEL_COUNT; i++) {
        uint64_t most = most_by_chance(t->trials, LEVELS[i]);
        bool held = t->passed[i] <= most;
        printf("  %8g %9" PRIu64 " %9.1f %9" PRIu64 "%s\n", LEVELS[i], t->passed[i],
               (double)t->trials * LEVELS[i], most, held ? "" : "  MISS");
        good = good && held;
    }
    return good;
}

static uint64_t number(int argc, char **argv, int place, uint64_t otherwise) {
    return argc > place ? strtoull(argv[place], NULL, 10) : otherwise;
}

int main(int argc, char **argv) {
    static plan p;
    tally tallies[2] = {{0}};
    if (argc < 2)
        bench_die("usage", "false_positives LIST [TRIALS [FULL [SEED]]]");
    p.trials = number(argc, argv, 2, 2000);
    p.full = number(argc, argv, 3, p.trials);
    p.seed = number(argc, argv, 4, 1);
    if (p.trials == 0 || p.full > p.trials)
        bench_die("usage", "TRIALS is at least 1, FULL at most TRIALS");
    read_pictures(argv[1], &p);
    printf("Unmarked pictures: %" PRIu64 ", each trial under a key of its own, seed %" PRIu64 "\n",
           p.pictures, p.seed);
    fflush(stdout);
    run(&p, tallies);
    bool good = show("Fast search", &tallies[0]);
    good = show("Whole search", &tallies[1]) && good;
    printf("%s  p-values conservative at every level, none at or below 1e%.0f\n",
           good ? "ok  " : "MISS", CM_MARK_LOG10_P);
    for (uint64_t i = 0; i < p.pictures; i++)
        cm_plane_free(&p.picture[i]);
    return good ? 0 : 1;
}
