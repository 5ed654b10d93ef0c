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
