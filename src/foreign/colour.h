/* Luma and colour differences as OpenCV's COLOR_BGR2YUV has them, bit for bit: in integers for
 * pictures of bytes, and in floats (spec/image-peers.md §2).
 *
 * Rows are RGB, three bytes a pixel. `swapped` takes red for blue and blue for red: what marks see
 * that were made by software that mixed up the two. */
#ifndef CM_FOREIGN_COLOUR_H
#define CM_FOREIGN_COLOUR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum cm_channel { CM_CHANNEL_Y, CM_CHANNEL_U, CM_CHANNEL_V } cm_channel;

/* U of n pixels as bytes, 0..255. */
void cm_colour_bytes(const uint8_t *rgb, size_t n, bool swapped, double *u);

/* One channel of n pixels whose bytes were made floats 0..255 first. */
void cm_colour_floats(const uint8_t *rgb, size_t n, bool swapped, cm_channel channel, float *out);

#endif
