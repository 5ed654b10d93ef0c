#include "text/gumbel.h"

#include <string.h>

#include "base/hash.h"
#include "text/philox.h"
#include "text/philox_lanes.h"

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

static void absorb(cm_philox_batch *b, const uint32_t *ids, const uint32_t *at, size_t count,
                   uint32_t width, uint32_t offset) {
    for (size_t i = 0; i < count; i++) {
        const uint32_t *context = ids + at[i] - width;
        for (uint32_t k = 0; k < 4; k++)
            b->counter[k][i] ^= offset + k < width ? context[offset + k] : UINT32_MAX - k;
    }
}

/* The words of one counter to their rows. */
static void spread(const uint32_t *image, size_t count, cm_philox_batch *b) {
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < 4; k++)
            b->counter[k][i] = image[4 * i + k];
}

/* cm_vllm_context_of() many times, and then the tokens' blocks. */
static void bits_of_some(uint64_t key, uint32_t width, const uint32_t *ids, const uint32_t *at,
                         size_t count, uint32_t *bits) {
    uint32_t low = (uint32_t)key, high = (uint32_t)(key >> 32), image[4 * CM_PHILOX_LANES];
    cm_philox_batch b = {0};
    for (size_t i = 0; i < count; i++) {
        b.counter[0][i] = VLLM_CONTEXT;
        b.counter[1][i] = width;
        b.key[1][i] = high;
    }
    for (uint32_t offset = 0; offset < width; offset += 4) {
        absorb(&b, ids, at, count, width, offset);
        for (size_t i = 0; i < count; i++)
            b.key[0][i] = low ^ offset;
        cm_philox_lanes(&b, count, image);
        spread(image, count, &b);
    }
    for (size_t i = 0; i < count; i++) {
        b.key[0][i] = low ^ image[4 * i + 3];
        b.key[1][i] = high ^ VLLM_TOKEN;
        for (size_t k = 1; k < 4; k++)
            b.counter[k][i] = image[4 * i + k - 1];
        b.counter[0][i] = ids[at[i]] >> 2;
    }
    cm_philox_lanes(&b, count, image);
    for (size_t i = 0; i < count; i++)
        bits[i] = image[4 * i + (ids[at[i]] & 3)] >> 8;
}

void cm_vllm_bits_of(uint64_t key, uint32_t width, const uint32_t *ids, const uint32_t *at,
                     size_t count, uint32_t *bits) {
    for (size_t i = 0; i < count; i += CM_PHILOX_LANES) {
        size_t some = count - i < CM_PHILOX_LANES ? count - i : CM_PHILOX_LANES;
        bits_of_some(key, width, ids, at + i, some, bits + i);
    }
}

float cm_vllm_number(uint32_t bits) {
    return (float)((double)(bits + 1) / (0x1p24 + 1));
}

static cm_code derive(const char *name, uint64_t key, uint64_t *out, cm_error *err) {
    uint8_t bytes[16];
    cm_digest digest;
    size_t n = strlen(name);
    memcpy(bytes, name, n);
    for (size_t i = 0; i < 8; i++)
        bytes[n + i] = (uint8_t)(key >> (56 - 8 * i));
    cm_code code =
        cm_hash_bytes(CM_HASH_SHA256, (cm_bytes){.data = bytes, .size = n + 8}, &digest, err);
    *out = 0;
    for (size_t i = 0; code == CM_OK && i < 8; i++)
        *out = *out << 8 | digest.bytes[i];
    return code;
}

cm_code cm_vllm_dual_keys(uint64_t key, uint64_t out[2], cm_error *err) {
    cm_code code = derive("key_a", key, &out[0], err);
    return code == CM_OK ? derive("key_b", key, &out[1], err) : code;
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
