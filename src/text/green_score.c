#include <stdlib.h>

#include "base/mem.h"
#include "text/green.h"
#include "text/grouping.h"

/* Few tokens follow most contexts, and each is found without an array; from here on the list itself
 * is quicker. */
enum { FEW = 4 };

typedef struct lists {
    const cm_green *g;
    uint32_t *windows; /* by context */
    uint32_t *order;
    uint8_t *list;
} lists;

static void score_group(const lists *l, const cm_window_block *b, size_t from, size_t to,
                        double *score) {
    const cm_green *g = l->g;
    uint64_t seed = cm_green_seed_at(g, b->ids + b->at[l->windows[from]]);
    bool many = to - from > FEW;
    if (many)
        cm_green_list(g, seed, l->order, l->list);
    for (size_t k = from; k < to; k++) {
        uint32_t token = b->ids[b->at[l->windows[k]]];
        score[l->windows[k]] = many ? l->list[token] : cm_green_has(g, seed, token);
    }
}

static cm_code score_by_context(const cm_green *g, const cm_window_block *b, double *score,
                                cm_error *err) {
    size_t width = (size_t)g->width;
    lists l = {.g = g};
    l.order = cm_calloc(g->vocabulary, sizeof *l.order);
    l.list = cm_calloc(g->vocabulary, 1);
    cm_code code = l.order != NULL && l.list != NULL ? cm_group_windows(b, width, &l.windows, err)
                                                     : cm_fail_memory(err);
    for (size_t i = 0, end; code == CM_OK && i < b->count; i = end) {
        for (end = i + 1;
             end < b->count && cm_same_context(b, l.windows[i], l.windows[end], width);)
            end++;
        score_group(&l, b, i, end, score);
    }
    free(l.windows);
    free(l.order);
    free(l.list);
    return code;
}

/* With the candidate in its own context each window has a list of its own. */
cm_code cm_green_score(const cm_green *g, const cm_window_block *block, double *score,
                       cm_error *err) {
    if (!g->self_salt)
        return score_by_context(g, block, score, err);
    for (size_t i = 0; i < block->count; i++) {
        const uint32_t *token = block->ids + block->at[i];
        score[i] = cm_green_has(g, cm_green_seed_at(g, token), *token);
    }
    return CM_OK;
}
