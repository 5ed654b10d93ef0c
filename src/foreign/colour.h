/* Luma and colour differences as OpenCV's COLOR_BGR2YUV has them, bit for bit: in integers for
 * pictures of bytes, and in floats (spec/image-peers.md §2).
 *
 * Rows of n pixels, red, green and blue apart. */
#ifndef CM_FOREIGN_COLOUR_H
#define CM_FOREIGN_COLOUR_H

#include <stddef.h>
#include <stdint.h>

typedef enum cm_channel { CM_CHANNEL_Y, CM_CHANNEL_U, CM_CHANNEL_V } cm_channel;

typedef struct cm_colour_row {
    const uint8_t *r, *g, *b;
} cm_colour_row;

/* U as bytes, 0..255. */
void cm_colour_bytes(cm_colour_row row, size_t n, double *u);

/* One channel of pixels whose bytes were made floats 0..255 first. */
void cm_colour_floats(cm_colour_row row, size_t n, cm_channel channel, float *out);

#endif
