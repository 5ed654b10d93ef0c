/* The pseudo-random numbers of cm-text-1 (spec/text-mark.md §2): AES-128 over an injective packing
 * of context, use and index. */
#ifndef CM_TEXT_NATIVE_PRF_H
#define CM_TEXT_NATIVE_PRF_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "text/scheme.h"

enum { CM_NATIVE_KEY = 16, CM_NATIVE_CONTEXT = 4 };

/* What a number is for. */
typedef enum cm_native_use {
    CM_NATIVE_GREEN = 1,  /* 8 bits for each token */
    CM_NATIVE_GUMBEL = 2, /* 32 bits for each token */
    CM_NATIVE_LAYERS = 3, /* 32 bits for each token */
    CM_NATIVE_ROLE = 4,   /* 32 bits for the context */
    CM_NATIVE_ANGLE = 5   /* 32 bits for each value of the window of the message */
} cm_native_use;

/* A block before encryption, but for its index. */
typedef struct cm_native_seed {
    uint64_t low, high;
} cm_native_seed;

/* `context` points behind the last of `width` ids; `bits` is the length of the payload for angles,
 * otherwise 0. */
cm_native_seed cm_native_seed_of(const uint32_t *context, int width, cm_native_use use, int bits);

/* For one thread. */
typedef struct cm_native_prf cm_native_prf;

cm_code cm_native_prf_open(const uint8_t key[CM_NATIVE_KEY], cm_native_prf **out, cm_error *err);
void cm_native_prf_close(cm_native_prf *p); /* NULL is allowed */

/* The blocks of indices first … first + count - 1 under one seed: 16 bytes each. */
void cm_native_blocks(cm_native_prf *p, const cm_native_seed *seed, uint32_t first, size_t count,
                      uint8_t *out);

/* One block for each seed and index. */
void cm_native_each(cm_native_prf *p, const cm_native_seed *seeds, const uint32_t *index,
                    size_t count, uint8_t *out);

/* Word `i` of blocks that lie one behind the other; words are little-endian. */
static inline uint32_t cm_native_word(const uint8_t *blocks, size_t i) {
    const uint8_t *at = blocks + 4 * i;
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

#endif
