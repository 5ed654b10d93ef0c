/* A row of 8-bit Y, with its U and V where the matrix makes them matter. Inside src/media only. */
#ifndef CM_MEDIA_YUV_ROW_H
#define CM_MEDIA_YUV_ROW_H

#include <stdbool.h>
#include <stdint.h>

typedef struct cm_yuv_row {
    bool limited; /* Y of 16..235 and U, V of 16..240, instead of 0..255 */
    bool bt709;
    bool halved; /* U and V stand for two columns each */
    const uint8_t *u, *v;
} cm_yuv_row;

/* BT.601 luma, 0..255: of BT.709's Y, what the colours made of it would have. */
void cm_yuv_row_luma(const cm_yuv_row *r, const uint8_t *y, uint32_t width, float *luma);

/* Adds `change` (units of 8-bit full-range luma, within ±255), rounded. Y doesn't leave its range
 * by it. `out` may be `y`. */
void cm_yuv_row_change(const cm_yuv_row *r, const uint8_t *y, uint32_t width, const float *change,
                       uint8_t *out);

#endif
