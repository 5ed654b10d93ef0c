/* A growing set of 64-bit hashes: what a text had before. Two n-grams that share a hash are taken
 * for one: the second isn't scored, which loses a little evidence and can't make any up. */
#ifndef CM_TEXT_SEEN_H
#define CM_TEXT_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

typedef struct cm_seen {
    uint64_t *slot; /* 0 for free */
    size_t slots, used;
} cm_seen;

cm_code cm_seen_open(cm_seen *s, cm_error *err);
void cm_seen_close(cm_seen *s);

/* Room for `more` further hashes: cm_seen_add() can't fail then. */
cm_code cm_seen_reserve(cm_seen *s, size_t more, cm_error *err);

/* Hash of n ids. */
static inline uint64_t cm_seen_hash(const uint32_t *ids, size_t n) {
    uint64_t h = 0x9e3779b97f4a7c15u;
    for (size_t i = 0; i < n; i++) {
        h = (h ^ ids[i]) * 0xff51afd7ed558ccdu;
        h ^= h >> 32;
    }
    return h != 0 ? h : 1;
}

/* Says that this hash comes up soon: a large set lies far from the processor. */
static inline void cm_seen_await(const cm_seen *s, uint64_t hash) {
    __builtin_prefetch(&s->slot[(size_t)hash & (s->slots - 1)], 1);
}

/* True when the hash, which isn't 0, is new. */
static inline bool cm_seen_add(cm_seen *s, uint64_t hash) {
    size_t mask = s->slots - 1, at = (size_t)hash & mask;
    for (; s->slot[at] != 0; at = (at + 1) & mask)
        if (s->slot[at] == hash)
            return false;
    s->slot[at] = hash;
    s->used++;
    return true;
}

#endif
