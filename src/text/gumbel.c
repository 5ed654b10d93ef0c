#include "text/gumbel.h"

#include "text/philox.h"

static const uint32_t VLLM_CONTEXT = 0x574d4358u, VLLM_TOKEN = 0x574d544bu; /* "WMCX", "WMTK" */

cm_vllm_context cm_vllm_context_of(uint64_t key, const int32_t *ids, uint32_t width) {
    uint32_t low = (uint32_t)key, high = (uint32_t)(key >> 32);
    cm_vllm_context c = {.state = {VLLM_CONTEXT, width, 0, 0}};
    for (uint32_t offset = 0; offset < width; offset += 4) {
        for (uint32_t i = 0; i < 4; i++)
            c.state[i] ^= offset + i < width ? (uint32_t)ids[offset + i] : UINT32_MAX - i;
        cm_philox(c.state, low ^ offset, high);
    }
    c.key[0] = low ^ c.state[3];
    c.key[1] = high ^ VLLM_TOKEN;
    return c;
}

uint32_t cm_vllm_bits(const cm_vllm_context *c, uint32_t token) {
    uint32_t counter[4] = {token >> 2, c->state[0], c->state[1], c->state[2]};
    cm_philox(counter, c->key[0], c->key[1]);
    return counter[token & 3] >> 8;
}

static float uniform_of(uint32_t bits) {
    return (float)((double)(bits + 1) / (0x1p24 + 1));
}

float cm_vllm_uniform(const cm_vllm_context *c, uint32_t token) {
    return uniform_of(cm_vllm_bits(c, token));
}

/* LANES counters at a time, for vectors. */
enum { LANES = 16 };

static void some_uniforms(const cm_vllm_context *c, uint32_t first, float *uniform) {
    uint32_t word[4][LANES];
    for (uint32_t i = 0; i < LANES; i++) {
        uint32_t counter[4] = {first + i, c->state[0], c->state[1], c->state[2]};
        cm_philox(counter, c->key[0], c->key[1]);
        for (int k = 0; k < 4; k++)
            word[k][i] = counter[k];
    }
    for (uint32_t i = 0; i < 4 * LANES; i++)
        uniform[i] = uniform_of(word[i % 4][i / 4] >> 8);
}

void cm_vllm_uniforms(const cm_vllm_context *c, float *uniform, uint32_t count) {
    uint32_t t = 0;
    for (; t + 4 * LANES <= count; t += 4 * LANES)
        some_uniforms(c, t / 4, uniform + t);
    for (; t < count; t++)
        uniform[t] = cm_vllm_uniform(c, t);
}

uint32_t cm_textseal_level(uint64_t key, const uint32_t *ids, int n, uint32_t token) {
    static const uint32_t PRIMES[CM_TEXTSEAL_CONTEXT_MAX] = {10000019, 10000247, 10000439, 10000643,
                                                             10000747, 10000867, 10000993, 10001213,
                                                             10001357, 10001501};
    uint64_t sum = 100000007u * (uint64_t)token + 500001713u * key;
    for (int i = 0; i < n && i < CM_TEXTSEAL_CONTEXT_MAX; i++)
        sum += (uint64_t)PRIMES[i] * ids[i];
    int64_t h = (int64_t)(sum * 15485863u * 40499u);
    h ^= h >> 13;
    int64_t rest = h % CM_TEXTSEAL_LEVELS;
    return (uint32_t)(rest < 0 ? rest + CM_TEXTSEAL_LEVELS : rest);
}

float cm_textseal_uniform(uint32_t level) {
    return (float)level / (float)CM_TEXTSEAL_LEVELS;
}
