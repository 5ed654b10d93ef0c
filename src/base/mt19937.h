/* The Mersenne twister as PyTorch's CPU generator and NumPy's RandomState run it, and the
 * permutations that they make (spec/text-peers.md §1, spec/image-peers.md §4). */
#ifndef CM_BASE_MT19937_H
#define CM_BASE_MT19937_H

#include <stdbool.h>
#include <stdint.h>

enum { CM_MT_WORDS = 624 };

typedef struct cm_mt {
    uint32_t state[CM_MT_WORDS];
    int at; /* words of the state that are used up */
} cm_mt;

/* torch.Generator("cpu").manual_seed(seed), and numpy.random.RandomState(seed): only the low 32
 * bits count. */
void cm_mt_seed(cm_mt *mt, uint64_t seed);

/* CPython's random.seed(seed). */
void cm_mt_seed_python(cm_mt *mt, uint64_t seed);

uint32_t cm_mt_u32(cm_mt *mt);

/* The next CM_MT_WORDS words at once, right after seeding or after another block. */
void cm_mt_block(cm_mt *mt, uint32_t out[CM_MT_WORDS]);

/* One element of torch.rand(): 24 bits, 0 <= x < 1. */
float cm_mt_float(cm_mt *mt);

/* One element of RandomState.random(): 53 bits, 0 <= x < 1. */
double cm_mt_double(cm_mt *mt);

/* RandomState.shuffle(). */
void cm_mt_shuffle(cm_mt *mt, uint32_t *order, uint32_t n);

/* The first `count` elements of torch.randperm(n), n < 2^32 / 20, in order[0..count-1]. `order` has
 * room for n. */
void cm_mt_permutation(uint64_t seed, uint32_t n, uint32_t count, uint32_t *order);

/* The place of `element` in torch.randperm(n), when that is below `count`; else `count` or more.
 * The same draws, but no array; shuffle.h is quicker where it is asked for often. */
uint32_t cm_mt_place(uint64_t seed, uint32_t n, uint32_t count, uint32_t element);

#endif
