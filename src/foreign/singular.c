#include "foreign/singular.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { N = 4, SWEEPS_MAX = 12 };

static double dot(const double *a, const double *b) {
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3];
}

/* Turns two rows until they are at right angles. False where they were, as far as double tells. */
static bool turn(double *a, double *b) {
    double aa = dot(a, a), bb = dot(b, b), ab = dot(a, b);
    if (!(fabs(ab) > 1e-16 * sqrt(aa * bb)))
        return false;
    double zeta = (bb - aa) / (2 * ab);
    double t = copysign(1 / (fabs(zeta) + sqrt(1 + zeta * zeta)), zeta);
    double c = 1 / sqrt(1 + t * t), s = c * t;
    for (int i = 0; i < N; i++) {
        double was = a[i];
        a[i] = c * was - s * b[i];
        b[i] = s * was + c * b[i];
    }
    return true;
}

/* Hestenes' one-sided Jacobi rotations: once all rows are at right angles, their lengths are the
 * singular values. */
void cm_singular_values(const double matrix[16], double values[2]) {
    double m[N][N];
    bool turned = true;
    memcpy(m, matrix, sizeof m);
    for (int sweep = 0; sweep < SWEEPS_MAX && turned; sweep++) {
        turned = false;
        for (int i = 0; i < N; i++)
            for (int j = i + 1; j < N; j++)
                turned = turn(m[i], m[j]) || turned;
    }
    values[0] = values[1] = 0;
    for (int i = 0; i < N; i++) {
        double length = sqrt(dot(m[i], m[i]));
        values[1] = fmax(values[1], fmin(length, values[0]));
        values[0] = fmax(values[0], length);
    }
}

/* The product of a matrix of the form B'B with itself, over the square of its trace; both are
 * symmetric. Returns the trace of the result: 1 where one eigenvalue is all there is. */
static double square(double m[N][N]) {
    double out[N][N], trace = m[0][0] + m[1][1] + m[2][2] + m[3][3], scale = 1 / (trace * trace);
    for (int i = 0; i < N; i++)
        for (int j = i; j < N; j++)
            out[i][j] = out[j][i] = scale * dot(m[i], m[j]);
    memcpy(m, out, sizeof out);
    return out[0][0] + out[1][1] + out[2][2] + out[3][3];
}

/* Squares of B'B soon have the greatest eigenvector as every column, to 1e-9; its Rayleigh quotient
 * is then right to twice as many digits. */
double cm_singular_greatest(const double matrix[16]) {
    double b[N][N], m[N][N], v[N], image[N], values[2];
    memcpy(b, matrix, sizeof b);
    for (int i = 0; i < N; i++)
        for (int j = i; j < N; j++)
            m[i][j] = m[j][i] = dot(b[i], b[j]);
    for (int round = 0; round < 5; round++)
        if (square(m) > 1 - 1e-9) {
            int top = 0;
            for (int i = 1; i < N; i++)
                top = m[i][i] > m[top][top] ? i : top;
            memcpy(v, m[top], sizeof v);
            for (int i = 0; i < N; i++)
                image[i] = v[0] * b[0][i] + v[1] * b[1][i] + v[2] * b[2][i] + v[3] * b[3][i];
            return sqrt(dot(image, image) / dot(v, v));
        }
    cm_singular_values(matrix, values); /* two that are alike, or none */
    return values[0];
}

/* cos((2 i + 1) k pi / 8), times sqrt(1/4) for k = 0 and sqrt(1/2) beyond. */
static const double COSINES[N][N] = {
    {0.5, 0.5, 0.5, 0.5},
    {0.65328148243818826393, 0.27059805007309849220, -0.27059805007309849220,
     -0.65328148243818826393},
    {0.5, -0.5, -0.5, 0.5},
    {0.27059805007309849220, -0.65328148243818826393, 0.65328148243818826393,
     -0.27059805007309849220},
};

void cm_cosines(const double block[16], double out[16]) {
    double half[N][N];
    for (int y = 0; y < N; y++)
        for (int k = 0; k < N; k++)
            half[k][y] = dot(block + (size_t)y * N, COSINES[k]);
    for (int l = 0; l < N; l++)
        for (int k = 0; k < N; k++)
            out[l * N + k] = dot(half[k], COSINES[l]);
}
