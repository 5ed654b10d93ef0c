/* Gaussian and box smoothing of planes. Borders are mirrored without repeating the edge sample. */
#ifndef CM_DSP_BLUR_H
#define CM_DSP_BLUR_H

#include "base/error.h"
#include "dsp/plane.h"

/* out = G_sigma * in. `in` and `out` have the same size and may be the same plane. Up to sigma 3 a
 * FIR filter of radius 3.5 sigma; beyond that computed on a smaller grid (spec/image-mark.md §3),
 * at most about 1 % of the input's range away from the exact result (rms 0.1 % on photographs) and
 * up to 8 % within 2 sigma of a border, where the mirror stands between samples of the grid. */
cm_code cm_blur(const cm_plane *in, float sigma, cm_plane *out, cm_error *err);

/* Every second sample of every second row of G_sigma * in, from the first on, sigma being 3 at
 * most. `out` has half the size, rounded up, and is another plane. */
cm_code cm_blur_halved(const cm_plane *in, float sigma, cm_plane *out, cm_error *err);

/* Mean over a square of (2 * radius + 1)^2 samples. */
cm_code cm_blur_box(const cm_plane *in, int radius, cm_plane *out, cm_error *err);

#endif
