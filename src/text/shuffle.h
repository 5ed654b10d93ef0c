/* Whether an element is among the first ones of torch.randperm(n), for many permutations of the
 * same n: what cm_mt_place() finds, in half the time (spec/text-peers.md §1). */
#ifndef CM_TEXT_SHUFFLE_H
#define CM_TEXT_SHUFFLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

typedef struct cm_shuffle {
    uint32_t n, count;
    uint32_t *inverse; /* of what each step divides by, as 2^32 / divisor */
} cm_shuffle;

/* For the first `count` elements, count <= n < 2^32 / 20. Close with cm_shuffle_close(), which
 * zeroes allow as well. */
cm_code cm_shuffle_open(uint32_t n, uint32_t count, cm_shuffle *out, cm_error *err);
void cm_shuffle_close(cm_shuffle *s);

/* The place of an element when that is below `count`, else `count` or more. */
uint32_t cm_shuffle_place(const cm_shuffle *s, uint64_t seed, uint32_t element);

static inline bool cm_shuffle_has(const cm_shuffle *s, uint64_t seed, uint32_t element) {
    return cm_shuffle_place(s, seed, element) < s->count;
}

#endif
