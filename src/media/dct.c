#include "media/dct.h"

#include <math.h>
#include <string.h>

/* Vectors of the compiler's own, which exist on every target. A block is a left and a right half,
 * eight vectors each; a pass transforms the columns of a half. */
typedef float vec __attribute__((vector_size(16)));
typedef int32_t ints __attribute__((vector_size(16)));
typedef int16_t shorts __attribute__((vector_size(16)));

enum { LANES = 4 };

/* sqrt(2) cos(k pi / 16), and 1 for k = 0. */
static const float FACTOR[CM_DCT_SIDE] = {1.0f, 1.387039845f, 1.306562965f, 1.175875602f,
                                          1.0f, 0.785694958f, 0.541196100f, 0.275899379f};

void cm_dct_forward_scale(float scaled[CM_DCT_SIZE]) {
    for (int i = 0; i < CM_DCT_SIZE; i++)
        scaled[i] = 1.0f / (8.0f * FACTOR[i / CM_DCT_SIDE] * FACTOR[i % CM_DCT_SIDE]);
}

void cm_dct_inverse_scale(float scaled[CM_DCT_SIZE]) {
    for (int i = 0; i < CM_DCT_SIZE; i++)
        scaled[i] = FACTOR[i / CM_DCT_SIDE] * FACTOR[i % CM_DCT_SIDE] / 8.0f;
}

void cm_dct_basis(float basis[CM_DCT_SIDE][CM_DCT_SIDE]) {
    const double turn = 3.14159265358979323846 / (2 * CM_DCT_SIDE);
    for (int u = 0; u < CM_DCT_SIDE; u++)
        for (int x = 0; x < CM_DCT_SIDE; x++)
            basis[u][x] = (float)((u == 0 ? sqrt(0.125) : 0.5) * cos((2 * x + 1) * u * turn));
}

/* cos(pi / 4), cos(3 pi / 8), and their sums and differences with cos(pi / 8). */
static const float R2 = 0.707106781f;
static const float C6 = 0.382683433f;
static const float C2_LESS_C6 = 0.541196100f;
static const float C2_PLUS_C6 = 1.306562965f;

static inline void forward_columns(vec x[CM_DCT_SIDE]) {
    vec s07 = x[0] + x[7], d07 = x[0] - x[7];
    vec s16 = x[1] + x[6], d16 = x[1] - x[6];
    vec s25 = x[2] + x[5], d25 = x[2] - x[5];
    vec s34 = x[3] + x[4], d34 = x[3] - x[4];

    vec outer = s07 + s34, outer_d = s07 - s34;
    vec inner = s16 + s25, inner_d = s16 - s25;
    vec turned = (inner_d + outer_d) * R2;
    x[0] = outer + inner;
    x[4] = outer - inner;
    x[2] = outer_d + turned;
    x[6] = outer_d - turned;

    vec a = d34 + d25, b = d25 + d16, c = d16 + d07;
    vec common = (a - c) * C6;
    vec low = a * C2_LESS_C6 + common;
    vec high = c * C2_PLUS_C6 + common;
    vec plus = d07 + b * R2, minus = d07 - b * R2;
    x[5] = minus + low;
    x[3] = minus - low;
    x[1] = plus + high;
    x[7] = plus - high;
}

static inline void inverse_columns(vec x[CM_DCT_SIDE]) {
    vec s04 = x[0] + x[4], d04 = x[0] - x[4];
    vec s26 = x[2] + x[6];
    vec d26 = (x[2] - x[6]) * (2 * R2) - s26;
    vec e0 = s04 + s26, e3 = s04 - s26, e1 = d04 + d26, e2 = d04 - d26;

    vec s53 = x[5] + x[3], d53 = x[5] - x[3];
    vec s17 = x[1] + x[7], d17 = x[1] - x[7];
    vec common = (d53 + d17) * (C2_LESS_C6 + C2_PLUS_C6);
    vec o0 = s17 + s53;
    vec o1 = common - d53 * (2 * C2_PLUS_C6) - o0;
    vec o2 = (s17 - s53) * (2 * R2) - o1;
    vec o3 = common - d17 * (2 * C2_LESS_C6) - o2;

    x[0] = e0 + o0;
    x[7] = e0 - o0;
    x[1] = e1 + o1;
    x[6] = e1 - o1;
    x[2] = e2 + o2;
    x[5] = e2 - o2;
    x[3] = e3 + o3;
    x[4] = e3 - o3;
}

