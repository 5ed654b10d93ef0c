/* The layer keys that a ring of keys opens. */
#ifndef CM_API_CANDIDATES_H
#define CM_API_CANDIDATES_H

#include "mark/key.h"

/* One layer key to try. */
typedef struct cm_candidate {
    const cm_key *key;
    cm_layer layer;
    uint8_t bytes[CM_KEY_BYTES];
} cm_candidate;

/* Of each key in turn: a public one opens one layer, a secret one both, the public one first. Free
 * with cm_candidates_free(). */
cm_code cm_candidates_new(const cm_key *const *keys, size_t count, cm_candidate **out, size_t *n,
                          cm_error *err);

/* Erases them first; NULL is allowed. */
void cm_candidates_free(cm_candidate *candidates, size_t n);

#endif
