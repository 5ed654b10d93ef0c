/* The pieces that were encoded lately and what they became: text repeats itself. */
#ifndef CM_TOKEN_CACHE_H
#define CM_TOKEN_CACHE_H

#include <string.h>

#include "token/bpe.h"

enum {
    CM_CACHE_BITS = 15,
    CM_CACHE_LENGTH = 24, /* longest piece kept, bytes; as many can be read at its start */
    CM_CACHE_TOKENS = 6
};

typedef struct cm_cached {
    uint64_t key[CM_CACHE_LENGTH / 8]; /* the piece, and zeros */
    uint32_t ids[CM_CACHE_TOKENS];
    uint8_t starts[CM_CACHE_TOKENS];
    uint8_t length; /* 0: free */
    uint8_t count;
    uint8_t unused[8];
} cm_cached;

/* The place for a piece of 1 to CM_CACHE_LENGTH bytes; *key is filled in. */
static inline uint32_t cm_cache_place(const uint8_t *piece, size_t length, uint64_t key[3]) {
    static const uint8_t KEEP[2 * CM_CACHE_LENGTH] = {
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    };
    uint64_t keep[3];
    memcpy(key, piece, CM_CACHE_LENGTH);
    memcpy(keep, KEEP + CM_CACHE_LENGTH - length, CM_CACHE_LENGTH);
    for (size_t i = 0; i < 3; i++)
        key[i] &= keep[i];
    uint64_t h = key[0] * 0x9e3779b97f4a7c15u ^ key[1] * 0xc2b2ae3d27d4eb4fu ^
                 key[2] * 0x165667b19e3779f9u ^ length;
    h ^= h >> 32;
    return (uint32_t)(h * 0x9e3779b97f4a7c15u >> (64 - CM_CACHE_BITS));
}

static inline bool cm_cache_hit(const cm_cached *c, const uint64_t key[3], size_t length) {
    return c->length == length && c->key[0] == key[0] && c->key[1] == key[1] && c->key[2] == key[2];
}

#endif
