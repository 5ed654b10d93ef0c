/* One component of a JPEG between its DCT coefficients and the luma plane of the picture. */
#ifndef CM_MEDIA_JPEG_PLANE_H
#define CM_MEDIA_JPEG_PLANE_H

#include "base/error.h"
#include "media/dct.h"
#include "media/media.h"
#include "media/rows.h"

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

/* A strip is a row of blocks in picture resolution: rows * stride floats. */
uint32_t cm_jpeg_plane_rows(const cm_jpeg_plane *c);
size_t cm_jpeg_plane_stride(const cm_jpeg_plane *c);

/* Decodes one row of blocks to the strip: luma, clamped to 0..255. */
void cm_jpeg_plane_decode(const cm_jpeg_plane *c, const int16_t *row, float *strip);

/* Hands on the strip of block row j, as far as it lies in the picture. */
void cm_jpeg_plane_put(const cm_jpeg_plane *c, const cm_view *v, uint32_t j, const float *strip,
                       cm_rows_out *out);

/* Fetches the wanted change of block row j; samples beyond the picture's edge repeat the last one,
 * as the encoders of most pictures do. */
void cm_jpeg_plane_fetch(const cm_jpeg_plane *c, const cm_view *v, uint32_t j, cm_rows_in *change,
                         float *strip);

/* Sum of the squared differences between two rows of blocks, dequantised by their old steps. */
double cm_jpeg_plane_squares(const cm_jpeg_plane *c, const int16_t *row, const cm_jpeg_plane *other,
                             const int16_t *other_row);

/* to = from, moved by the change in `strip` (which is used up) and brought to the new table. */
void cm_jpeg_plane_change(const cm_jpeg_plane *c, const int16_t *from, int16_t *to, float *strip);

/* How a plane's coefficients are rounded. */
typedef struct cm_jpeg_rounding {
    float scale[CM_DCT_SIZE]; /* new steps per unit of the change; 0 for a forged step of 0 */
    float ratio[CM_DCT_SIZE]; /* new steps in an old one */
    float early[CM_DCT_SIZE]; /* added before the fraction is dropped */
    bool refined;             /* some step differs */
} cm_jpeg_rounding;

/* `unit`: what a change's coefficients are to be multiplied by to be orthonormal; NULL where they
 * are. */
cm_jpeg_rounding cm_jpeg_rounding_of(const cm_jpeg_plane *c, const float *unit);

/* to = from, moved by dct and brought to the new table. Rows of coefficients from `rows` on are
 * zero, and can't move. */
void cm_jpeg_move_block(const cm_jpeg_plane *c, const cm_jpeg_rounding *r, int rows,
                        const float *dct, const int16_t *from, int16_t *to);

/* Refines the entries of new_steps that lie in the band and are coarser than finest_step. True when
 * any was. `band` in cycles per pixel of the stored picture. */
bool cm_jpeg_plane_refine(cm_jpeg_plane *c, cm_band band, float finest_step);

/* Largest entry of old_steps in the band, in units of 8-bit luma. */
float cm_jpeg_plane_coarsest(const cm_jpeg_plane *c, cm_band band);

#endif
