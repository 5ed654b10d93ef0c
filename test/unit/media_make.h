/* Pictures for the media tests, made and read by the image libraries alone: none of our code. */
#ifndef MEDIA_MAKE_H
#define MEDIA_MAKE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "media/media.h"

/* --- samples -----------------------------------------------------------------------------------
 */

typedef struct samples {
    uint32_t width, height;
    unsigned channels, depth;
    uint16_t *at; /* width * height * channels */
} samples;

void samples_free(samples *s);

/* --- PNG ---------------------------------------------------------------------------------------
 */

typedef struct png_spec {
    uint32_t width, height;
    int colour, depth; /* as in IHDR */
    bool interlaced, trns;
} png_spec;

/* A picture of smooth shapes and noise that keeps clear of both ends of the range. */
cm_buf make_png(png_spec spec);

/* Palette and low depths expanded, tRNS as alpha. */
samples read_png(cm_bytes file);

/* A whole chunk with a right CRC. */
cm_buf make_png_chunk(const char *type, const void *data, size_t n);

/* --- JPEG --------------------------------------------------------------------------------------
 */

typedef struct jpeg_marker_spec {
    int marker;
    const void *data;
    unsigned size;
} jpeg_marker_spec;

typedef struct jpeg_spec {
    uint32_t width, height;
    int space;   /* JCS_… of the file; the input is RGB, grey or CMYK as fits */
    int h, v;    /* luma sampling */
    int chroma;  /* chroma sampling both ways; 0 means 1 */
    int quality; /* 0 means 90 */
    bool progressive, optimised;
    unsigned restart;
    const jpeg_marker_spec *markers; /* ends with marker 0; may be NULL */
} jpeg_spec;

cm_buf make_jpeg(jpeg_spec spec);

/* What a decoder of coefficients sees. */
typedef struct jpeg_facts {
    int components, progressive, scans;
    unsigned restart;
    int h[4], v[4];
    uint16_t tables[4][64];
    size_t count[4]; /* coefficients */
    int16_t *at[4];
} jpeg_facts;

jpeg_facts read_jpeg_facts(cm_bytes file);
void jpeg_facts_free(jpeg_facts *f);

/* Luma as libjpeg decodes it: stored order, `width * height` bytes. */
uint8_t *read_jpeg_grey(cm_bytes file);

/* --- all ---------------------------------------------------------------------------------------
 */

/* An Exif block (without "Exif\0\0") with this orientation, big or little endian. */
cm_buf make_exif(uint8_t orientation, bool little);

/* A file below test/data. */
cm_buf load_data(const char *path);

/* Where the needle starts, or SIZE_MAX. */
size_t find_bytes(cm_bytes hay, cm_bytes needle);

cm_picture *open_picture(cm_bytes file); /* fails the test when it can't be opened */
/* `data`, of the picture's size, as a plane; not owned. */
cm_plane as_plane(const cm_picture *p, const float *data);

float *luma_of(const cm_picture *p);   /* released with free() */
float *plane_for(const cm_picture *p); /* zeroed */

double mean_square_of(const float *a, const float *b, size_t n); /* of their difference */
cm_buf encode_picture(const cm_picture *p, const float *change, const cm_encode_options *options);

/* A smooth change that depends on both coordinates and has no symmetry. */
float wave(uint32_t x, uint32_t y, float amplitude);
void fill_wave(const cm_picture *p, float *change, float amplitude);

#endif
