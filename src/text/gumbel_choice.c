/* vLLM's choice over the whole vocabulary: the numbers of many tokens at a time, and logarithms
 * only for those that may win. */
#include <math.h>
#include <string.h>

#include "text/gumbel.h"
#include "text/softmax.h"

enum { LANES = 64, TOKENS = 4 * LANES };

/* What -ln(-ln u) can be at most for 24 bits of u: -ln(2^-24). */
static const float NOISE_MOST = 16.7f;

/* Philox (philox.h) of LANES counters that differ in their first word. */
static void words_of(const cm_vllm_context *context, uint32_t first, uint32_t word[TOKENS]) {
    uint32_t a[LANES], b[LANES], c[LANES], d[LANES];
    uint32_t key0 = context->key[0], key1 = context->key[1];
    for (uint32_t i = 0; i < LANES; i++) {
        a[i] = first + i;
        b[i] = context->state[0];
        c[i] = context->state[1];
        d[i] = context->state[2];
    }
    for (int round = 0; round < 10; round++) {
        for (int i = 0; i < LANES; i++) {
            uint64_t p = (uint64_t)a[i] * 0xd2511f53u, q = (uint64_t)c[i] * 0xcd9e8d57u;
            a[i] = (uint32_t)(q >> 32) ^ b[i] ^ key0;
            c[i] = (uint32_t)(p >> 32) ^ d[i] ^ key1;
            b[i] = (uint32_t)q;
            d[i] = (uint32_t)p;
        }
        key0 += 0x9e3779b9u;
        key1 += 0xbb67ae85u;
    }
    for (int i = 0; i < LANES; i++) {
        word[4 * i] = a[i];
        word[4 * i + 1] = b[i];
        word[4 * i + 2] = c[i];
        word[4 * i + 3] = d[i];
    }
}

/* At least logit - ln(-ln u), without a logarithm: -ln(-ln u) <= -ln(1 - u) = ln((2^24 + 1) / (2^24
 * - k)), and log2 of a float is at least what its bits say when read as a number. */
static void bounds(const float *logits, const uint32_t *word, uint32_t n, float *bound) {
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
    for (uint32_t at = 0; at < count; at += TOKENS) {
        uint32_t n = count - at < TOKENS ? count - at : TOKENS;
        if (!(cm_greatest(logits + at, n) + NOISE_MOST > best.value))
            continue;
        words_of(c, at / 4, word);
        bounds(logits + at, word, n, bound);
        if (cm_greatest(bound, n) > best.value)
            choose_in(logits + at, word, bound, n, at, &best);
    }
    return best.token;
}
