#include "text/native_lanes.h"

#include <math.h>
#include <string.h>

/* Where the loader can choose among versions of a function, the loops exist with vectors of 32
 * bytes as well. Both do the same arithmetic in the same order. Such functions are static: others
 * would be seen outside the shared library. */
#if defined __x86_64__ && defined __GLIBC__ && defined __has_attribute
#if __has_attribute(target_clones)
#define WIDE __attribute__((target_clones("avx2", "default")))
#endif
#endif
#ifndef WIDE
#define WIDE
#endif

enum { BLOCK = 16, LANES = 32 };

/* cm_native_word(), but as one load. */
static inline uint32_t word_at(const uint8_t *blocks, size_t i) {
    uint32_t v;
    memcpy(&v, blocks + 4 * i, sizeof v);
    return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? v : __builtin_bswap32(v);
}

WIDE static void counters(const cm_native_seed *seed, uint32_t first, size_t count, uint8_t *out) {
    for (size_t i = 0; i < count; i++)
        cm_lane_plain(seed, first + (uint32_t)i, out + BLOCK * i);
}

WIDE static void raise_below(float *scores, const uint8_t *byte, size_t n, uint8_t limit,
                             float delta) {
    for (size_t i = 0; i < n; i++)
        scores[i] += byte[i] < limit ? delta : 0.0f;
}

static inline float greater(float a, float b) {
    return a > b ? a : b;
}

WIDE static float bound(const float *scores, const uint8_t *blocks, size_t n, uint32_t angle) {
    float most[LANES];
    size_t i = 0;
    for (size_t k = 0; k < LANES; k++)
        most[k] = -INFINITY;
    for (; i + LANES <= n; i += LANES)
        for (size_t k = 0; k < LANES; k++)
            most[k] =
                greater(cm_lane_bound(scores[i + k], word_at(blocks, i + k) + angle), most[k]);
    for (; i < n; i++)
        most[0] = greater(cm_lane_bound(scores[i], word_at(blocks, i) + angle), most[0]);
    for (size_t k = 1; k < LANES; k++)
        most[0] = greater(most[k], most[0]);
    return most[0];
}

WIDE static void fill(float *scores, size_t n, float value) {
    for (size_t i = 0; i < n; i++)
        scores[i] = value;
}

void cm_lanes_counters(const cm_native_seed *seed, uint32_t first, size_t count, uint8_t *out) {
    counters(seed, first, count, out);
}

void cm_lanes_raise(float *scores, const uint8_t *byte, size_t n, uint8_t below, float delta) {
    raise_below(scores, byte, n, below, delta);
}

float cm_lanes_bound(const float *scores, const uint8_t *blocks, size_t n, uint32_t angle) {
    return bound(scores, blocks, n, angle);
}

void cm_lanes_fill(float *scores, size_t n, float value) {
    fill(scores, n, value);
}
