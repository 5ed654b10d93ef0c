#include "base/mt19937.h"

enum { MIDDLE = 397 };

void cm_mt_seed(cm_mt *mt, uint64_t seed) {
    uint32_t x = (uint32_t)seed;
    for (uint32_t i = 0; i < CM_MT_WORDS; i++) {
        mt->state[i] = x;
        x = 1812433253u * (x ^ (x >> 30)) + i + 1;
    }
    mt->at = CM_MT_WORDS;
}

/* init_by_array() of the generator's authors, with the seed's words as its array. */
void cm_mt_seed_python(cm_mt *mt, uint64_t seed) {
    const uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    uint32_t *s = mt->state, words = key[1] != 0 ? 2 : 1, i = 1;
    cm_mt_seed(mt, 19650218);
    for (uint32_t k = 0; k < CM_MT_WORDS; k++) {
        s[i] = (s[i] ^ (s[i - 1] ^ s[i - 1] >> 30) * 1664525u) + key[k % words] + k % words;
        if (++i == CM_MT_WORDS) {
            s[0] = s[CM_MT_WORDS - 1];
            i = 1;
        }
    }
    for (uint32_t k = 1; k < CM_MT_WORDS; k++) {
        s[i] = (s[i] ^ (s[i - 1] ^ s[i - 1] >> 30) * 1566083941u) - i;
        if (++i == CM_MT_WORDS) {
            s[0] = s[CM_MT_WORDS - 1];
            i = 1;
        }
    }
    s[0] = 0x80000000u;
}

/* No branch on the low bit, which is as good as random, so that compilers take several words at
 * once.
 */
static inline uint32_t twist(uint32_t high, uint32_t low) {
    uint32_t mixed = (high & 0x80000000u) | (low & 0x7fffffffu);
    return (mixed >> 1) ^ ((0 - (low & 1)) & 0x9908b0dfu);
}

static void renew(cm_mt *mt) {
    uint32_t *s = mt->state;
    int i = 0;
    for (; i < CM_MT_WORDS - MIDDLE; i++)
        s[i] = s[i + MIDDLE] ^ twist(s[i], s[i + 1]);
    for (; i < CM_MT_WORDS - 1; i++)
        s[i] = s[i + MIDDLE - CM_MT_WORDS] ^ twist(s[i], s[i + 1]);
    s[i] = s[MIDDLE - 1] ^ twist(s[i], s[0]);
    mt->at = 0;
}

static inline uint32_t temper(uint32_t y) {
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680u;
    y ^= (y << 15) & 0xefc60000u;
    return y ^ (y >> 18);
}

uint32_t cm_mt_u32(cm_mt *mt) {
    if (mt->at == CM_MT_WORDS)
        renew(mt);
    return temper(mt->state[mt->at++]);
}

void cm_mt_block(cm_mt *mt, uint32_t out[CM_MT_WORDS]) {
    renew(mt);
    for (int i = 0; i < CM_MT_WORDS; i++)
        out[i] = temper(mt->state[i]);
    mt->at = CM_MT_WORDS;
}

float cm_mt_float(cm_mt *mt) {
    return (float)(cm_mt_u32(mt) & 0xffffffu) * 0x1p-24f;
}

double cm_mt_double(cm_mt *mt) {
    uint32_t high = cm_mt_u32(mt) >> 5, low = cm_mt_u32(mt) >> 6;
    return ((double)high * 0x1p26 + (double)low) * 0x1p-53;
}

/* 0 .. most, by drawing again what is beyond. */
static uint32_t draw(cm_mt *mt, uint32_t most) {
    uint32_t mask = most, value;
    for (int shift = 1; shift < 32; shift *= 2)
        mask |= mask >> shift;
    do
        value = cm_mt_u32(mt) & mask;
    while (value > most);
    return value;
}

/* Fisher and Yates from the back. */
void cm_mt_shuffle(cm_mt *mt, uint32_t *order, uint32_t n) {
    for (uint32_t i = n; i-- > 1;) {
        uint32_t j = draw(mt, i), was = order[i];
        order[i] = order[j];
        order[j] = was;
    }
}

/* Fisher and Yates from the front: element i is final after step i. */
void cm_mt_permutation(uint64_t seed, uint32_t n, uint32_t count, uint32_t *order) {
    cm_mt mt;
    cm_mt_seed(&mt, seed);
    for (uint32_t i = 0; i < n; i++)
        order[i] = i;
    for (uint32_t i = 0; i < count && i + 1 < n; i++) {
        uint32_t j = i + cm_mt_u32(&mt) % (n - i), was = order[i];
        order[i] = order[j];
        order[j] = was;
    }
}

/* Follows the one element through the swaps: at step i it is taken from its place j for good, or
 * makes way to j for another. */
uint32_t cm_mt_place(uint64_t seed, uint32_t n, uint32_t count, uint32_t element) {
    cm_mt mt;
    cm_mt_seed(&mt, seed);
    for (uint32_t i = 0; i < count && i + 1 < n; i++) {
        uint32_t j = i + cm_mt_u32(&mt) % (n - i);
        if (j == element)
            return i;
        if (i == element)
            element = j;
    }
    return element; /* below `count` only where that is n: the last has no step of its own */
}
