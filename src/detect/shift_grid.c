#include "detect/shift_grid.h"

#include <math.h>
#include <stdlib.h>

#include "base/wide.h"

enum { LANES = 8 /* shifts down, side by side */, POWERS = CM_PILOT_HIGH + 1 };

typedef float lanes __attribute__((vector_size(4 * LANES)));

static const double TURN = 2 * 3.14159265358979323846;

void cm_shift_table_fill(int n, cm_shift_table *out) {
    out->n = n;
    for (int k = 0; k < POWERS; k++)
        for (int m = 0; m < n; m++) {
            out->cosine[k][m] = (float)cos(TURN * (k * m % n) / n);
            out->sine[k][m] = (float)sin(TURN * (k * m % n) / n);
        }
    for (int m = 0; m <= n / 4; m++)
        for (int k = 0; k < POWERS; k++) {
            out->across[m][k][0] = out->cosine[k][m];
            out->across[m][k][1] = out->sine[k][m];
        }
}

/* What is left to turn across, by kx: the pilots turned down by `from` … from + LANES - 1. */
CM_PART void turn_down(const cm_shift_table *t, const cm_frequency *const *f, const cm_complex *a,
                       int from, lanes *re, lanes *im) {
    for (int k = 0; k < POWERS; k++)
        re[k] = im[k] = (lanes){0};
    for (int i = 0; i < CM_PILOTS; i++) {
        const float *cosine = t->cosine[abs(f[i]->ky)] + from,
                    *sine = t->sine[abs(f[i]->ky)] + from;
        float x = crealf(a[i]), y = cimagf(a[i]), sign = f[i]->ky < 0 ? -1 : 1;
        lanes c, s;
        for (int l = 0; l < LANES; l++) {
            c[l] = cosine[l];
            s[l] = sign * sine[l];
        }
        re[f[i]->kx] += x * c - y * s;
        im[f[i]->kx] += x * s + y * c;
    }
}

CM_PART void raise_to(lanes *most, const lanes *v) {
    for (int l = 0; l < LANES; l++)
        (*most)[l] = (*v)[l] > (*most)[l] ? (*v)[l] : (*most)[l];
}

/* The four shifts ±m and n/2 ± m have the same terms but for signs. */
CM_PART void look_across(const float (*turn)[2], const lanes *re, const lanes *im, lanes *most) {
    lanes even = {0}, odd = {0}, even_sine = {0}, odd_sine = {0};
    for (int k = 0; k + 1 < POWERS; k += 2) {
        even += re[k] * turn[k][0];
        even_sine += im[k] * turn[k][1];
        odd += re[k + 1] * turn[k + 1][0];
        odd_sine += im[k + 1] * turn[k + 1][1];
    }
    even += re[POWERS - 1] * turn[POWERS - 1][0];
    even_sine += im[POWERS - 1] * turn[POWERS - 1][1];
    lanes near = even + odd, near_sine = even_sine + odd_sine;
    lanes far = even - odd, far_sine = even_sine - odd_sine;
    lanes at[4] = {near - near_sine, near + near_sine, far - far_sine, far + far_sine};
    for (int i = 0; i < 4; i++)
        raise_to(most, &at[i]);
}

_Static_assert(POWERS % 2 == 1, "the last power is even");

CM_WIDE static void find_greatest(const cm_shift_table *t, const cm_frequency *const *f,
                                  const cm_complex *a, lanes *most) {
    lanes re[POWERS], im[POWERS];
    for (int y = 0; y < t->n; y += LANES) {
        turn_down(t, f, a, y, re, im);
        for (int m = 0; m <= t->n / 4; m++)
            look_across(t->across[m], re, im, most);
    }
}

float cm_shift_grid_best(const cm_shift_table *t, const cm_frequency *const *f,
                         const cm_complex *a) {
    lanes most = (lanes){0} - INFINITY;
    float best = -INFINITY;
    find_greatest(t, f, a, &most);
    for (int l = 0; l < LANES; l++)
        best = fmaxf(best, most[l]);
    return best;
}
