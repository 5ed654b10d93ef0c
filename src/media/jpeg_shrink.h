/* A JPEG component's coefficients to area means of its samples, without the samples: the inverse
 * DCT and the mean are both linear, and so one small matrix for each axis (spec/media.md §3). */
#ifndef CM_MEDIA_JPEG_SHRINK_H
#define CM_MEDIA_JPEG_SHRINK_H

#include "dsp/plane.h"
#include "media/jpeg_plane.h"

typedef struct cm_jpeg_shrinker cm_jpeg_shrinker;

/* True where the matrices are less work than the samples: at half the size and below, of a
 * component that isn't subsampled itself. */
bool cm_jpeg_shrinks(const cm_jpeg_plane *c, const cm_view *v, const cm_plane *out);

/* The component of the stored picture `v`, dequantised by `steps`; `out` must outlive the shrinker.
 * Samples are clamped to 0..255 as cm_jpeg_plane_decode() clamps them. On failure, too, *result is
 * to be given to cm_jpeg_shrinker_free(). */
cm_code cm_jpeg_shrinker_new(const cm_jpeg_plane *c, const uint16_t steps[CM_DCT_SIZE],
                             const cm_view *v, const cm_plane *out, cm_jpeg_shrinker **result,
                             cm_error *err);
void cm_jpeg_shrinker_free(cm_jpeg_shrinker *s); /* NULL is allowed */

/* The next row of blocks. */
void cm_jpeg_shrinker_put(cm_jpeg_shrinker *s, const int16_t *row);

#endif
