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

/* The first, row by row, for pictures that are never held as a whole. */
typedef struct cm_shrinker cm_shrinker;

/* Area means of in_w x in_h samples, to be written to `out`, which must outlive the shrinker. On
 * failure, too, *result is to be given to cm_shrinker_free(). */
cm_code cm_shrinker_new(int in_w, int in_h, const cm_plane *out, cm_shrinker **result,
                        cm_error *err);
void cm_shrinker_free(cm_shrinker *s);                  /* NULL is allowed */
void cm_shrinker_put(cm_shrinker *s, const float *row); /* the next of in_h rows */

/* The second, row by row in any order; cheap in ascending order. */
typedef struct cm_grower cm_grower;

/* `in` must outlive the grower. On failure, too, *out is to be given to cm_grower_free(). */
cm_code cm_grower_new(const cm_plane *in, int out_w, int out_h, cm_grower **out, cm_error *err);
void cm_grower_free(cm_grower *g);                   /* NULL is allowed */
void cm_grower_row(cm_grower *g, int y, float *out); /* writes out_w samples */

#endif
