/* EXIF orientation: how stored pixels stand on the screen (Exif 2.32, tag 0x0112). */
#ifndef CM_MEDIA_ORIENT_H
#define CM_MEDIA_ORIENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/reader.h"

/* Stored pixel (x, y) is element origin + x * step_x + y * step_y of the displayed plane. */
typedef struct cm_view {
    uint32_t width;  /* stored */
    uint32_t height; /* stored */
    uint8_t orientation;
    ptrdiff_t origin, step_x, step_y;
} cm_view;

/* `orientation` is 1..8; anything else counts as 1. */
cm_view cm_view_make(uint32_t width, uint32_t height, uint8_t orientation);

/* True when width and height change places. */
bool cm_view_turned(const cm_view *v);

/* Copies stored rows y .. y + rows - 1 (`strip`, `stride` floats a row) into the displayed plane.
 */
void cm_view_put(const cm_view *v, uint32_t y, uint32_t rows, const float *strip, size_t stride,
                 float *plane);

/* The inverse: fetches stored rows from the displayed plane. */
void cm_view_get(const cm_view *v, uint32_t y, uint32_t rows, const float *plane, float *strip,
                 size_t stride);

/* The orientation in an EXIF block (a TIFF header, with or without "Exif\0\0" before it); 1 when
 * there is none or the block is damaged: a picture with broken metadata is still a picture. */
uint8_t cm_exif_orientation(cm_bytes exif);

#endif
