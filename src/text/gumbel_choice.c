/* vLLM's choice over the whole vocabulary: the numbers of many tokens at a time, and logarithms
 * only for those that may win. */
#include <math.h>
#include <string.h>

#include "base/wide.h"
#include "text/gumbel.h"
#include "text/philox_lanes.h"
#include "text/softmax.h"

enum { TOKENS = 4 * CM_PHILOX_LANES };

/* What -ln(-ln u) can be at most for 24 bits of u: -ln(2^-24). */
static const float NOISE_MOST = 16.7f;

/* Counters that differ in their first word alone. */
static void prepare(const cm_vllm_context *c, cm_philox_batch *batch) {
    for (size_t i = 0; i < CM_PHILOX_LANES; i++) {
        for (size_t k = 1; k < 4; k++)
            batch->counter[k][i] = c->state[k - 1];
        batch->key[0][i] = c->key[0];
        batch->key[1][i] = c->key[1];
    }
}

static void words_of(cm_philox_batch *batch, uint32_t first, uint32_t word[TOKENS]) {
    for (uint32_t i = 0; i < CM_PHILOX_LANES; i++)
        batch->counter[0][i] = first + i;
    cm_philox_lanes(batch, CM_PHILOX_LANES, word);
}

/* At least logit - ln(-ln u), without a logarithm: -ln(-ln u) <= -ln(1 - u) = ln((2^24 + 1) / (2^24
 * - k)), and log2 of a float is at least what its bits say when read as a number. */
CM_WIDE static void bounds(const float *logits, const uint32_t *word, uint32_t n, float *bound) {
    for (uint32_t i = 0; i < n; i++) {
        float rest = (float)(int32_t)((1u << 24) - (word[i] >> 8));
        int32_t bits;
        memcpy(&bits, &rest, sizeof bits);
        float log2_rest = (float)bits * 0x1p-23f - 127.0f;
        bound[i] = logits[i] + 0.6931473f * (24.0001f - log2_rest);
    }
}

typedef struct choice {
    float value;
    uint32_t token;
} choice;

static void choose_in(const float *logits, const uint32_t *word, const float *bound, uint32_t n,
                      uint32_t first, choice *best) {
    for (uint32_t i = 0; i < n; i++) {
        if (!(bound[i] > best->value))
            continue;
        float value = logits[i] - logf(-logf(cm_vllm_number(word[i] >> 8)));
        if (value > best->value)
            *best = (choice){.value = value, .token = first + i};
    }
}

/* Pieces without a logit that could win are passed over before their numbers are made. */
uint32_t cm_vllm_choice(const cm_vllm_context *c, const float *logits, uint32_t count) {
    uint32_t word[TOKENS];
    float bound[TOKENS];
    choice best = {.value = -INFINITY, .token = count};
    cm_philox_batch batch;
    prepare(c, &batch);
    for (uint32_t at = 0; at < count; at += TOKENS) {
        uint32_t n = count - at < TOKENS ? count - at : TOKENS;
        if (!(cm_greatest(logits + at, n) + NOISE_MOST > best.value))
            continue;
        words_of(&batch, at / 4, word);
        bounds(logits + at, word, n, bound);
        if (cm_greatest(bound, n) > best.value)
            choose_in(logits + at, word, bound, n, at, &best);
    }
    return best.token;
}
