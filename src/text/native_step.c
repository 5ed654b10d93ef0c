/* The steps of cm-text-1: one pass over the vocabulary, in pieces that stay in the nearest cache.
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "text/native.h"
#include "text/native_code.h"
#include "text/native_lanes.h"
#include "text/softmax.h"
#include "text/synthid_mark.h"

enum { BLOCK = 16, PIECE = 512 }; /* bytes of a block, blocks of a piece */

/* ---- green: 16 tokens for each block ---- */

void cm_native_step_green(const cm_native *n, cm_native_sequence *s, const uint32_t *context,
                          float *scores) {
    uint8_t bytes[PIECE * BLOCK];
    cm_native_seed seed = cm_native_seed_of(context, n->width, CM_NATIVE_GREEN, 0);
    for (uint32_t at = 0; at < n->vocabulary; at += sizeof bytes) {
        uint32_t left = n->vocabulary - at;
        size_t count = left < sizeof bytes ? left : sizeof bytes;
        cm_native_blocks(s->prf, &seed, at / BLOCK, (count + BLOCK - 1) / BLOCK, bytes);
        cm_lanes_raise(scores + at, bytes, count, (uint8_t)n->green, n->delta);
    }
}

/* ---- Gumbel: 4 tokens for each block ---- */

enum { WORDS = PIECE * BLOCK / 4, GROUP = 256 };

typedef struct choice {
    double value;
    uint32_t token;
} choice;

/* The bound and the score are floats, and rounded. */
static bool may_win(float bound, const choice *best) {
    return (double)bound + fabs((double)bound) * 0x1p-22 > best->value;
}

static void choose_in(const float *scores, const uint8_t *blocks, size_t n, uint32_t angle,
                      uint32_t first, choice *best) {
    for (size_t i = 0; i < n; i++) {
        uint32_t word = cm_native_word(blocks, i) + angle;
        if (!may_win(cm_lane_bound(scores[i], word), best))
            continue;
        double u = ((double)word + 0.5) * 0x1p-32;
        double value = (double)scores[i] - log(-log(u));
        if (value > best->value)
            *best = (choice){.value = value, .token = first + (uint32_t)i};
    }
}

/* Groups that can't hold the best are passed over. */
static void choose_among(const float *scores, const uint8_t *blocks, size_t n, uint32_t angle,
                         uint32_t first, choice *best) {
    for (size_t at = 0; at < n; at += GROUP) {
        size_t count = n - at < GROUP ? n - at : GROUP;
        if (may_win(cm_lanes_bound(scores + at, blocks + 4 * at, count, angle), best))
            choose_in(scores + at, blocks + 4 * at, count, angle, first + (uint32_t)at, best);
    }
}

/* The angle by which the payload turns all numbers of this context. */
static uint32_t angle_of(const cm_native *n, cm_native_prf *prf, const uint32_t *context,
                         uint64_t payload) {
    uint8_t block[BLOCK];
    if (n->bits == 0)
        return 0;
    cm_native_seed seed = cm_native_seed_of(context, n->width, CM_NATIVE_ROLE, n->bits);
    cm_native_blocks(prf, &seed, 0, 1, block);
    int stage = cm_code_stage(cm_native_word(block, 0), n->bits);
    if (stage == CM_CODE_PILOT)
        return 0;
    uint32_t value = cm_code_value(payload, n->bits, stage);
    seed = cm_native_seed_of(context, n->width, CM_NATIVE_ANGLE, n->bits);
    cm_native_blocks(prf, &seed, value / 4, 1, block);
    return cm_native_word(block, value % 4);
}

bool cm_native_step_gumbel(const cm_native *n, cm_native_sequence *s, const uint32_t *context,
                           uint64_t payload, float *scores) {
    uint8_t bytes[PIECE * BLOCK];
    choice best = {.value = -INFINITY, .token = n->vocabulary};
    uint32_t angle = angle_of(n, s->prf, context, payload);
    cm_native_seed seed = cm_native_seed_of(context, n->width, CM_NATIVE_GUMBEL, 0);
    for (uint32_t at = 0; at < n->vocabulary; at += WORDS) {
        uint32_t left = n->vocabulary - at;
        size_t count = left < WORDS ? left : WORDS;
        if (!may_win(cm_greatest(scores + at, count) + CM_LANE_NOISE_MOST, &best))
            continue; /* as most are after top-k or top-p: not even numbers are needed */
        cm_native_blocks(s->prf, &seed, at / 4, (count + 3) / 4, bytes);
        choose_among(scores + at, bytes, count, angle, at, &best);
    }
    if (best.token == n->vocabulary)
        return false;
    cm_lanes_fill(scores, n->vocabulary, -INFINITY);
    scores[best.token] = 0;
    return true;
}

/* ---- tournament: 4 tokens for each block, a bit for each layer ---- */

void cm_native_step_tournament(const cm_native *n, cm_native_sequence *s, const uint32_t *context,
                               float *scores) {
    uint8_t bytes[PIECE * BLOCK];
    cm_native_seed seed = cm_native_seed_of(context, n->width, CM_NATIVE_LAYERS, 0);
    for (uint32_t at = 0; at < n->vocabulary; at += WORDS) {
        uint32_t left = n->vocabulary - at;
        size_t count = left < WORDS ? left : WORDS;
        cm_native_blocks(s->prf, &seed, at / 4, (count + 3) / 4, bytes);
        for (size_t i = 0; i < count; i++)
            s->layer_bits[at + i] = cm_native_word(bytes, i);
    }
    cm_synthid_update(scores, s->layer_bits, n->vocabulary, n->depth, 2, -INFINITY, s->probability);
}
