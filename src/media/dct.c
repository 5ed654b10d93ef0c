#include "media/dct.h"

#include <string.h>

enum { N = CM_DCT_SIDE, HALF = N / 2 };

/* The basis c(u) cos((2x + 1) u pi / 16) with c(0) = sqrt(1/8), c(u) = 1/2, split by symmetry: even
 * u see only x[i] + x[7 - i], odd u only x[i] - x[7 - i]. C1 .. C7 are cos(k pi / 16) / 2. */
#define C1 0.49039264020161522f
#define C2 0.46193976625564337f
#define C3 0.41573480615127262f
#define C4 0.35355339059327379f
#define C5 0.27778511650980114f
#define C6 0.19134171618254492f
#define C7 0.09754516100806412f

static const float EVEN[HALF][HALF] = {
    {C4, C4, C4, C4}, {C2, C6, -C6, -C2}, {C4, -C4, -C4, C4}, {C6, -C2, C2, -C6}};
static const float ODD[HALF][HALF] = {
    {C1, C3, C5, C7}, {C3, -C7, -C1, -C5}, {C5, -C1, C7, C3}, {C7, -C5, C3, -C1}};

/* Both passes of both directions work on rows of eight floats, so that a compiler makes vectors of
 * them. The pass along a row is a sum of rows of the basis, which needs no transposition. */

/* out[u] = sum over y of basis(u, y) * in[y]. */
static inline void forward_columns(const float *in, size_t stride, float out[N][N]) {
    for (int u = 0; u < HALF; u++) {
        for (int x = 0; x < N; x++) {
            float even = 0;
            float odd = 0;
            for (size_t i = 0; i < HALF; i++) {
                float a = in[i * stride + (size_t)x];
                float b = in[(N - 1 - i) * stride + (size_t)x];
                even += EVEN[u][i] * (a + b);
                odd += ODD[u][i] * (a - b);
            }
            out[2 * u][x] = even;
            out[2 * u + 1][x] = odd;
        }
    }
}

/* The basis with rows x and columns u: out[u] += in[x] * BY_X[x][u]. */
static const float BY_X[N][N] = {
    {C4, C1, C2, C3, C4, C5, C6, C7},     {C4, C3, C6, -C7, -C4, -C1, -C2, -C5},
    {C4, C5, -C6, -C1, -C4, C7, C2, C3},  {C4, C7, -C2, -C5, C4, C3, -C6, -C1},
    {C4, -C7, -C2, C5, C4, -C3, -C6, C1}, {C4, -C5, -C6, C1, -C4, -C7, C2, -C3},
    {C4, -C3, C6, C7, -C4, C1, -C2, C5},  {C4, -C1, C2, -C3, C4, -C5, C6, -C7}};

void cm_dct_forward(const float *block, size_t stride, float coefficients[CM_DCT_SIZE]) {
    float columns[N][N];
    forward_columns(block, stride, columns);
    for (int v = 0; v < N; v++) {
        float row[N] = {0};
        for (int x = 0; x < N; x++)
            for (int u = 0; u < N; u++)
                row[u] += columns[v][x] * BY_X[x][u];
        memcpy(coefficients + v * N, row, sizeof row);
    }
}

/* BY_X transposed: rows u, columns x. */
static const float BY_U[N][N] = {
    {C4, C4, C4, C4, C4, C4, C4, C4},     {C1, C3, C5, C7, -C7, -C5, -C3, -C1},
    {C2, C6, -C6, -C2, -C2, -C6, C6, C2}, {C3, -C7, -C1, -C5, C5, C1, C7, -C3},
    {C4, -C4, -C4, C4, C4, -C4, -C4, C4}, {C5, -C1, C7, C3, -C3, -C7, C1, -C5},
    {C6, -C2, C2, -C6, -C6, C2, -C2, C6}, {C7, -C5, C3, -C1, C1, -C3, C5, -C7}};

static inline int all_zero(const int16_t *levels) {
    uint64_t a;
    uint64_t b;
    memcpy(&a, levels, sizeof a);
    memcpy(&b, levels + HALF, sizeof b);
    return (a | b) == 0;
}

/* Most rows of a photograph's coefficients are zero, so rows go first and zero ones cost nothing.
 */
void cm_dct_inverse(const int16_t levels[CM_DCT_SIZE], const float steps[CM_DCT_SIZE], float *block,
                    size_t stride) {
    float even[HALF][N] = {0};
    float odd[HALF][N] = {0};
    for (int v = 0; v < N; v++) {
        float row[N] = {0};
        if (all_zero(levels + v * N))
            continue;
        for (int u = 0; u < N; u++) {
            float value = (float)levels[v * N + u] * steps[v * N + u];
            for (int x = 0; x < N; x++)
                row[x] += value * BY_U[u][x];
        }
        float(*half)[N] = v % 2 == 0 ? even : odd;
        for (int y = 0; y < HALF; y++)
            for (int x = 0; x < N; x++)
                half[y][x] += row[x] * BY_U[v][y];
    }
    for (size_t y = 0; y < HALF; y++) {
        for (size_t x = 0; x < N; x++) {
            block[y * stride + x] = even[y][x] + odd[y][x];
            block[(N - 1 - y) * stride + x] = even[y][x] - odd[y][x];
        }
    }
}
