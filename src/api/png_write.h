/* A picture of our own as PNG: heat maps. Pictures of other people go through src/media. */
#ifndef CM_API_PNG_WRITE_H
#define CM_API_PNG_WRITE_H

#include "base/buf.h"

/* Appends width * height * 3 bytes of 8-bit sRGB as a PNG file. */
cm_code cm_png_write(const uint8_t *rgb, uint32_t width, uint32_t height, cm_buf *out,
                     cm_error *err);

#endif