static inline void transpose4(const vec in[LANES], vec out[LANES]) {
    vec a = __builtin_shufflevector(in[0], in[1], 0, 4, 1, 5);
    vec b = __builtin_shufflevector(in[2], in[3], 0, 4, 1, 5);
    vec c = __builtin_shufflevector(in[0], in[1], 2, 6, 3, 7);
    vec d = __builtin_shufflevector(in[2], in[3], 2, 6, 3, 7);
    out[0] = __builtin_shufflevector(a, b, 0, 1, 4, 5);
    out[1] = __builtin_shufflevector(a, b, 2, 3, 6, 7);
    out[2] = __builtin_shufflevector(c, d, 0, 1, 4, 5);
    out[3] = __builtin_shufflevector(c, d, 2, 3, 6, 7);
}

static inline void transpose(const vec left[CM_DCT_SIDE], const vec right[CM_DCT_SIDE],
                             vec new_left[CM_DCT_SIDE], vec new_right[CM_DCT_SIDE]) {
    transpose4(left, new_left);
    transpose4(left + LANES, new_right);
    transpose4(right, new_left + LANES);
    transpose4(right + LANES, new_right + LANES);
}

static inline vec load(const float *from) {
    vec v;
    memcpy(&v, from, sizeof v);
    return v;
}

static inline void store(float *to, vec v) {
    memcpy(to, &v, sizeof v);
}

void cm_dct_forward(const float *block, size_t stride, float coefficients[CM_DCT_SIZE]) {
    vec left[CM_DCT_SIDE], right[CM_DCT_SIDE], l[CM_DCT_SIDE], r[CM_DCT_SIDE];
    for (size_t y = 0; y < CM_DCT_SIDE; y++) {
        left[y] = load(block + y * stride);
        right[y] = load(block + y * stride + LANES);
    }
    forward_columns(left);
    forward_columns(right);
    transpose(left, right, l, r);
    forward_columns(l);
    forward_columns(r);
    transpose(l, r, left, right);
    for (size_t v = 0; v < CM_DCT_SIDE; v++) {
        store(coefficients + v * CM_DCT_SIDE, left[v]);
        store(coefficients + v * CM_DCT_SIDE + LANES, right[v]);
    }
}

/* Doubles each level and shifts one of the two out again: sign extension without a library. */
static inline void dequantise(const int16_t *levels, const float *steps, vec *left, vec *right) {
    shorts row;
    memcpy(&row, levels, sizeof row);
    ints low = (ints)__builtin_shufflevector(row, row, 0, 0, 1, 1, 2, 2, 3, 3) >> 16;
    ints high = (ints)__builtin_shufflevector(row, row, 4, 4, 5, 5, 6, 6, 7, 7) >> 16;
    *left = __builtin_convertvector(low, vec) * load(steps);
    *right = __builtin_convertvector(high, vec) * load(steps + LANES);
}

void cm_dct_inverse(const int16_t levels[CM_DCT_SIZE], const float steps[CM_DCT_SIZE], float *block,
                    size_t stride) {
    vec left[CM_DCT_SIDE], right[CM_DCT_SIDE], l[CM_DCT_SIDE], r[CM_DCT_SIDE];
    for (size_t v = 0; v < CM_DCT_SIDE; v++)
        dequantise(levels + v * CM_DCT_SIDE, steps + v * CM_DCT_SIDE, &left[v], &right[v]);
    inverse_columns(left);
    inverse_columns(right);
    transpose(left, right, l, r);
    inverse_columns(l);
    inverse_columns(r);
    transpose(l, r, left, right);
    for (size_t y = 0; y < CM_DCT_SIDE; y++) {
        store(block + y * stride, left[y]);
        store(block + y * stride + LANES, right[y]);
    }
}
