#include "calibration_table.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "api/calibration.h"
#include "base/tails.h"
#include "measure.h"

/* A level is held to be passed too often when chance alone would do so in one of a thousand rows.
 */
#define CHANCE 1e-3

static const double LEVELS[] = {1e-1, 1e-2, 1e-3, 1e-4};
enum { LEVEL_COUNT = sizeof LEVELS / sizeof LEVELS[0], ANY = -1 };

/* No trial may have less. */
static const double LEAST_LOG10_P = -7;

enum { LEAST_SIDE_LOG2 = 5, MOST_SIDE_LOG2 = 14 };

/* The trials of some kind and size. Values are in ascending order. */
typedef struct row {
    size_t n;
    double *best, *pilots, *message; /* log10, not cut at 0 */
    uint64_t hits[LEVEL_COUNT];
    double lattices, seconds; /* means */
} row;

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static bool belongs(const calibration_set *set, const calibration_trial *t, bool whole, int kind,
                    int side) {
    const calibration_picture *p = &set->picture[t->picture];
    return t->whole == whole && (kind == ANY || p->kind == kind) &&
           (side == ANY || p->side == side);
}

static void add(row *r, const calibration_trial *t) {
    double best = fmin((double)t->pilots, (double)t->message);
    r->best[r->n] = best;
    r->pilots[r->n] = (double)t->pilots;
    r->message[r->n] = (double)t->message;
    for (int i = 0; i < LEVEL_COUNT; i++)
        r->hits[i] += best <= log10(LEVELS[i]);
    r->lattices += t->lattices;
    r->seconds += (double)t->seconds;
    r->n++;
}

static row gather(const calibration_set *set, bool whole, int kind, int side) {
    size_t n = set->trials > 0 ? set->trials : 1;
    row r = {.best = malloc(n * sizeof *r.best),
             .pilots = malloc(n * sizeof *r.pilots),
             .message = malloc(n * sizeof *r.message)};
    if (r.best == NULL || r.pilots == NULL || r.message == NULL)
        bench_die("calibration", "out of memory");
    for (size_t i = 0; i < set->trials; i++)
        if (belongs(set, &set->trial[i], whole, kind, side))
            add(&r, &set->trial[i]);
    qsort(r.best, r.n, sizeof *r.best, ascending);
    qsort(r.pilots, r.n, sizeof *r.pilots, ascending);
    qsort(r.message, r.n, sizeof *r.message, ascending);
    return r;
}

static void row_free(row *r) {
    free(r->best);
    free(r->pilots);
    free(r->message);
}

static bool is_held(const row *r) {
    for (int i = 0; i < LEVEL_COUNT; i++)
        if (cm_log_binomial_tail(r->hits[i], r->n, LEVELS[i]) < log(CHANCE))
            return false;
    return r->n == 0 || r->best[0] >= LEAST_LOG10_P;
}

/* The value that a share of the trials doesn't exceed; of too few trials there is none. */
static void show_quantile(const double *sorted, size_t n, double share, const char *after) {
    size_t k = (size_t)floor(share * (double)n);
    if (k == 0)
        printf("–%s", after);
    else
        printf("%.1f%s", sorted[k - 1], after);
}

static void show_row(const char *name, const row *r) {
    double n = (double)r->n;
    printf("| %s | %zu |", name, r->n);
    for (int i = 0; i < LEVEL_COUNT; i++)
        printf(" %.2g (%.2g–%.2g) |", (double)r->hits[i] / n,
               1 - cm_rate_upper(r->n - r->hits[i], r->n), cm_rate_upper(r->hits[i], r->n));
    printf(" %.1f | ", r->best[0]);
    for (int i = 0; i < LEVEL_COUNT; i++)
        show_quantile(r->best, r->n, LEVELS[i], i < LEVEL_COUNT - 1 ? ", " : " | ");
    show_quantile(r->pilots, r->n, 0.01, ", ");
    show_quantile(r->message, r->n, 0.01, " |");
    puts(is_held(r) ? "" : " MISS");
}

static bool judge(const calibration_set *set, bool whole, int kind, int side, const char *name) {
    row r = gather(set, whole, kind, side);
    bool held = is_held(&r);
    if (r.n > 0)
        show_row(name, &r);
    row_free(&r);
    return held;
}

static bool judge_cell(const calibration_set *set, bool whole, int kind, int side, FILE *out) {
    row r = gather(set, whole, kind, side);
    bool held = is_held(&r);
    if (r.n > 0) {
        fprintf(out, "%s\t%s\t%d\t%zu\t%.1f\t%.4f", whole ? "whole" : "fast", set->kind[kind], side,
                r.n, r.lattices / (double)r.n, r.seconds / (double)r.n);
        for (int i = 0; i < LEVEL_COUNT; i++)
            fprintf(out, "\t%" PRIu64, r.hits[i]);
        fprintf(out, "\t%.2f\t%.2f\t%s\n", r.best[0], r.best[r.n / 2], held ? "held" : "MISS");
    }
    row_free(&r);
    return held;
}

static bool write_cells(const calibration_set *set, bool whole, const char *path) {
    bool held = true;
    FILE *out = fopen(path, whole ? "a" : "w");
    if (out == NULL)
        bench_die(path, "can't be written");
    if (!whole)
        fputs("search\tkind\tside\ttrials\tlattices\tseconds\tp1e-1\tp1e-2\tp1e-3\tp1e-4\tleast"
              "\tmedian\theld\n",
              out);
    for (int kind = 0; kind < set->kinds; kind++)
        for (int i = LEAST_SIDE_LOG2; i <= MOST_SIDE_LOG2; i++)
            held = judge_cell(set, whole, kind, 1 << i, out) && held;
    if (fclose(out) != 0)
        bench_die(path, "can't be written");
    return held;
}

static void show_head(const calibration_set *set, bool whole) {
    row r = gather(set, whole, ANY, ANY);
    double n = r.n > 0 ? (double)r.n : 1;
    printf("\n%s search: %zu trials, %.1f lattices and %.3f s each\n\n", whole ? "Whole" : "Fast",
           r.n, r.lattices / n, r.seconds / n);
    puts("| pictures | trials | p ≤ 10⁻¹ | p ≤ 10⁻² | p ≤ 10⁻³ | p ≤ 10⁻⁴ | least log10 p "
         "| 10 %, 1 %, 0.1 %, 0.01 % | pilots, message: 1 % |");
    puts("|---|---|---|---|---|---|---|---|---|");
    row_free(&r);
}

bool calibration_show(const calibration_set *set, bool whole, const char *path) {
    char name[64];
    bool held = true;
    show_head(set, whole);
    for (int kind = 0; kind < set->kinds; kind++)
        held = judge(set, whole, kind, ANY, set->kind[kind]) && held;
    for (int i = LEAST_SIDE_LOG2; i <= MOST_SIDE_LOG2; i++) {
        snprintf(name, sizeof name, "longer side about %d", 1 << i);
        held = judge(set, whole, ANY, 1 << i, name) && held;
    }
    held = judge(set, whole, ANY, ANY, "all") && held;
    return write_cells(set, whole, path) && held;
}
