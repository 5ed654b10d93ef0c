/* The approximation (LL) of a picture's one-level Haar transform, four rows at a time: as
 * PyWavelets has it, bit for bit. A row of 4x4 blocks is what marks are made of. */
#ifndef CM_FOREIGN_APPROX_H
#define CM_FOREIGN_APPROX_H

#include <stdbool.h>

#include "base/error.h"
#include "foreign/colour.h"

enum { CM_BLOCK_SIDE = 4, CM_BLOCK_PIXELS = 8, CM_BLOCK_SIZE = 16 };

/* 8-bit pixels as displayed, a plane for each colour, row by row without gaps. */
typedef struct cm_foreign_pixels {
    const uint8_t *r, *g, *b;
    size_t w, h;
} cm_foreign_pixels;

/* Takes three bytes a pixel apart; `planes` has room for as many bytes. */
cm_foreign_pixels cm_pixels_split(const uint8_t *rgb, size_t w, size_t h, uint8_t *planes);

/* Red for blue and blue for red: what marks see that were made by software that mixed up the two.
 */
cm_foreign_pixels cm_pixels_swapped(cm_foreign_pixels p);

typedef enum cm_domain {
    CM_DOMAIN_BYTES, /* colours in integers, the transform in double */
    CM_DOMAIN_FLOATS /* both in float */
} cm_domain;

typedef struct cm_approx {
    cm_foreign_pixels pixels;
    cm_domain domain;
    bool padded;    /* a picture of odd sides gets a column and a row of zeros */
    size_t columns; /* whole blocks, across and down */
    size_t rows;
    double *ll; /* 4 rows of 4 * columns */
    void *scratch;
} cm_approx;

/* Close with cm_approx_close(), also after a failure. */
cm_code cm_approx_open(cm_foreign_pixels pixels, cm_domain domain, bool padded, cm_approx *out,
                       cm_error *err);
void cm_approx_close(cm_approx *a);

/* Sets a->ll to the row-th row of blocks of a channel; of bytes there is U alone. */
void cm_approx_row(cm_approx *a, size_t row, cm_channel channel);

/* Block `column` of the row of blocks in a->ll. */
void cm_approx_block(const cm_approx *a, size_t column, double block[CM_BLOCK_SIZE]);

#endif
