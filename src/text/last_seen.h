/* Where each context of a text stood last. One look-up tells both whether a context is new, and how
 * long ago it came: a ring of the last so many contexts, as SynthID's code keeps it, needn't be
 * searched. */
#ifndef CM_TEXT_LAST_SEEN_H
#define CM_TEXT_LAST_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

typedef struct cm_last_slot {
    uint64_t hash;
    uint64_t place; /* 1 + the last place; 0 for a free slot */
} cm_last_slot;

typedef struct cm_last_seen {
    cm_last_slot *slot;
    size_t slots, used;
} cm_last_seen;

cm_code cm_last_open(cm_last_seen *s, cm_error *err);
void cm_last_close(cm_last_seen *s);

/* Room for `more` further contexts: cm_last_enter() can't fail then. */
cm_code cm_last_reserve(cm_last_seen *s, size_t more, cm_error *err);

/* Multiplied: the contexts' hashes have weak low bits. */
static inline size_t cm_last_slot_of(const cm_last_seen *s, uint64_t hash) {
    return (size_t)((hash ^ hash >> 32) * 0x9e3779b97f4a7c15u >> 32) & (s->slots - 1);
}

/* Fetches what cm_last_enter() will look at: in a long text it is far away. */
static inline void cm_last_prepare(const cm_last_seen *s, uint64_t hash) {
    __builtin_prefetch(&s->slot[cm_last_slot_of(s, hash)], 1);
}

/* 1 + where it stood last, 0 for a new one; it stands at `place` now. */
static inline uint64_t cm_last_enter(cm_last_seen *s, uint64_t hash, uint64_t place) {
    size_t at = cm_last_slot_of(s, hash);
    for (; s->slot[at].place != 0; at = (at + 1) & (s->slots - 1))
        if (s->slot[at].hash == hash)
            break;
    uint64_t before = s->slot[at].place;
    s->used += before == 0;
    s->slot[at] = (cm_last_slot){.hash = hash, .place = place + 1};
    return before;
}

/* Whether a context that stands at `place` is one of the last `history`, which are all 0 at first;
 * `before` is what cm_last_enter() said of it. */
static inline bool cm_last_is_recent(uint64_t before, uint64_t context, uint64_t place,
                                     uint64_t history) {
    return before > 0 ? place + 1 - before <= history : context == 0 && place < history;
}

#endif
