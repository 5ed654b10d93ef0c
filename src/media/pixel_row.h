/* A row of pixels: its luma, and what a change of luma makes of it. Files and callers' buffers go
 * through the same code, so that the same picture becomes the same. Inside src/media only. */
#ifndef CM_MEDIA_PIXEL_ROW_H
#define CM_MEDIA_PIXEL_ROW_H

#include <stdbool.h>
#include <stdint.h>

/* Samples that lie pixel by pixel. */
typedef struct cm_pixel_layout {
    uint8_t channels; /* 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA; floats: 3, 4 */
    uint8_t depth;    /* bits a sample: 8, 16, or 32 for floats */
    bool reversed;    /* B, G, R; of 8 bits */
} cm_pixel_layout;

/* BT.601 luma, 0..255. Floats are clamped to 0..1 first. */
void cm_pixel_row_luma(const cm_pixel_layout *l, const uint8_t *row, uint32_t width, float *luma);

/* Adds `change` (units of 8-bit luma, within ±255) to grey or to R, G and B alike; whole numbers
 * are rounded and clamped, floats kept from leaving 0..1. Alpha stays; so do pixels that are wholly
 * transparent. `out` may be `row`. */
void cm_pixel_row_change(const cm_pixel_layout *l, const uint8_t *row, uint32_t width,
                         const float *change, uint8_t *out);

#endif
