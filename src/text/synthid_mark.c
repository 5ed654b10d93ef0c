#include "text/synthid_mark.h"

#include <string.h>

#include "base/wide.h"
#include "text/softmax.h"

enum { LANES = 16, PIECE = 256 };

/* What a layer makes of p: p (lost + g gained). */
typedef struct layer {
    int bit;
    float lost, gained;
} layer;

/* A tournament of one layer between as many leaves: tokens with g = 1 gain what those with g = 0
 * lose. m is the share of the former. */
static layer played(int bit, double m, int leaves) {
    double lost = m < 1 ? 1 - m : 0, won = 1 + lost; /* floats may add up to more than 1 */
    if (leaves == 3) {
        won = m > 0 ? (1 - lost * lost * lost) / m : 0;
        lost *= lost;
    }
    return (layer){.bit = bit, .lost = (float)lost, .gained = (float)(won - lost)};
}

static float bit_of(uint32_t word, int bit) {
    return (float)(int32_t)(word >> bit & 1);
}

/* Plays a layer whose share is known, and adds up the share of the next one. */
CM_WIDE static double play_piece(float *p, const uint32_t *word, size_t n, layer now, int next) {
    float lane[LANES] = {0};
    double m = 0;
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (size_t k = 0; k < LANES; k++) {
            float q = p[i + k] * (now.lost + now.gained * bit_of(word[i + k], now.bit));
            lane[k] += q * bit_of(word[i + k], next);
            p[i + k] = q;
        }
    for (; i < n; i++) {
        p[i] *= now.lost + now.gained * bit_of(word[i], now.bit);
        lane[0] += p[i] * bit_of(word[i], next);
    }
    for (int k = 0; k < LANES; k++)
        m += (double)lane[k];
    return m;
}

/* Words of 32 bits, in place of the longer ones; for up to 32 layers that saves half the way to the
 * memory in each of them. */
static const uint32_t *narrow(uint64_t *bits, uint32_t n) {
    uint32_t *words = (uint32_t *)(void *)bits;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t wide;
        memcpy(&wide, (const char *)bits + i * sizeof wide, sizeof wide);
        words[i] = (uint32_t)wide;
    }
    return words;
}

static double play_narrow(float *p, const uint32_t *words, uint32_t n, layer now, int next) {
    double m = 0;
    for (uint32_t at = 0; at < n; at += PIECE)
        m += play_piece(p + at, words + at, n - at < PIECE ? n - at : PIECE, now, next);
    return m;
}

static double play_wide(float *p, const uint64_t *bits, uint32_t n, layer now, int next) {
    uint32_t words[PIECE];
    double m = 0;
    int shift = now.bit;
    now.bit = 0;
    for (uint32_t at = 0; at < n; at += PIECE) {
        uint32_t count = n - at < PIECE ? n - at : PIECE;
        for (uint32_t i = 0; i < count; i++)
            words[i] = (uint32_t)(bits[at + i] >> shift);
        m += play_piece(p + at, words, count, now, next - shift);
    }
    return m;
}

void cm_synthid_update(float *scores, uint64_t *bits, uint32_t n, int depth, int leaves,
                       float nothing, float *p) {
    const uint32_t *words = depth <= 32 ? narrow(bits, n) : NULL;
    layer now = {.bit = 0, .lost = 1, .gained = 0};
    cm_softmax(scores, n, p);
    for (int l = 0; l <= depth; l++) {
        int next = l < depth ? l : now.bit;
        double m =
            words != NULL ? play_narrow(p, words, n, now, next) : play_wide(p, bits, n, now, next);
        now = played(next, m, leaves);
    }
    cm_logarithms(p, n, nothing, scores);
}
