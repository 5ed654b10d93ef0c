/* Scores by place, in memory that doesn't grow with the text. */
#include <stdlib.h>

#include "base/mem.h"
#include "text/series.h"

/* A cell is 2^shift tokens: 4 at first, more once the text has more cells than these. */
enum { CELLS = 1 << 14, SHIFT = 2 };

/* Spans are reported from here on. */
static const double MOST_LOG10 = -2;

/* Cells are zeroed as the text reaches them: most texts need few of them. */
struct cm_cells {
    int shift;
    size_t used;
    cm_cell *cell;
};

cm_code cm_cells_new(cm_cells **out, cm_error *err) {
    *out = cm_calloc(1, sizeof **out);
    if (*out == NULL)
        return cm_fail_memory(err);
    (*out)->shift = SHIFT;
    (*out)->cell = cm_alloc_aligned(CELLS, sizeof *(*out)->cell);
    if ((*out)->cell != NULL)
        return CM_OK;
    cm_cells_free(*out);
    *out = NULL;
    return cm_fail_memory(err);
}

void cm_cells_free(cm_cells *c) {
    if (c != NULL)
        free(c->cell);
    free(c);
}

/* So many cells are there; at most CELLS. */
static void reach(cm_cells *c, size_t count) {
    for (; c->used < count; c->used++)
        c->cell[c->used] = (cm_cell){0};
}

static void join_pairs(cm_cells *c) {
    reach(c, CELLS);
    for (size_t i = 0; i < CELLS / 2; i++) {
        const cm_cell *a = &c->cell[2 * i], *b = a + 1;
        c->cell[i] = (cm_cell){.scored = a->scored + b->scored, .sum = a->sum + b->sum};
    }
    c->used = CELLS / 2;
    c->shift++;
}

void cm_cells_add(cm_cells *c, uint64_t token, double score) {
    uint32_t here = 0;
    cm_cells_add_all(c, token, &here, &score, 1);
}

void cm_cells_add_all(cm_cells *c, uint64_t offset, const uint32_t *at, const double *score,
                      size_t count) {
    if (count == 0)
        return;
    while ((offset + at[count - 1]) >> c->shift >= CELLS)
        join_pairs(c);
    reach(c, (size_t)((offset + at[count - 1]) >> c->shift) + 1);
    for (size_t i = 0; i < count; i++) {
        cm_cell *cell = &c->cell[(offset + at[i]) >> c->shift];
        cell->scored++;
        cell->sum += score[i];
    }
}

cm_code cm_cells_spans(cm_cells *c, uint64_t tokens, const cm_law *law, double extra_ln,
                       cm_spans *out, cm_error *err) {
    size_t count = 0;
    for (; count < CELLS && (uint64_t)count << c->shift < tokens; count++) {
        uint64_t end = (uint64_t)(count + 1) << c->shift;
        reach(c, count + 1);
        c->cell[count].start = (uint64_t)count << c->shift;
        c->cell[count].end = end < tokens ? end : tokens;
    }
    const cm_span_job job = {.cells = c->cell,
                             .count = count,
                             .tail = law->quick != NULL ? law->quick : law->tail,
                             .law = law->with,
                             .mean = law->mean,
                             .variance = law->variance,
                             .extra_ln = extra_ln,
                             .most_log10 = MOST_LOG10};
    return cm_spans_find(&job, out, err);
}
