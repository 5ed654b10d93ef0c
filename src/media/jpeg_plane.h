/* One component of a JPEG between its DCT coefficients and the luma plane of the picture. */
#ifndef CM_MEDIA_JPEG_PLANE_H
#define CM_MEDIA_JPEG_PLANE_H

#include "base/error.h"
#include "media/dct.h"
#include "media/media.h"
#include "media/orient.h"

/* A row of blocks is an array of quantised coefficients, CM_DCT_SIZE a block, in natural order:
 * 8 * v + u. */

/* A component's geometry and quantiser, and what is to be done to it. */
typedef struct cm_jpeg_plane {
    uint32_t blocks_across;
    uint32_t blocks_down;
    uint32_t ratio_x; /* picture pixels per sample, across; 1 but for subsampled luma */
    uint32_t ratio_y;
    uint16_t old_steps[CM_DCT_SIZE]; /* the file's quantiser table, natural order */
    uint16_t new_steps[CM_DCT_SIZE]; /* the table to be written */
    float gain;                      /* 1, or -1 where the component stores ink */
    float threshold;                 /* see cm_encode_options */
} cm_jpeg_plane;

/* A strip is a row of blocks in picture resolution: rows * stride floats. Several strips, one
 * behind the other, are moved to and from the plane at once. */
uint32_t cm_jpeg_plane_rows(const cm_jpeg_plane *c);
size_t cm_jpeg_plane_stride(const cm_jpeg_plane *c);

/* Block rows that are best moved at once: more where the picture is turned, so that whole cache
 * lines are used. */
uint32_t cm_jpeg_plane_group(const cm_view *v);

/* Decodes one row of blocks, quantised by `steps`, to the strip: luma, clamped to 0..255. */
void cm_jpeg_plane_decode(const cm_jpeg_plane *c, const uint16_t steps[CM_DCT_SIZE],
                          const int16_t *row, float *strip);

/* Puts the strips of block rows j .. j + count - 1 where they are displayed. */
void cm_jpeg_plane_put(const cm_jpeg_plane *c, const cm_view *v, uint32_t j, uint32_t count,
                       const float *strips, float *plane);

/* Fetches the wanted change of these block rows from the displayed plane; samples beyond the
 * picture's edge repeat the last one, as the encoders of most pictures do. */
void cm_jpeg_plane_fetch(const cm_jpeg_plane *c, const cm_view *v, uint32_t j, uint32_t count,
                         const float *change, float *strips);

/* to = from, moved by the change in `strip` (which is used up) and brought to the new table. */
void cm_jpeg_plane_change(const cm_jpeg_plane *c, const int16_t *from, int16_t *to, float *strip);

/* Refines the entries of new_steps that lie in the band and are coarser than finest_step. True when
 * any was. `band` in cycles per pixel of the stored picture. */
bool cm_jpeg_plane_refine(cm_jpeg_plane *c, cm_band band, float finest_step);

/* Largest entry of old_steps in the band, in units of 8-bit luma. */
float cm_jpeg_plane_coarsest(const cm_jpeg_plane *c, cm_band band);

#endif
