/* A caller's pixels as the mark sees them: luma out, change in, row by row. What is done twice is
 * cheaper than a second picture in memory. */
#ifndef CM_MEDIA_BUFFER_H
#define CM_MEDIA_BUFFER_H

#include <countermark/pixels.h>

#include "base/error.h"
#include "dsp/plane.h"

/* Whether the description makes sense (else CM_ERR_ARGUMENT) and is within the limits. The other
 * functions ask for one that does. */
cm_code cm_buffer_check(const cm_pixels *p, const cm_limits *limits, cm_error *err);

/* BT.601 luma, 0..255; `luma` has the picture's size, or is smaller and then area means.
 * CM_ERR_ARGUMENT for floats that aren't finite. */
cm_code cm_buffer_luma(const cm_pixels *p, cm_plane *luma, cm_error *err);

/* What a change of luma (of the picture's size, or smaller and then enlarged) does to the pixels:
 * their new luma goes to `seen` (as above; NULL for none), the mean square of its difference to
 * *mean_square. With `write` the pixels are changed, unless there is an error. */
cm_code cm_buffer_change(const cm_pixels *p, const cm_plane *change, bool write, cm_plane *seen,
                         double *mean_square, cm_error *err);

#endif
