/* Folding: the residual under a lattice, block by block, as the coefficients of the tile
 * (spec/image-mark.md §6.3). */
#ifndef CM_DETECT_FOLD_H
#define CM_DETECT_FOLD_H

#include <stdbool.h>

#include "detect/lattice.h"
#include "dsp/plane.h"
#include "mark/layout.h"

/* The coefficients of every block: about a tile of the picture each, so that what shifts from block
 * to block can be followed, and what isn't marked can be left out. */
typedef struct cm_blocks {
    int columns, rows;
    int side;            /* pixels of the residual; the last column and row take the remainder */
    float *x, *y;        /* centres, pixels of the residual */
    cm_complex *pilot;   /* [block][CM_PILOTS] */
    cm_complex *message; /* [block][messages] */
    int messages;
} cm_blocks;

void cm_blocks_free(cm_blocks *b);

/* The same for all of the band, in which no key has a part: folded once for any number of keys. */
typedef struct cm_folded {
    int columns, rows, side;
    float *x, *y;
    cm_complex *band; /* [block][CM_BAND] */
} cm_folded;

/* Folds block by block in so many threads, or (`whole`) the picture as a single block: enough for
 * the pilots' test, and much cheaper. Release with cm_folded_free(). */
cm_code cm_folded_new(const cm_plane *residual, cm_lattice g, bool whole, int threads,
                      cm_folded *out, cm_error *err);
void cm_folded_free(cm_folded *f);

/* What a key's layout sees of it. */
cm_code cm_folded_pick(const cm_folded *f, const cm_layout *layout, cm_blocks *out, cm_error *err);

/* Both at once. */
cm_code cm_fold(const cm_plane *residual, const cm_layout *layout, cm_lattice g, bool whole,
                int threads, cm_blocks *out, cm_error *err);

#endif
