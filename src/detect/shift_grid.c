#include "detect/shift_grid.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/wide.h"

enum { LANES = 8 /* shifts across, side by side */, POWERS = CM_PILOT_HIGH + 1, SIGNS = 4 };

typedef float lanes __attribute__((vector_size(4 * LANES)));

static const double TURN = 2 * 3.14159265358979323846;

void cm_shift_table_fill(int n, cm_shift_table *out) {
    out->n = n;
    for (int m = 0; m < n; m++) {
        out->cosine[1][m] = (float)cos(TURN * m / n);
        out->sine[1][m] = (float)sin(TURN * m / n);
    }
    for (int k = 0; k < POWERS; k++)
        for (int m = 0; m < n; m++) {
            out->cosine[k][m] = out->cosine[1][k * m % n];
            out->sine[k][m] = out->sine[1][k * m % n];
        }
    for (int m = 0; m <= n / 4; m++)
        for (int k = 0; k < POWERS; k++) {
            out->down[m][k][0] = out->cosine[k][m];
            out->down[m][k][1] = out->sine[k][m];
        }
}

/* Pilots turned across by `from` … from + LANES - 1. What is left to turn down: those of a |ky| go
 * with its cosine (even) and against its sine (odd). */
CM_PART void turn_across(const cm_shift_table *t, const cm_frequency *const *f, const cm_complex *a,
                         int from, lanes *even, lanes *odd) {
    for (int k = 0; k < POWERS; k++)
        even[k] = odd[k] = (lanes){0};
    for (int i = 0; i < CM_PILOTS; i++) {
        int row = abs(f[i]->ky);
        float x = crealf(a[i]), y = cimagf(a[i]), sign = f[i]->ky < 0 ? -1 : 1;
        lanes c, s;
        memcpy(&c, t->cosine[f[i]->kx] + from, sizeof c);
        memcpy(&s, t->sine[f[i]->kx] + from, sizeof s);
        even[row] += x * c - y * s;
        odd[row] += sign * (x * s + y * c);
    }
}

/* At rows m, n - m, n/2 - m and n/2 + m, which have the same terms but for signs. */
CM_PART void turn_down(const float (*turn)[2], const lanes *even, const lanes *odd,
                       lanes out[SIGNS]) {
    lanes cosines = even[POWERS - 1] * turn[POWERS - 1][0], other_cosines = {0};
    lanes sines = odd[POWERS - 1] * turn[POWERS - 1][1], other_sines = {0};
    for (int k = 0; k + 1 < POWERS; k += 2) { /* those of even |ky|, and the others */
        cosines += even[k] * turn[k][0];
        sines += odd[k] * turn[k][1];
        other_cosines += even[k + 1] * turn[k + 1][0];
        other_sines += odd[k + 1] * turn[k + 1][1];
    }
    lanes near = cosines + other_cosines, near_sine = sines + other_sines;
    lanes far = cosines - other_cosines, far_sine = sines - other_sines;
    out[0] = near - near_sine;
    out[1] = near + near_sine;
    out[2] = far + far_sine;
    out[3] = far - far_sine;
}

_Static_assert(POWERS % 2 == 1, "the last power is even");

CM_PART void raise_to(lanes *most, const lanes *v) {
    for (int l = 0; l < LANES; l++)
        (*most)[l] = (*v)[l] > (*most)[l] ? (*v)[l] : (*most)[l];
}

CM_WIDE static void correlate_all(const cm_shift_table *t, const cm_frequency *const *f,
                                  const cm_complex *a, float *grid, lanes *most) {
    lanes even[POWERS], odd[POWERS], at[SIGNS];
    int n = t->n;
    for (int x = 0; x < n; x += LANES) {
        turn_across(t, f, a, x, even, odd);
        for (int m = 0; m <= n / 4; m++) {
            const int row[SIGNS] = {m, (n - m) % n, n / 2 - m, n / 2 + m};
            turn_down(t->down[m], even, odd, at);
            const int rows = m < n / 4 ? SIGNS : SIGNS / 2; /* the others are the same again */
            for (int i = 0; i < rows; i++)
                raise_to(most, &at[i]);
            for (int i = 0; grid != NULL && i < rows; i++)
                memcpy(grid + row[i] * n + x, &at[i], sizeof at[i]);
        }
    }
}

float cm_shift_grid(const cm_shift_table *t, const cm_frequency *const *f, const cm_complex *a,
                    float *grid) {
    lanes most = (lanes){0} - INFINITY;
    float best = -INFINITY;
    correlate_all(t, f, a, grid, &most);
    for (int l = 0; l < LANES; l++)
        best = fmaxf(best, most[l]);
    return best;
}
