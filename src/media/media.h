/* Pictures: encoded bytes to the plane that the mark lives in, and back.
 *
 * The mark is a change of luma. A picture gives its luma as displayed (EXIF orientation applied)
 * and takes a luma change of the same shape, which each format writes in its own way: PNG and WebP
 * add it to R, G and B; JPEG to its luma DCT coefficients, leaving everything else as it was.
 * A picture never changes once it is open: it may be read and encoded by several threads. */
#ifndef CM_MEDIA_MEDIA_H
#define CM_MEDIA_MEDIA_H

#include <countermark/limits.h>

#include "base/buf.h"
#include "base/sniff.h"
#include "dsp/plane.h"

typedef struct cm_picture cm_picture;

typedef struct cm_picture_info {
    cm_format format;
    uint32_t width;      /* as displayed, pixels */
    uint32_t height;     /* as displayed, pixels */
    uint8_t orientation; /* EXIF value 1..8; 1 where there is none */
    bool lossy;          /* the format's own coding of this file loses precision */
} cm_picture_info;

/* Frequencies, in cycles per pixel of the picture (not of the mark's canonical scale). A zeroed
 * band means all of them. */
typedef struct cm_band {
    float low;
    float high;
} cm_band;

/* Decodes `file`, which must stay alive as long as the picture. CM_ERR_FORMAT for damaged bytes,
 * CM_ERR_UNSUPPORTED for what isn't PNG, JPEG or WebP (or is an animation), CM_ERR_LIMIT before any
 * memory is claimed for a picture over the limits. Close with cm_picture_close(). */
cm_code cm_picture_open(cm_bytes file, const cm_limits *limits, cm_picture **out, cm_error *err);
void cm_picture_close(cm_picture *p); /* NULL is allowed */

cm_picture_info cm_picture_describe(const cm_picture *p);

/* Largest step of a JPEG's luma quantiser over `band`, in units of 8-bit luma (table entry / 8: the
 * RMS that one step of an orthonormal 8x8 DCT coefficient has over its block); 0 for other formats.
 */
float cm_picture_coarsest_step(const cm_picture *p, cm_band band);

/* BT.601 luma, 0..255, as displayed. `luma` has the picture's size, or is smaller: each sample is
 * then the mean of the area that it stands for. */
cm_code cm_picture_luma(const cm_picture *p, cm_plane *luma, cm_error *err);

/* Mean square difference of two pictures' luma. They have the same size. */
cm_code cm_picture_difference(const cm_picture *a, const cm_picture *b, double *mean_square,
                              cm_error *err);

/* What becomes of colours that are partly transparent. */
typedef enum cm_alpha {
    CM_ALPHA_OVER_GREY, /* they are laid over mid grey */
    CM_ALPHA_IGNORED    /* they are taken as they are stored */
} cm_alpha;

/* 8-bit sRGB as displayed, width * height * 3 bytes. */
cm_code cm_picture_rgb(const cm_picture *p, cm_alpha alpha, uint8_t *rgb, cm_error *err);

/* What a reader of an encoded picture will see, as far as the encoder can tell without reading it:
 * of PNG, and of a JPEG with luma, whose coefficients all readers agree on. */
typedef struct cm_seen {
    cm_plane *luma;     /* to be filled, as by cm_picture_luma() */
    double mean_square; /* as by cm_picture_difference() with the picture as it was */
    bool known;         /* whether the two were */
} cm_seen;

typedef struct cm_encode_options {
    /* JPEG: a coefficient moves by a whole step when the wanted change is at least this share of
     * the step. 0.5 (also taken for 0) is plain rounding; less takes steps early, where they are
     * asked for most, i.e. where the mask is high. */
    float jpeg_threshold;
    /* JPEG: luma table entries in `jpeg_band` above this many units of 8-bit luma (see
     * cm_picture_coarsest_step) are refined down to it; 0 keeps all tables. JPEGs without a luma
     * component (RGB, CMYK) keep theirs in any case. */
    float jpeg_finest_step;
    cm_band jpeg_band;
    /* Lossy WebP is coded again at the quality that it had, but no less than this (at most 100);
     * 0 means 85. */
    float webp_quality;
    cm_seen *seen; /* may be NULL */
} cm_encode_options;

/* Appends to `out` the picture with its luma changed by `change` (as displayed, in units of 8-bit
 * luma; of the picture's size, or smaller and then enlarged by cubic interpolation), keeping
 * format, depth, alpha, ICC, EXIF, XMP, text and resolution. Existing manifest stores (caBX, APP11
 * JUMBF, C2PA) are copied like any other segment. NULL options mean a zeroed struct. What `out`
 * holds after a failure is of no use. */
cm_code cm_picture_encode(const cm_picture *p, const cm_plane *change,
                          const cm_encode_options *options, cm_buf *out, cm_error *err);

#endif
