#include "text/grouping.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "text/seen.h"

typedef struct item {
    uint64_t hash;
    uint32_t window;
} item;

static int by_hash(const void *a, const void *b) {
    const item *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return x->window < y->window ? -1 : x->window > y->window;
}

/* Two contexts that share a hash may alternate: they are then done more than once, not wrongly. */
cm_code cm_group_windows(const cm_window_block *block, size_t depends, uint32_t **out,
                         cm_error *err) {
    item *items = cm_calloc(block->count, sizeof *items);
    *out = cm_calloc(block->count, sizeof **out);
    if (items == NULL || *out == NULL) {
        free(items);
        free(*out);
        *out = NULL;
        return cm_fail_memory(err);
    }
    for (size_t i = 0; i < block->count; i++)
        items[i] = (item){.hash = cm_seen_hash(block->ids + block->at[i] - depends, depends),
                          .window = (uint32_t)i};
    qsort(items, block->count, sizeof *items, by_hash);
    for (size_t i = 0; i < block->count; i++)
        (*out)[i] = items[i].window;
    free(items);
    return CM_OK;
}

bool cm_same_context(const cm_window_block *block, uint32_t a, uint32_t b, size_t depends) {
    return memcmp(block->ids + block->at[a] - depends, block->ids + block->at[b] - depends,
                  depends * sizeof *block->ids) == 0;
}
