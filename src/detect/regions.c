#include "detect/regions.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static const double LN10 = 2.30258509299404568402;
static const double REGION_LN_P = -6.9; /* a block counts at p < 0.001 after correction */

/* Log10 p of a score in deviations, by Hoeffding, times the blocks tested. */
static double corrected(double z, int blocks) {
    double ln_p = z > 0 ? -z * z / 2 + log(blocks) : 0;
    return fmin(0, ln_p) / LN10;
}

typedef struct patch {
    int x0, y0, x1, y1; /* cells, inclusive */
    double best;        /* the greatest score */
} patch;

/* Collects the connected cells above the threshold from `start` on, without recursion; `stack`
 * holds one entry for each cell. */
static patch flood(const cm_mark_map *m, double least, int start, bool *seen, int *stack) {
    patch p = {.x0 = m->columns, .y0 = m->rows, .x1 = -1, .y1 = -1};
    int depth = 0;
    stack[depth++] = start;
    seen[start] = true;
    while (depth > 0) {
        int i = stack[--depth], x = i % m->columns, y = i / m->columns;
        p.x0 = x < p.x0 ? x : p.x0;
        p.x1 = x > p.x1 ? x : p.x1;
        p.y0 = y < p.y0 ? y : p.y0;
        p.y1 = y > p.y1 ? y : p.y1;
        p.best = fmax(p.best, (double)m->score[i]);
        const int next[4] = {x > 0 ? i - 1 : i, x + 1 < m->columns ? i + 1 : i,
                             y > 0 ? i - m->columns : i, y + 1 < m->rows ? i + m->columns : i};
        for (int k = 0; k < 4; k++)
            if (!seen[next[k]] && (double)m->score[next[k]] >= least) {
                seen[next[k]] = true;
                stack[depth++] = next[k];
            }
    }
    return p;
}

static cm_region to_region(const patch *p, const cm_mark_map *m) {
    int x0 = (int)lround(p->x0 * m->cell_w), y0 = (int)lround(p->y0 * m->cell_h);
    int x1 = p->x1 + 1 == m->columns ? m->w : (int)lround((p->x1 + 1) * m->cell_w);
    int y1 = p->y1 + 1 == m->rows ? m->h : (int)lround((p->y1 + 1) * m->cell_h);
    cm_region r = {.x = m->x + x0, .y = m->y + y0, .w = x1 - x0, .h = y1 - y0};
    /* blocks share their signs, so scores don't add up as independent ones would */
    r.log10_p = corrected(p->best, m->columns * m->rows);
    return r;
}

static void insert(cm_detection *out, cm_region r) {
    int at = out->region_count;
    while (at > 0 && r.log10_p < out->regions[at - 1].log10_p)
        at--;
    if (at == CM_REGIONS)
        return;
    int move = out->region_count < CM_REGIONS ? out->region_count - at : CM_REGIONS - 1 - at;
    memmove(out->regions + at + 1, out->regions + at, (size_t)move * sizeof r);
    out->regions[at] = r;
    if (out->region_count < CM_REGIONS)
        out->region_count++;
}

double cm_regions_least(const cm_mark_map *m) {
    return sqrt(2 * (log(m->columns * m->rows) - REGION_LN_P));
}

cm_code cm_regions_outline(cm_detection *d, cm_error *err) {
    const cm_mark_map *m = &d->map;
    int n = m->columns * m->rows;
    bool *seen = cm_calloc((size_t)n, sizeof *seen);
    int *stack = cm_calloc((size_t)n, sizeof *stack);
    double least = cm_regions_least(m);
    d->region_count = 0;
    for (int i = 0; i < n && seen != NULL && stack != NULL; i++)
        if (!seen[i] && (double)m->score[i] >= least) {
            patch p = flood(m, least, i, seen, stack);
            insert(d, to_region(&p, m));
        }
    cm_code code = seen != NULL && stack != NULL ? CM_OK : cm_fail_memory(err);
    free(seen);
    free(stack);
    return code;
}

cm_code cm_regions_find(const cm_blocks *b, const float *z, double scale_x, double scale_y,
                        int width, int height, cm_detection *out, cm_error *err) {
    size_t n = (size_t)b->columns * (size_t)b->rows;
    float *score = cm_calloc(n, sizeof *score);
    if (score == NULL)
        return cm_fail_memory(err);
    memcpy(score, z, n * sizeof *score);
    free(out->map.score);
    out->map = (cm_mark_map){.w = width,
                             .h = height,
                             .cell_w = b->side * scale_x,
                             .cell_h = b->side * scale_y,
                             .columns = b->columns,
                             .rows = b->rows,
                             .score = score};
    return cm_regions_outline(out, err);
}
