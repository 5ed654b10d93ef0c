#include "detect/sync.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static const float TURN = 6.28318531f;

enum { CHAINS = 4 };

/* Powers of e^{2πi d / tile}: [CM_BAND_HIGH + k] for k = -CM_BAND_HIGH … CM_BAND_HIGH. */
static void turn_table(float d, cm_complex *table) {
    float angle = TURN * d / CM_TILE;
    cm_complex *mid = table + CM_BAND_HIGH, unit = CMPLXF(cosf(angle), sinf(angle));
    mid[0] = 1;
    for (int k = 1; k <= CHAINS; k++) /* chains that needn't wait for each other */
        mid[k] = mid[k - 1] * unit;
    for (int k = CHAINS + 1; k <= CM_BAND_HIGH; k++)
        mid[k] = mid[k - CHAINS] * mid[CHAINS];
    for (int k = 1; k <= CM_BAND_HIGH; k++)
        mid[-k] = conjf(mid[k]);
}

void cm_sync_align(const cm_complex *in, const cm_frequency *f, int n, bool turned, float dx,
                   float dy, cm_complex *out) {
    cm_complex tx[2 * CM_BAND_HIGH + 1], ty[2 * CM_BAND_HIGH + 1];
    turn_table(dx, tx);
    turn_table(dy, ty);
    for (int i = 0; i < n; i++) {
        cm_complex turn = tx[CM_BAND_HIGH + f[i].kx] * ty[CM_BAND_HIGH + f[i].ky];
        out[i] = (turned ? conjf(in[i]) : in[i]) * turn;
    }
}
