/* The residual's transform at any frequency, after one transform of the whole: what a lattice's
 * pilots are without folding the picture anew. Good to a percent: enough to tell which lattices
 * deserve to be folded (spec/image-mark.md §6.6). */
#ifndef CM_DETECT_SAMPLER_H
#define CM_DETECT_SAMPLER_H

#include "detect/lattice.h"
#include "dsp/plane.h"
#include "mark/layout.h"

enum { CM_SAMPLER_TAPS = 4, CM_SAMPLER_STEPS = 1024 /* of the window's table, a bin */ };

typedef struct cm_sampler {
    int w, h; /* of the transform, padded */
    double middle_x, middle_y;
    cm_complex *half;
    float window[CM_SAMPLER_TAPS * CM_SAMPLER_STEPS / 2 + 2];
} cm_sampler;

/* Release with cm_sampler_free(). */
cm_code cm_sampler_new(const cm_plane *residual, cm_sampler *out, cm_error *err);
void cm_sampler_free(cm_sampler *s);

/* The coefficient of frequency k of the tile under the lattice, phases counted from the middle of
 * the picture; 0 at half a cycle a pixel and beyond. */
cm_complex cm_sampler_at(const cm_sampler *s, cm_lattice g, const cm_frequency *k);

/* The same of frequencies k[0], k[step] … , n of them. */
void cm_sampler_all(const cm_sampler *s, cm_lattice g, const cm_frequency *k, int n, int step,
                    cm_complex *out);

/* The tile coordinate of that middle: what to align by for phases counted from the first pixel. */
void cm_sampler_middle(const cm_sampler *s, cm_lattice g, float *x, float *y);

#endif
