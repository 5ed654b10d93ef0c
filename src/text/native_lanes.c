#include "text/native_lanes.h"

#include <math.h>
#include <string.h>

#include "base/wide.h"

enum { BLOCK = 16, LANES = 32 };

/* cm_native_word(), but as one load. */
static inline uint32_t word_at(const uint8_t *blocks, size_t i) {
    uint32_t v;
    memcpy(&v, blocks + 4 * i, sizeof v);
    return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? v : __builtin_bswap32(v);
}

CM_WIDE static void counters(const cm_native_seed *seed, uint32_t first, size_t count,
                             uint8_t *out) {
    typedef uint64_t two_blocks __attribute__((vector_size(2 * BLOCK)));
    uint64_t step = (uint64_t)1 << CM_LANE_INDEX_AT, high = seed->high + first * step;
    two_blocks next = {seed->low, high, seed->low, high + step};
    const two_blocks further = {0, 2 * step, 0, 2 * step};
    size_t i = 0;
    if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
        for (; i + 2 <= count; i += 2, next += further)
            memcpy(out + BLOCK * i, &next, sizeof next);
    for (; i < count; i++)
        cm_lane_plain(seed, first + (uint32_t)i, out + BLOCK * i);
}

CM_WIDE static void raise_below(float *scores, const uint8_t *byte, size_t n, uint8_t limit,
                                float delta) {
    for (size_t i = 0; i < n; i++)
        scores[i] += byte[i] < limit ? delta : 0.0f;
}

static inline float greater(float a, float b) {
    return a > b ? a : b;
}

CM_WIDE static float bound(const float *scores, const uint8_t *blocks, size_t n, uint32_t angle) {
    float most[LANES];
    size_t i = 0;
    for (size_t k = 0; k < LANES; k++)
        most[k] = -INFINITY;
    for (; i + LANES <= n; i += LANES)
        for (size_t k = 0; k < LANES; k++)
            most[k] =
                greater(cm_lane_below(scores[i + k], word_at(blocks, i + k) + angle), most[k]);
    for (; i < n; i++)
        most[0] = greater(cm_lane_below(scores[i], word_at(blocks, i) + angle), most[0]);
    for (size_t k = 1; k < LANES; k++)
        most[0] = greater(most[k], most[0]);
    return most[0] + CM_LANE_ABOVE;
}

CM_WIDE static void fill(float *scores, size_t n, float value) {
    for (size_t i = 0; i < n; i++)
        scores[i] = value;
}

/* Two states have the same two before them. */
CM_WIDE static void best_ways(const float *restrict now, const float *restrict by, size_t states,
                              float *restrict next, uint8_t *restrict from) {
    size_t half = states / 2;
    for (size_t y = 0; y < half; y++) {
        float a = now[y] + by[2 * y], b = now[y + half] + by[2 * y + states];
        float c = now[y] + by[2 * y + 1], d = now[y + half] + by[2 * y + 1 + states];
        next[2 * y] = greater(b, a);
        next[2 * y + 1] = greater(d, c);
        from[2 * y] = b > a;
        from[2 * y + 1] = d > c;
    }
}

CM_WIDE static void sum_ways(const float *restrict now, const float *restrict by, size_t states,
                             float *restrict next) {
    size_t half = states / 2;
    for (size_t y = 0; y < half; y++) {
        next[2 * y] = now[y] * by[2 * y] + now[y + half] * by[2 * y + states];
        next[2 * y + 1] = now[y] * by[2 * y + 1] + now[y + half] * by[2 * y + 1 + states];
    }
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

void cm_lanes_best(const float *now, const float *by, size_t states, float *next, uint8_t *from) {
    best_ways(now, by, states, next, from);
}

void cm_lanes_sum(const float *now, const float *by, size_t states, float *next) {
    sum_ways(now, by, states, next);
}
