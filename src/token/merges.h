/* The merges of byte pair encoding: which neighbours become one token, and which go first. */
#ifndef CM_TOKEN_MERGES_H
#define CM_TOKEN_MERGES_H

#include "token/vocab.h"

typedef struct cm_merge {
    uint32_t left, right;
    uint32_t rank; /* the lowest goes first; CM_NO_TOKEN marks a free place of the table */
    uint32_t id;   /* what they become */
} cm_merge;

enum { CM_MERGES_MAX = 1 << 22 };

typedef struct cm_merges {
    cm_merge *slots;
    uint32_t slot_count;
    uint32_t used;
} cm_merges;

void cm_merges_free(cm_merges *m);

/* Adds a merge. Of two for one pair the last counts, or the first with `keep`: peers differ. */
cm_code cm_merges_put(cm_merges *m, cm_merge merge, bool keep, cm_error *err);

/* All pairs of tokens that make up another token, ranked by that token's id (tiktoken's rule). */
cm_code cm_merges_from_ranks(cm_merges *m, const cm_vocab *v, cm_error *err);

static inline uint32_t cm_merges_hash(uint32_t left, uint32_t right) {
    uint64_t h = ((uint64_t)left << 32 | right) * 0x9e3779b97f4a7c15u;
    return (uint32_t)(h >> 32);
}

/* The merge of these two, or NULL. */
static inline const cm_merge *cm_merges_find(const cm_merges *m, uint32_t left, uint32_t right) {
    uint32_t mask = m->slot_count - 1;
    if (m->slot_count == 0 || left == CM_NO_TOKEN || right == CM_NO_TOKEN)
        return NULL;
    for (uint32_t at = cm_merges_hash(left, right) & mask;; at = (at + 1) & mask) {
        const cm_merge *slot = &m->slots[at];
        if (slot->rank == CM_NO_TOKEN)
            return NULL;
        if (slot->left == left && slot->right == right)
            return slot;
    }
}

#endif
