#include "text/pcg64.h"

enum { POOL = 4, SEED_WORDS = 8 };

/* SeedSequence's hash: a multiplier that moves on with every word. */
static uint32_t hash_word(uint32_t value, uint32_t *multiplier, uint32_t step) {
    value ^= *multiplier;
    *multiplier *= step;
    value *= *multiplier;
    return value ^ (value >> 16);
}

static uint32_t mix(uint32_t x, uint32_t y) {
    uint32_t z = 0xca01f9ddu * x - 0x4973f715u * y;
    return z ^ (z >> 16);
}

static void seed_sequence(uint32_t seed, uint32_t out[SEED_WORDS]) {
    uint32_t pool[POOL], a = 0x43b0d7e5u, b = 0x8b51f9ddu;
    for (int i = 0; i < POOL; i++)
        pool[i] = hash_word(i == 0 ? seed : 0, &a, 0x931e8875u);
    for (int from = 0; from < POOL; from++)
        for (int to = 0; to < POOL; to++)
            if (from != to)
                pool[to] = mix(pool[to], hash_word(pool[from], &a, 0x931e8875u));
    for (int i = 0; i < SEED_WORDS; i++)
        out[i] = hash_word(pool[i % POOL], &b, 0x58f38dedu);
}

static const uint64_t STEP_HIGH = 0x2360ed051fc65da4u, STEP_LOW = 0x4385df649fccf645u;

static void step(cm_pcg64 *p) {
    p->state = p->state * ((cm_u128)STEP_HIGH << 64 | STEP_LOW) + p->increment;
}

static cm_u128 join(const uint32_t *words) {
    uint64_t high = (uint64_t)words[1] << 32 | words[0], low = (uint64_t)words[3] << 32 | words[2];
    return (cm_u128)high << 64 | low;
}

void cm_pcg64_seed(cm_pcg64 *p, uint32_t seed) {
    uint32_t words[SEED_WORDS];
    seed_sequence(seed, words);
    *p = (cm_pcg64){.increment = join(words + 4) << 1 | 1};
    step(p);
    p->state += join(words);
    step(p);
}

uint64_t cm_pcg64_u64(cm_pcg64 *p) {
    step(p);
    uint64_t folded = (uint64_t)(p->state >> 64) ^ (uint64_t)p->state;
    unsigned turn = (unsigned)(p->state >> 122);
    return folded >> turn | folded << (-turn & 63);
}

uint32_t cm_pcg64_u32(cm_pcg64 *p) {
    if (p->has_half) {
        p->has_half = false;
        return p->half;
    }
    uint64_t word = cm_pcg64_u64(p);
    p->half = (uint32_t)(word >> 32);
    p->has_half = true;
    return (uint32_t)word;
}

/* From the end; words above the bound are masked to its bits and drawn again until they fit. */
void cm_pcg64_shuffle(cm_pcg64 *p, uint8_t *items, uint32_t n) {
    for (uint32_t i = n; i-- > 1;) {
        uint32_t mask = i, j;
        for (unsigned s = 1; s < 32; s *= 2)
            mask |= mask >> s;
        do
            j = cm_pcg64_u32(p) & mask;
        while (j > i);
        uint8_t was = items[i];
        items[i] = items[j];
        items[j] = was;
    }
}
