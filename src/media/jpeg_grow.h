/* A small plane's change, enlarged by cubic interpolation, straight to a JPEG component's DCT
 * coefficients: interpolation and DCT are both linear, and so one small matrix for each axis. */
#ifndef CM_MEDIA_JPEG_GROW_H
#define CM_MEDIA_JPEG_GROW_H

#include "dsp/plane.h"
#include "media/jpeg_plane.h"

typedef struct cm_jpeg_grower cm_jpeg_grower;

/* True where the matrices are less work than the samples: at twice the size and above, of a
 * component that isn't subsampled itself. */
bool cm_jpeg_grows(const cm_jpeg_plane *c, const cm_view *v, const cm_plane *in);

/* For the component of the stored picture `v`; `in` must outlive the grower. On failure, too,
 * *result is to be given to cm_jpeg_grower_free(). */
cm_code cm_jpeg_grower_new(const cm_jpeg_plane *c, const cm_view *v, const cm_plane *in,
                           cm_jpeg_grower **result, cm_error *err);
void cm_jpeg_grower_free(cm_jpeg_grower *g); /* NULL is allowed */

/* to = from, block row j, moved by the change and brought to the plane's new table. Any row; cheap
 * in ascending order. */
void cm_jpeg_grower_change(cm_jpeg_grower *g, uint32_t j, const int16_t *from, int16_t *to);

#endif
