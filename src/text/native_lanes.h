/* The inner loops of cm-text-1: over many tokens or blocks at a time, in vectors as wide as the
 * processor has them. */
#ifndef CM_TEXT_NATIVE_LANES_H
#define CM_TEXT_NATIVE_LANES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "text/native_prf.h"

static inline uint64_t cm_lane_little(uint64_t v) {
    return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? v : __builtin_bswap64(v);
}

/* A block before encryption: 16 bytes. The index begins at this bit of the seed's high half. */
enum { CM_LANE_INDEX_AT = 21 };

static inline void cm_lane_plain(const cm_native_seed *seed, uint32_t index, uint8_t *out) {
    const uint64_t block[2] = {cm_lane_little(seed->low),
                               cm_lane_little(seed->high + ((uint64_t)index << CM_LANE_INDEX_AT))};
    memcpy(out, block, sizeof block);
}

/* `count` blocks before encryption under one seed, from index `first` on. */
void cm_lanes_counters(const cm_native_seed *seed, uint32_t first, size_t count, uint8_t *out);

/* Adds delta to the scores whose byte is less than `below`. */
void cm_lanes_raise(float *scores, const uint8_t *byte, size_t n, uint8_t below, float delta);

/* Together at least score - ln(-ln u) for u = (word + 1/2) / 2^32, without a logarithm: -ln(-ln u)
 * <= -ln(1 - u), and log2 of a float is at least what its bits say when read as a number. The room
 * for rounding is in CM_LANE_ABOVE. */
#define CM_LANE_ABOVE (0.6931473f * 151.0002f)

static inline float cm_lane_below(float score, uint32_t word) {
    float rest = (float)(int32_t)(~word >> 8); /* (1 - u) 2^24, rounded down */
    int32_t bits;
    memcpy(&bits, &rest, sizeof bits);
    return score - (float)bits * (0.6931473f * 0x1p-23f);
}

static inline float cm_lane_bound(float score, uint32_t word) {
    return cm_lane_below(score, word) + CM_LANE_ABOVE;
}

/* More than -ln(-ln u) can be: 33 ln 2. */
#define CM_LANE_NOISE_MOST 22.88f

/* The greatest cm_lane_bound() of n tokens, the blocks' words turned by the angle; -INFINITY for
 * none. */
float cm_lanes_bound(const float *scores, const uint8_t *blocks, size_t n, uint32_t angle);

/* Every score becomes `value`. */
void cm_lanes_fill(float *scores, size_t n, float value);

/* A stage of the trellis (spec/text-mark.md §6.2): state x is reached from x/2 and, further up,
 * from (x + states)/2, by the branches that `by` has at x and x + states. The better of the two
 * ways; `from` tells whether it was the second. */
void cm_lanes_best(const float *now, const float *by, size_t states, float *next, uint8_t *from);

/* The same for the sum of both, the branches being factors. */
void cm_lanes_sum(const float *now, const float *by, size_t states, float *next);

#endif
