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
    int x0, y0, x1, y1; /* blocks, inclusive */
    double best;        /* the greatest score */
} patch;

/* Collects the connected blocks above the threshold from `start` on, without recursion; `stack`
 * holds one entry for each block. */
static patch flood(const cm_blocks *b, const float *z, double least, int start, bool *seen,
                   int *stack) {
    patch p = {.x0 = b->columns, .y0 = b->rows, .x1 = -1, .y1 = -1};
    int depth = 0;
    stack[depth++] = start;
    seen[start] = true;
    while (depth > 0) {
        int i = stack[--depth], x = i % b->columns, y = i / b->columns;
        p.x0 = x < p.x0 ? x : p.x0;
        p.x1 = x > p.x1 ? x : p.x1;
        p.y0 = y < p.y0 ? y : p.y0;
        p.y1 = y > p.y1 ? y : p.y1;
        p.best = fmax(p.best, (double)z[i]);
        const int next[4] = {x > 0 ? i - 1 : i, x + 1 < b->columns ? i + 1 : i,
                             y > 0 ? i - b->columns : i, y + 1 < b->rows ? i + b->columns : i};
        for (int k = 0; k < 4; k++)
            if (!seen[next[k]] && (double)z[next[k]] >= least) {
                seen[next[k]] = true;
                stack[depth++] = next[k];
            }
    }
    return p;
}

static cm_region to_region(const patch *p, const cm_blocks *b, double sx, double sy, int width,
                           int height) {
    int x1 = p->x1 + 1 == b->columns ? width : (int)lround((p->x1 + 1) * b->side * sx);
    int y1 = p->y1 + 1 == b->rows ? height : (int)lround((p->y1 + 1) * b->side * sy);
    cm_region r = {.x = (int)lround(p->x0 * b->side * sx), .y = (int)lround(p->y0 * b->side * sy)};
    r.w = x1 - r.x;
    r.h = y1 - r.y;
    /* blocks share their signs, so scores don't add up as independent ones would */
    r.log10_p = corrected(p->best, b->columns * b->rows);
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

cm_code cm_regions_find(const cm_blocks *b, const float *z, double scale_x, double scale_y,
                        int width, int height, cm_detection *out, cm_error *err) {
    int n = b->columns * b->rows;
    bool *seen = cm_calloc((size_t)n, sizeof *seen);
    int *stack = cm_calloc((size_t)n, sizeof *stack);
    float *map = cm_calloc((size_t)n, sizeof *map);
    double least = sqrt(2 * (log(n) - REGION_LN_P));
    out->region_count = 0;
    if (seen == NULL || stack == NULL || map == NULL) {
        free(seen);
        free(stack);
        free(map);
        return cm_fail_memory(err);
    }
    for (int i = 0; i < n; i++)
        if (!seen[i] && (double)z[i] >= least) {
            patch p = flood(b, z, least, i, seen, stack);
            insert(out, to_region(&p, b, scale_x, scale_y, width, height));
        }
    memcpy(map, z, (size_t)n * sizeof *map);
    free(out->map.score);
    out->map = (cm_mark_map){.columns = b->columns, .rows = b->rows, .score = map};
    free(seen);
    free(stack);
    return CM_OK;
}
