/* The steps of cm-text-1: one pass over the vocabulary, in pieces that stay in the nearest cache.
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "text/choice.h"
#include "text/native.h"
#include "text/native_code.h"
#include "text/synthid_mark.h"

enum { BLOCK = 16, PIECE = 256 }; /* bytes of a block, blocks of a piece */

/* ---- green: 16 tokens for each block ---- */

static void raise_green(float *scores, const uint8_t *byte, size_t n, uint8_t bound, float delta) {
    for (size_t i = 0; i < n; i++)
        scores[i] += byte[i] < bound ? delta : 0.0f;
}

void cm_native_step_green(const cm_native *n, cm_native_sequence *s, const uint32_t *context,
                          float *scores) {
    uint8_t bytes[PIECE * BLOCK];
    cm_native_seed seed = cm_native_seed_of(context, n->width, CM_NATIVE_GREEN, 0);
    for (uint32_t at = 0; at < n->vocabulary; at += sizeof bytes) {
        uint32_t left = n->vocabulary - at;
        size_t count = left < sizeof bytes ? left : sizeof bytes;
        cm_native_blocks(s->prf, &seed, at / BLOCK, (count + BLOCK - 1) / BLOCK, bytes);
        raise_green(scores + at, bytes, count, (uint8_t)n->green, n->delta);
    }
}

/* ---- Gumbel: 4 tokens for each block ---- */

enum { WORDS = PIECE * BLOCK / 4 };

static void read_words(const uint8_t *bytes, size_t n, uint32_t add, uint32_t *word) {
    for (size_t i = 0; i < n; i++)
        word[i] = cm_native_word(bytes, i) + add;
}

/* At least logit - ln(-ln u), without a logarithm: -ln(-ln u) <= -ln(1 - u), and log2 of a float is
 * at least what its bits say when read as a number. */
static void bounds(const float *scores, const uint32_t *word, size_t n, float *bound) {
    for (size_t i = 0; i < n; i++) {
        float rest = (float)(int32_t)(~word[i] >> 8); /* (1 - u) 2^24, rounded down */
        int32_t bits;
        memcpy(&bits, &rest, sizeof bits);
        float log2_rest = (float)bits * 0x1p-23f - 127.0f;
        bound[i] = scores[i] + 0.6931473f * (24.0001f - log2_rest);
    }
}

static float greatest(const float *v, size_t n) {
    float lane[16];
    size_t i = 0;
    for (int k = 0; k < 16; k++)
        lane[k] = -INFINITY;
    for (; i + 16 <= n; i += 16)
        for (size_t k = 0; k < 16; k++)
            lane[k] = v[i + k] > lane[k] ? v[i + k] : lane[k];
    for (; i < n; i++)
        lane[0] = v[i] > lane[0] ? v[i] : lane[0];
    for (int k = 1; k < 16; k++)
        lane[0] = lane[k] > lane[0] ? lane[k] : lane[0];
    return lane[0];
}

typedef struct choice {
    double value;
    uint32_t token;
} choice;

static void choose_in(const float *scores, const uint32_t *word, const float *bound, size_t n,
                      uint32_t first, choice *best) {
    for (size_t i = 0; i < n; i++) {
        if (!((double)bound[i] > best->value))
            continue;
        double u = ((double)word[i] + 0.5) * 0x1p-32;
        double value = (double)scores[i] - log(-log(u));
        if (value > best->value)
            *best = (choice){.value = value, .token = first + (uint32_t)i};
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
    uint32_t word[WORDS];
    float bound[WORDS];
    choice best = {.value = -INFINITY, .token = n->vocabulary};
    uint32_t angle = angle_of(n, s->prf, context, payload);
    cm_native_seed seed = cm_native_seed_of(context, n->width, CM_NATIVE_GUMBEL, 0);
    for (uint32_t at = 0; at < n->vocabulary; at += WORDS) {
        uint32_t left = n->vocabulary - at;
        size_t count = left < WORDS ? left : WORDS;
        cm_native_blocks(s->prf, &seed, at / 4, (count + 3) / 4, bytes);
        read_words(bytes, count, angle, word);
        bounds(scores + at, word, count, bound);
        if ((double)greatest(bound, count) > best.value)
            choose_in(scores + at, word, bound, count, at, &best);
    }
    if (best.token == n->vocabulary)
        return false;
    cm_choose_only(scores, n->vocabulary, best.token);
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
