/* What is said of other people's marks in pictures that carry none: the p-values, over pictures and
 * parts of them, against the share of trials that may fall below each level.
 *
 * usage: foreign_false_positives LIST [PARTS [SEED]]
 *
 * LIST names a picture a line. Each is judged whole, and PARTS (9) random rectangles of it, which
 * put the same pixels at other places of a payload. Exits with 1 when a level is passed more often
 * than it may be, or a mark is reported. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mt19937.h"
#include "foreign/look.h"
#include "measure.h"
#include "media/media.h"

enum { PATH_LENGTH = 4096, LEAST_SIDE = 256 };

static const double LEVELS[] = {0.1, 0.01, 0.001, 0.0001};
enum { LEVEL_COUNT = sizeof LEVELS / sizeof LEVELS[0] };

typedef struct tally {
    uint64_t trials;
    uint64_t passed[LEVEL_COUNT];
    double least;
    char least_name[PATH_LENGTH];
} tally;

/* All of a picture, three bytes a pixel. */
typedef struct whole {
    uint8_t *rgb;
    size_t w, h;
} whole;

static whole load(const char *path) {
    cm_buf file = bench_load(path);
    cm_picture *picture = NULL;
    cm_error err = {0};
    bench_must(cm_picture_open(cm_buf_bytes(&file), NULL, &picture, &err), path, &err);
    cm_picture_info info = cm_picture_describe(picture);
    whole p = {calloc((size_t)info.width * info.height, 3), info.width, info.height};
    if (p.rgb == NULL)
        bench_die(path, "out of memory");
    bench_must(cm_picture_rgb(picture, CM_ALPHA_IGNORED, p.rgb, &err), path, &err);
    cm_picture_close(picture);
    cm_buf_free(&file);
    return p;
}

static void judge(const char *path, const whole *p, size_t x, size_t y, size_t w, size_t h,
                  tally *t) {
    uint8_t *rgb = calloc(w * h, 3), *planes = calloc(w * h, 3);
    cm_foreign_match best;
    cm_error err = {0};
    if (rgb == NULL || planes == NULL)
        bench_die(path, "out of memory");
    for (size_t row = 0; row < h; row++)
        memcpy(rgb + 3 * row * w, p->rgb + 3 * ((y + row) * p->w + x), 3 * w);
    bench_must(cm_foreign_look(cm_pixels_split(rgb, w, h, planes), &best, &err), path, &err);
    for (int i = 0; i < LEVEL_COUNT; i++)
        t->passed[i] += best.log10_p <= log10(LEVELS[i]);
    if (best.log10_p < t->least) {
        t->least = best.log10_p;
        snprintf(t->least_name, sizeof t->least_name, "%s", path);
    }
    t->trials++;
    free(planes);
    free(rgb);
}

static size_t between(cm_mt *mt, size_t low, size_t high) {
    return low + (size_t)(cm_mt_double(mt) * (double)(high - low + 1));
}

static void judge_picture(const char *path, uint64_t parts, cm_mt *mt, tally *t) {
    whole p = load(path);
    judge(path, &p, 0, 0, p.w, p.h, t);
    for (uint64_t i = 0; i < parts && p.w >= LEAST_SIDE && p.h >= LEAST_SIDE; i++) {
        size_t w = between(mt, LEAST_SIDE, p.w), h = between(mt, LEAST_SIDE, p.h);
        judge(path, &p, between(mt, 0, p.w - w), between(mt, 0, p.h - h), w, h, t);
    }
    free(p.rgb);
}

int main(int argc, char **argv) {
    static char line[PATH_LENGTH];
    tally t = {0};
    cm_mt mt;
    if (argc < 2)
        bench_die("usage", "foreign_false_positives LIST [PARTS [SEED]]");
    uint64_t parts = argc > 2 ? strtoull(argv[2], NULL, 10) : 9;
    cm_mt_seed(&mt, argc > 3 ? strtoull(argv[3], NULL, 10) : 1);
    FILE *list = fopen(argv[1], "r");
    if (list == NULL)
        bench_die(argv[1], "can't be read: run bench/pictures.sh first");
    while (fgets(line, sizeof line, list) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        judge_picture(line, parts, &mt, &t);
    }
    fclose(list);
    bool good = t.trials > 0 && t.least > CM_FOREIGN_LOG10_P;
    printf("Unmarked pictures and parts of them: %" PRIu64 " trials, least log10 p %.2f%s%s\n",
           t.trials, t.least, t.least < 0 ? " in " : "", t.least_name);
    for (int i = 0; i < LEVEL_COUNT; i++) {
        double share = (double)t.passed[i] / (double)t.trials;
        bool held = share <= LEVELS[i];
        printf("  p <= %-7g %.5f%s\n", LEVELS[i], share, held ? "" : "  MISS");
        good = good && held;
    }
    return good ? 0 : 1;
}
