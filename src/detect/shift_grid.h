/* The greatest correlation of pilots with their phases over a grid of shifts, without the grid: few
 * frequencies have a pilot, so that sums beat a transform (spec/image-mark.md §6.4). */
#ifndef CM_DETECT_SHIFT_GRID_H
#define CM_DETECT_SHIFT_GRID_H

#include "dsp/fft.h"
#include "mark/layout.h"

enum { CM_SHIFT_GRID_MOST = 2 * CM_TILE };

typedef struct cm_shift_table {
    int n; /* shifts along an axis: a multiple of 32, CM_SHIFT_GRID_MOST at most */
    /* turns by k m / n: by k for all m, and by m for all k */
    float cosine[CM_PILOT_HIGH + 1][CM_SHIFT_GRID_MOST],
        sine[CM_PILOT_HIGH + 1][CM_SHIFT_GRID_MOST];
    float across[CM_SHIFT_GRID_MOST / 4 + 1][CM_PILOT_HIGH + 1][2];
} cm_shift_table;

void cm_shift_table_fill(int n, cm_shift_table *out);

/* The greatest Re Σ a e^{2πi k·d / n} over all shifts d of n x n; a pilot's kx is 0 …
 * CM_PILOT_HIGH.
 */
float cm_shift_grid_best(const cm_shift_table *t, const cm_frequency *const *f,
                         const cm_complex *a);

#endif
