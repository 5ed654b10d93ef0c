#include "text/bricks.h"

#include <math.h>
#include <string.h>

#include "base/tails.h"
#include "base/mt19937.h"

/* x + y mod 2^64 - 1, for x and y below that; 2^64 is 1. */
static uint64_t add(uint64_t x, uint64_t y) {
    uint64_t sum = x + y;
    sum += sum < x;
    return sum == UINT64_MAX ? 0 : sum;
}

/* x y mod 2^64 - 1 by 32 bits of y at a time. */
static uint64_t times(uint64_t x, uint64_t y) {
    uint64_t result = 0;
    for (int shift = 32; shift >= 0; shift -= 32) {
        uint64_t part = y >> shift & UINT32_MAX;
        uint64_t low = (x & UINT32_MAX) * part, high = (x >> 32) * part;
        uint64_t product = add(add(high >> 32, high << 32), low);
        result = add(result << 32 | result >> 32, product);
    }
    return result;
}

uint64_t cm_bricks_seed(const cm_bricks *b, const uint32_t *context) {
    uint64_t seed = b->seed % UINT64_MAX;
    for (int i = 0; i < b->ngram; i++)
        seed = add(times(seed, b->salt % UINT64_MAX), context[i]);
    return seed;
}

void cm_bricks_flags(const cm_bricks *b, uint64_t seed, uint32_t *order, uint8_t *green) {
    cm_mt_permutation(seed, b->vocabulary, b->green, order);
    memset(green, 0, b->vocabulary);
    for (uint32_t i = 0; i < b->green; i++)
        green[order[i]] = 1;
}

void cm_bricks_uniforms(const cm_bricks *b, uint64_t seed, uint32_t count, float *uniform) {
    cm_mt mt;
    (void)b;
    cm_mt_seed(&mt, seed);
    for (uint32_t i = 0; i < count; i++)
        uniform[i] = cm_mt_float(&mt);
}

/* The peer's normal law gives -ln(1 - r) a variance of pi^2 / 6; it has one of 1. */
double cm_bricks_peer_p(const cm_bricks *b, uint64_t n, double sum) {
    static const double PI = 3.14159265358979323846;
    double count = (double)n;
    if (n == 0)
        return NAN;
    if (b->method == CM_BRICKS_MARYLAND)
        return exp(b->normal ? cm_log_normal_tail((sum - b->gamma * count) /
                                                  sqrt(count * b->gamma * (1 - b->gamma)))
                             : cm_log_binomial_tail((uint64_t)sum, n, b->gamma));
    return exp(b->normal ? cm_log_normal_tail((sum - count) / sqrt(count) / (PI / sqrt(6)))
                         : cm_log_gamma_tail(count, sum));
}
