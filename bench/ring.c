/* What a ring of many keys costs beside one key, in time and in memory, on a megapixel that none of
 * them marked: one thread.
 *
 * usage: ring PICTURE [KEYS [WHOLE]]
 *
 * The pixels are the picture's luma, mirrored over and over where it is smaller than 1024 x 1024.
 * KEYS (1,000) keys are held against one: by the fast search, and WHOLE (1,000) of them by the
 * whole one. Times are this thread's own on a processor, of one key the median of ROUNDS; memory is
 * the most that the process ever held. Exits with 1 when a target is missed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/mem.h"
#include "detect/image.h"
#include "mark/scheme.h"
#include "measure.h"

enum { SIDE = 1024, ROUNDS = 5, KEYS = 1000, KEYS_MAX = 100000 };

static const double MOST_FAST = 60, MOST_WHOLE = 150; /* times one key, for 1,000 */
static const double MOST_GROWTH = 50;                 /* MB */

typedef struct job {
    cm_plane picture;
    uint8_t (*bytes)[CM_KEY_BYTES];
    const uint8_t **keys;
} job;

static void load(job *j, const char *path) {
    cm_buf file = bench_load(path);
    cm_plane luma = bench_luma(cm_buf_bytes(&file), path);
    j->picture = cm_plane_new(SIDE, SIDE);
    if (j->picture.data == NULL)
        bench_die(path, "out of memory");
    for (uint32_t y = 0; y < SIDE; y++) {
        const float *from = cm_plane_row(&luma, (int)bench_mirrored(y, (uint32_t)luma.h));
        float *to = cm_plane_row(&j->picture, (int)y);
        for (uint32_t x = 0; x < SIDE; x++)
            to[x] = from[bench_mirrored(x, (uint32_t)luma.w)];
    }
    cm_plane_free(&luma);
    cm_buf_free(&file);
}

static void make_keys(job *j, size_t n) {
    uint64_t state = 1;
    j->bytes = cm_calloc(n, sizeof *j->bytes);
    j->keys = cm_calloc(n, sizeof *j->keys);
    if (j->bytes == NULL || j->keys == NULL)
        bench_die("keys", "out of memory");
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < CM_KEY_BYTES; k++)
            j->bytes[i][k] = (uint8_t)bench_random(&state);
        j->keys[i] = j->bytes[i];
    }
}

static double detect(const job *j, size_t keys, bool fast) {
    cm_detect_options options = {.fast = fast};
    cm_detection d;
    cm_error err;
    double start = bench_cpu();
    bench_must(cm_detect_image(&j->picture, j->keys, keys, &options, &d, &err), "detection", &err);
    double taken = bench_cpu() - start;
    if (d.log10_p <= CM_MARK_LOG10_P)
        bench_die("detection", "a mark where there is none");
    cm_detection_free(&d);
    return taken;
}

static double one_key(const job *j, bool fast) {
    double taken[ROUNDS];
    for (int i = 0; i < ROUNDS; i++)
        taken[i] = detect(j, 1, fast);
    return bench_median(taken, ROUNDS);
}

/* MB that the process held at most. */
static double peak(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024;
}

static bool holds(const char *what, double value, double most) {
    printf("%s  %s: %.0f, at most %.0f\n", value <= most ? "ok  " : "MISS", what, value, most);
    return value <= most;
}

static bool compare(const job *j, size_t keys, bool fast, double most) {
    char what[80];
    double one = one_key(j, fast), all = detect(j, keys, fast);
    const char *name = fast ? "fast search" : "whole search";
    printf("  %-12s one key %9.1f ms, %zu keys %9.1f ms: %.2f ms for each further key\n", name,
           1000 * one, keys, 1000 * all, 1000 * (all - one) / (double)(keys > 1 ? keys - 1 : 1));
    snprintf(what, sizeof what, "%zu keys in units of one key, %s", keys, name);
    return holds(what, all / one, most * (double)keys / KEYS);
}

static size_t number(const char *text) {
    size_t n = strtoul(text, NULL, 10);
    if (n < 1 || n > KEYS_MAX)
        bench_die("usage", "KEYS and WHOLE are 1 to 100000");
    return n;
}

int main(int argc, char **argv) {
    job j;
    if (argc < 2)
        bench_die("usage", "ring PICTURE [KEYS [WHOLE]]");
    size_t keys = argc > 2 ? number(argv[2]) : KEYS, whole = argc > 3 ? number(argv[3]) : keys;
    load(&j, argv[1]);
    make_keys(&j, keys > whole ? keys : whole);
    printf("A ring of keys on %d x %d pixels of %s, one thread\n", SIDE, SIDE, argv[1]);
    (void)detect(&j, 1, false);
    double before = peak();
    bool good = compare(&j, keys, true, MOST_FAST);
    good = compare(&j, whole, false, MOST_WHOLE) && good;
    good = holds("MB of memory beyond one key's", peak() - before, MOST_GROWTH) && good;
    cm_plane_free(&j.picture);
    free(j.bytes);
    free(j.keys);
    return good ? 0 : 1;
}
