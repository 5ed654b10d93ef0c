/* The detector's front end, which the embedder looks through too: luma to a residual of even power
 * over place and frequency (spec/image-mark.md §3). */
#ifndef CM_MARK_WHITEN_H
#define CM_MARK_WHITEN_H

#include "base/error.h"
#include "dsp/plane.h"

#define CM_RESIDUAL_CLIP 2.0f

/* residual = clip(h * Y / deviation). `residual` and `deviation` have the size of `luma`;
 * `deviation` (the local standard deviation that was divided by) may be NULL. */
cm_code cm_whiten(const cm_plane *luma, cm_plane *residual, cm_plane *deviation, cm_error *err);

/* Gain of the linear part h at f cycles a pixel. */
float cm_whiten_gain(float f);

#endif
