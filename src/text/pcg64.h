/* numpy's default generator: PCG64 (O'Neill 2014, XSL-RR 128/64) seeded by SeedSequence, as far as
 * shuffling needs it (spec/text-peers.md §3). */
#ifndef CM_TEXT_PCG64_H
#define CM_TEXT_PCG64_H

#include <stdbool.h>
#include <stdint.h>

__extension__ typedef unsigned __int128 cm_u128;

typedef struct cm_pcg64 {
    cm_u128 state, increment;
    uint32_t half; /* the upper half of the last word, where that is unused */
    bool has_half;
} cm_pcg64;

/* numpy.random.default_rng(seed) for a seed below 2^32. */
void cm_pcg64_seed(cm_pcg64 *p, uint32_t seed);
uint64_t cm_pcg64_u64(cm_pcg64 *p);
uint32_t cm_pcg64_u32(cm_pcg64 *p); /* low halves first */

/* Generator.shuffle() of n bytes. */
void cm_pcg64_shuffle(cm_pcg64 *p, uint8_t *items, uint32_t n);

#endif
