#include "token/merges.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { FIRST_SLOTS = 1 << 10 };

void cm_merges_free(cm_merges *m) {
    free(m->slots);
    *m = (cm_merges){0};
}

/* The pair's place, or NULL when the table collides too much. */
static cm_merge *place(const cm_merges *m, uint32_t left, uint32_t right) {
    uint32_t mask = m->slot_count - 1, at = cm_merges_hash(left, right) & mask;
    for (int probe = 0; probe < CM_TABLE_MAX_PROBES; probe++) {
        cm_merge *slot = &m->slots[at];
        if (slot->rank == CM_NO_TOKEN || (slot->left == left && slot->right == right))
            return slot;
        at = (at + 1) & mask;
    }
    return NULL;
}

static cm_code grow(cm_merges *m, cm_error *err) {
    cm_merges bigger = {.slot_count = m->slot_count != 0 ? 2 * m->slot_count : FIRST_SLOTS,
                        .used = m->used};
    if (m->slot_count != 0 && m->used < m->slot_count / 2)
        return CM_OK;
    bigger.slots = cm_alloc_aligned(bigger.slot_count, sizeof *bigger.slots);
    if (bigger.slots == NULL)
        return cm_fail_memory(err);
    memset(bigger.slots, 0xff, bigger.slot_count * sizeof *bigger.slots);
    for (uint32_t i = 0; i < m->slot_count; i++) {
        const cm_merge *old = &m->slots[i];
        cm_merge *slot =
            old->rank != CM_NO_TOKEN ? place(&bigger, old->left, old->right) : &bigger.slots[0];
        if (slot == NULL) {
            cm_merges_free(&bigger);
            return cm_fail(err, CM_ERR_LIMIT, "the merges collide");
        }
        if (old->rank != CM_NO_TOKEN)
            *slot = *old;
    }
    free(m->slots);
    *m = bigger;
    return CM_OK;
}

cm_code cm_merges_put(cm_merges *m, cm_merge merge, bool keep, cm_error *err) {
    cm_code code = grow(m, err);
    if (code != CM_OK)
        return code;
    cm_merge *slot = place(m, merge.left, merge.right);
    if (slot == NULL)
        return cm_fail(err, CM_ERR_LIMIT, "the merges collide");
    bool fresh = slot->rank == CM_NO_TOKEN;
    if (fresh && m->used == CM_MERGES_MAX)
        return cm_fail(err, CM_ERR_LIMIT, "more than %d merges", CM_MERGES_MAX);
    if (fresh || !keep)
        *slot = merge;
    m->used += fresh;
    return CM_OK;
}

cm_code cm_merges_from_ranks(cm_merges *m, const cm_vocab *v, cm_error *err) {
    for (uint32_t id = 0; id < v->size; id++) {
        cm_bytes token = cm_vocab_token(v, id);
        for (size_t cut = 1; cut < token.size; cut++) {
            cm_merge merge = {.rank = id, .id = id};
            merge.left = cm_vocab_find(v, (cm_bytes){.data = token.data, .size = cut});
            if (merge.left == CM_NO_TOKEN)
                continue;
            merge.right =
                cm_vocab_find(v, (cm_bytes){.data = token.data + cut, .size = token.size - cut});
            if (merge.right == CM_NO_TOKEN)
                continue;
            cm_code code = cm_merges_put(m, merge, true, err);
            if (code != CM_OK)
                return code;
        }
    }
    return CM_OK;
}
