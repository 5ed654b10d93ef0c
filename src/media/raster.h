/* Decoded pixels in memory, for the formats that keep them: grey or RGB, with or without alpha,
 * 8 or 16 bits a sample. */
#ifndef CM_MEDIA_RASTER_H
#define CM_MEDIA_RASTER_H

#include "base/error.h"
#include "media/media.h"
#include "media/orient.h"
#include "media/rows.h"

typedef struct cm_raster {
    uint32_t width;
    uint32_t height;
    uint8_t channels; /* 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA */
    uint8_t depth;    /* bits a sample: 8, or 16 in the machine's byte order */
    uint8_t *pixels;  /* row by row, without padding; owned */
} cm_raster;

/* Claims the pixels (not zeroed) of a raster whose other members are set. */
cm_code cm_raster_alloc(cm_raster *r, cm_error *err);
void cm_raster_free(cm_raster *r);

/* Bytes a row. */
size_t cm_raster_stride(const cm_raster *r);

/* BT.601 luma, 0..255. */
cm_code cm_raster_luma(const cm_raster *r, cm_rows_out *out, cm_error *err);

/* 8-bit RGB seen through `v`. */
void cm_raster_rgb(const cm_raster *r, const cm_view *v, cm_alpha alpha, uint8_t *rgb);

/* A copy of `r` with `change` (units of 8-bit luma) added to grey or to R, G and B alike, rounded
 * and clamped. Alpha stays; so do pixels that are wholly transparent. Release `out` with
 * cm_raster_free(). */
cm_code cm_raster_changed(const cm_raster *r, cm_rows_in *change, cm_raster *out, cm_error *err);

#endif
