#include "text/synthid.h"

#include "base/hash.h"
#include "base/mt19937.h"

static const uint64_t MULTIPLIER = 6364136223846793005u;

static inline uint64_t fold(uint64_t h, uint64_t word) {
    return (h + word) * MULTIPLIER + 1;
}

uint64_t cm_synthid_hash(uint64_t start, const uint32_t *ngram, int n) {
    for (int i = 0; i < n; i++)
        start = fold(start, ngram[i]);
    return start;
}

cm_code cm_synthid_iv(const int64_t *keys, int depth, uint64_t *out, cm_error *err) {
    enum { BYTE_MAX = 256 };
    const uint64_t modulus = INT64_MAX;
    uint8_t bytes[CM_SYNTHID_DEPTH_MAX * 8];
    cm_digest digest;
    if (depth < 1 || depth > CM_SYNTHID_DEPTH_MAX)
        return cm_fail(err, CM_ERR_ARGUMENT, "SynthID: %d keys; 1 to %d are possible", depth,
                       CM_SYNTHID_DEPTH_MAX);
    for (int i = 0; i < 8 * depth; i++)
        bytes[i] = (uint8_t)((uint64_t)keys[i / 8] >> 8 * (i % 8));
    cm_code code = cm_hash_bytes(
        CM_HASH_SHA256, (cm_bytes){.data = bytes, .size = (size_t)depth * 8}, &digest, err);
    uint64_t rest = 0; /* of the digest as one big number, byte by byte */
    for (size_t i = 0; code == CM_OK && i < digest.size; i++) {
        for (int bit = 0; bit < 8; bit++)
            rest = rest * 2 >= modulus ? rest * 2 - modulus : rest * 2;
        rest = (rest + digest.bytes[i]) % modulus;
    }
    *out = rest;
    return code;
}

void cm_synthid_table(uint64_t seed, uint32_t size, uint8_t *table) {
    cm_mt mt;
    cm_mt_seed(&mt, seed);
    for (uint32_t i = 0; i < size; i++)
        table[i] = (uint8_t)(cm_mt_u32(&mt) & 1);
}

/* Python's %, whose result is never negative. */
static inline uint32_t index_of(int64_t value, uint32_t size) {
    int64_t rest = value % (int64_t)size;
    return (uint32_t)(rest < 0 ? rest + (int64_t)size : rest);
}

uint64_t cm_synthid_table_bits(uint64_t h, const int64_t *keys, int depth, const uint8_t *table,
                               uint32_t size) {
    uint64_t bits = 0;
    for (int l = 0; l < depth; l++) {
        int64_t layer = (int64_t)fold(h, (uint64_t)keys[l]);
        bits |= (uint64_t)table[index_of(layer, size)] << l;
    }
    return bits;
}

uint64_t cm_synthid_reference_bits(uint64_t h, const int64_t *keys, int depth) {
    uint64_t bits = 0;
    for (int l = 0; l < depth; l++) {
        int64_t x = (int64_t)fold(h, (uint64_t)keys[l]);
        for (int i = 0; i < 12; i++)
            x = (int64_t)(((uint64_t)x + 1) * MULTIPLIER + 1) >> 5;
        bits |= ((uint64_t)x >> 30 & 1) << l;
    }
    return bits;
}
