/* The series' detector with the peer's WinMax for its statistic. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "text/scheme_lmw.h"
#include "text/winmax.h"

/* The scan takes n^2 steps: what comes after these flags is left out of it. */
enum { FLAGS_MOST = 1 << 14 };

typedef struct flag {
    uint64_t token; /* of the text */
    uint8_t green;
} flag;

typedef struct flags {
    flag *list;
    size_t count, room;
} flags;

typedef struct detector {
    const cm_lmw *lmw;
    cm_series_rule rule; /* the scheme's, but for the score, which keeps the flags */
    cm_series *series;
    flags *flags;
} detector;

void cm_lmw_winmax_close(void *self) {
    detector *d = self;
    if (d == NULL)
        return;
    cm_series_free(d->series);
    if (d->flags != NULL)
        free(d->flags->list);
    free(d->flags);
    free(d);
}

static cm_code keep(flags *f, flag one, cm_error *err) {
    if (f->count == f->room) {
        size_t room = f->room > 0 ? 2 * f->room : 1024;
        flag *more = realloc(f->list, room * sizeof *more);
        if (more == NULL)
            return cm_fail_memory(err);
        f->list = more;
        f->room = room;
    }
    f->list[f->count++] = one;
    return CM_OK;
}

/* Of blocks, so that at most one block more than needed is kept. */
static cm_code score(const void *self, const cm_window_block *block, double *out, cm_error *err) {
    const detector *d = self;
    cm_code code = cm_green_score(&d->lmw->green, block, out, err);
    bool enough = d->flags->count >= 2 * CM_WINDOW_BLOCK;
    for (size_t i = 0; code == CM_OK && !enough && i < block->count; i++)
        code =
            keep(d->flags, (flag){.token = block->offset + block->at[i], .green = out[i] > 0}, err);
    return code;
}

cm_code cm_lmw_winmax_open(const void *self, void **out, cm_error *err) {
    const cm_lmw *l = self;
    *out = NULL;
    detector *d = cm_calloc(1, sizeof *d);
    if (d == NULL)
        return cm_fail_memory(err);
    d->lmw = l;
    d->rule = l->rule;
    d->rule.score = score;
    d->rule.statistic = NULL;
    d->rule.peer_p = NULL;
    d->flags = cm_calloc(1, sizeof *d->flags);
    cm_code code =
        d->flags != NULL ? cm_series_new(&d->rule, d, &d->series, err) : cm_fail_memory(err);
    if (code != CM_OK) {
        cm_lmw_winmax_close(d);
        return code;
    }
    *out = d;
    return CM_OK;
}

cm_code cm_lmw_winmax_feed(void *self, const uint32_t *ids, const float *probability, size_t n,
                           cm_error *err) {
    detector *d = self;
    return cm_series_feed(d->series, ids, probability, n, err);
}

static int in_order(const void *a, const void *b) {
    const flag *x = a, *y = b;
    return x->token < y->token ? -1 : x->token > y->token;
}

static cm_code scan(flags *f, double gamma, cm_winmax *best, cm_error *err) {
    size_t count = f->count < FLAGS_MOST ? f->count : FLAGS_MOST;
    *best = (cm_winmax){0};
    uint8_t *green = cm_calloc(count, 1);
    if (green == NULL)
        return cm_fail_memory(err);
    if (f->count > 0)
        qsort(f->list, f->count, sizeof *f->list, in_order);
    for (size_t i = 0; i < count; i++)
        green[i] = f->list[i].green;
    if (count > 1)
        *best = cm_winmax_of(green, count, gamma);
    free(green);
    return CM_OK;
}

cm_code cm_lmw_winmax_finish(void *self, cm_text_evidence *out, cm_error *err) {
    detector *d = self;
    cm_winmax best;
    cm_code code = cm_series_finish(d->series, out, err);
    if (code == CM_OK)
        code = scan(d->flags, d->lmw->gamma, &best, err);
    if (code != CM_OK)
        return code;
    out->statistic = best.z;
    out->statistic_name = "z_max";
    out->peer_p = d->lmw->peer_p ? cm_green_normal_p(best.z) : NAN;
    return CM_OK;
}
