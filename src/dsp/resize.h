/* Changing a plane's size. */
#ifndef CM_DSP_RESIZE_H
#define CM_DSP_RESIZE_H

#include "base/error.h"
#include "dsp/plane.h"

/* Each output sample is the mean of the input's area under it. For out no larger than in. */
cm_code cm_resize_area(const cm_plane *in, const cm_plane *out, cm_error *err);

/* Cubic interpolation (a = -0.75), sample centres aligned, borders repeated. For out no smaller
 * than in. */
cm_code cm_resize_cubic(const cm_plane *in, const cm_plane *out, cm_error *err);

/* Linear interpolation, sample centres aligned, borders repeated. */
cm_code cm_resize_linear(const cm_plane *in, const cm_plane *out, cm_error *err);

#endif
