/* Pictures: encoded bytes to the plane that the mark lives in, and back.
 *
 * The mark is a change of luma. A picture gives its luma as displayed (EXIF orientation applied)
 * and takes a luma change of the same shape, which each format writes in its own way: PNG and WebP
 * add it to R, G and B; JPEG to its luma DCT coefficients, leaving everything else as it was. */
#ifndef CM_MEDIA_MEDIA_H
#define CM_MEDIA_MEDIA_H

#include <countermark/limits.h>

#include "base/buf.h"
#include "base/sniff.h"

typedef struct cm_picture cm_picture;

typedef struct cm_picture_info {
    cm_format format;
    uint32_t width;      /* as displayed, pixels */
    uint32_t height;     /* as displayed, pixels */
    uint8_t orientation; /* EXIF value 1..8; 1 where there is none */
    bool lossy;          /* the format's own coding of this file loses precision */
    /* Largest step of the luma quantiser over the band that carries the mark, in units of 8-bit
     * luma (JPEG: table entry / 8, the RMS weight of an orthonormal DCT); 0 for lossless formats.
     */
    float coarsest_step;
} cm_picture_info;

/* Decodes `file`, which must stay alive as long as the picture. CM_ERR_FORMAT for damaged bytes,
 * CM_ERR_UNSUPPORTED for what isn't PNG, JPEG or WebP (or is an animation), CM_ERR_LIMIT before any
 * memory is claimed for a picture over the limits. Close with cm_picture_close(). */
cm_code cm_picture_open(cm_bytes file, const cm_limits *limits, cm_picture **out, cm_error *err);
void cm_picture_close(cm_picture *p); /* NULL is allowed */

cm_picture_info cm_picture_describe(const cm_picture *p);

/* BT.601 luma, 0..255, as displayed: `luma` holds width * height floats, row by row. */
cm_code cm_picture_luma(const cm_picture *p, float *luma, cm_error *err);

/* 8-bit sRGB as displayed, width * height * 3 bytes: for heat maps. Alpha over mid grey. */
cm_code cm_picture_rgb(const cm_picture *p, uint8_t *rgb, cm_error *err);

typedef struct cm_encode_options {
    /* JPEG: a coefficient moves by a whole step when the wanted change is at least this share of
     * the step. 0.5 (also taken for 0) is plain rounding; less takes steps early, where they are
     * asked for most, i.e. where the mask is high. */
    float jpeg_threshold;
    /* JPEG: luma table entries in the mark's band above this many units of 8-bit luma (see
     * coarsest_step) are refined down to it; 0 keeps all tables. */
    float jpeg_finest_step;
} cm_encode_options;

/* Writes the picture with its luma changed by `change` (as displayed, width * height floats, in
 * units of 8-bit luma) to `out`, keeping format, depth, alpha, ICC, EXIF, XMP, text and resolution.
 * Existing manifest stores (caBX, APP11 JUMBF, C2PA) are copied like any other segment. */
cm_code cm_picture_encode(const cm_picture *p, const float *change,
                          const cm_encode_options *options, cm_buf *out, cm_error *err);

#endif
