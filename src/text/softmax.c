#include "text/softmax.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/wide.h"

/* Compilers write fewer lanes of a maximum out one by one. */
enum { LANES = 16, GREATEST_LANES = 32, PIECE = 256 };

CM_WIDE static float greatest(const float *v, size_t n) {
    float lane[GREATEST_LANES];
    size_t i = 0;
    for (size_t k = 0; k < GREATEST_LANES; k++)
        lane[k] = -INFINITY;
    for (; i + GREATEST_LANES <= n; i += GREATEST_LANES)
        for (size_t k = 0; k < GREATEST_LANES; k++)
            lane[k] = v[i + k] > lane[k] ? v[i + k] : lane[k];
    for (; i < n; i++)
        lane[0] = v[i] > lane[0] ? v[i] : lane[0];
    for (size_t k = 1; k < GREATEST_LANES; k++)
        lane[0] = lane[k] > lane[0] ? lane[k] : lane[0];
    return lane[0];
}

float cm_greatest(const float *v, size_t n) {
    return greatest(v, n);
}

/* Adding this rounds a small float to a whole number, which then stands in the lowest bits. */
static const float ROUND = 0x1.8p23f;

/* e^x for x <= 0: 2^k e^r with |r| <= ln 2 / 2, and e^r by its Taylor series. */
CM_WIDE static void powers_of_e(float *x, size_t n) {
    for (size_t i = 0; i < n; i++) {
        float v = x[i] > -87.0f ? x[i] : -87.0f;
        float shifted = v * 1.44269504f + ROUND, k = shifted - ROUND;
        float r = v - k * 0.693359375f + k * 2.12194440e-4f;
        float e =
            1 +
            r * (1 + r * (1.0f / 2 +
                          r * (1.0f / 6 + r * (1.0f / 24 + r * (1.0f / 120 + r * (1.0f / 720))))));
        int32_t bits;
        memcpy(&bits, &e, sizeof bits);
        bits += (int32_t)k * (1 << 23);
        memcpy(&e, &bits, sizeof e);
        x[i] = x[i] > -87.0f ? e : 0.0f;
    }
}

void cm_powers_of_e(float *x, size_t n) {
    powers_of_e(x, n);
}

/* Floats are added up in short pieces only. */
CM_WIDE static double total(const float *v, size_t n) {
    float lane[LANES] = {0};
    size_t i = 0;
    double sum = 0;
    for (; i + LANES <= n; i += LANES)
        for (size_t k = 0; k < LANES; k++)
            lane[k] += v[i + k];
    for (; i < n; i++)
        lane[0] += v[i];
    for (int k = 0; k < LANES; k++)
        sum += (double)lane[k];
    return sum;
}

void cm_softmax(const float *scores, size_t n, float *p) {
    float most = cm_greatest(scores, n);
    double sum = 0;
    if (most == -INFINITY) {
        memset(p, 0, n * sizeof *p);
        return;
    }
    for (size_t at = 0; at < n; at += PIECE) {
        size_t count = n - at < PIECE ? n - at : PIECE;
        for (size_t i = at; i < at + count; i++)
            p[i] = scores[i] - most;
        powers_of_e(p + at, count);
        sum += total(p + at, count);
    }
    float scale = (float)(1 / sum);
    for (size_t i = 0; i < n; i++)
        p[i] *= scale;
}

/* ln of a normal float: 2^k m with m between sqrt(1/2) and sqrt(2), and ln m by Cephes' minimax
 * polynomial of m - 1. */
static inline float logarithm(float p) {
    int32_t bits;
    memcpy(&bits, &p, sizeof bits);
    int32_t k = (bits - 0x3f3504f3) >> 23;
    bits -= k * (1 << 23);
    float m, e = (float)k;
    memcpy(&m, &bits, sizeof m);
    float x = m - 1, z = x * x;
    float y = 7.0376836292e-2f;
    y = y * x - 1.1514610310e-1f;
    y = y * x + 1.1676998740e-1f;
    y = y * x - 1.2420140846e-1f;
    y = y * x + 1.4249322787e-1f;
    y = y * x - 1.6668057665e-1f;
    y = y * x + 2.0000714765e-1f;
    y = y * x - 2.4999993993e-1f;
    y = y * x + 3.3333331174e-1f;
    y = x * z * y - 2.12194440e-4f * e - 0.5f * z;
    return x + y + 0.693359375f * e;
}

CM_WIDE static void logarithms(const float *p, size_t n, float nothing, float *out) {
    for (size_t i = 0; i < n; i++) {
        float value = logarithm(p[i] >= FLT_MIN ? p[i] : 1.0f);
        out[i] = p[i] >= FLT_MIN && p[i] <= FLT_MAX ? value : nothing;
    }
}

void cm_logarithms(const float *p, size_t n, float nothing, float *out) {
    logarithms(p, n, nothing, out);
    for (size_t i = 0; i < n; i++)
        if (p[i] > 0 && p[i] < FLT_MIN)
            out[i] = logf(p[i]);
}
