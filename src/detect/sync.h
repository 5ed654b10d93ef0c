/* Synchronisation: translation of the tile from the pilots' phases, its test, and what shifts from
 * block to block (spec/image-mark.md §6.4, §7.1). */
#ifndef CM_DETECT_SYNC_H
#define CM_DETECT_SYNC_H

#include <stdbool.h>

#include "detect/fold.h"
#include "detect/shift_grid.h"

/* Translations tried for each lattice: a grid of half canonical pixels, for the lattice and for the
 * same turned by 180 degrees (which magnitudes can't tell apart). */
enum { CM_SHIFT_GRID = 2 * CM_TILE, CM_SHIFTS = 2 * CM_SHIFT_GRID * CM_SHIFT_GRID };

/* What a shift was chosen by: that many others could have been in its place, and what is read there
 * counts so much less (spec/image-mark.md §7.2). */
typedef enum cm_shift_choice {
    CM_SHIFT_BY_PILOTS, /* by phases, without regard to signs */
    CM_SHIFT_GIVEN,     /* by nothing that the key has a part in */
    CM_SHIFT_BY_PATTERN /* by phases and signs */
} cm_shift_choice;

typedef struct cm_shift {
    bool turned; /* by 180 degrees: coefficients are conjugated */
    float x, y;  /* canonical pixels */
    double ln_p; /* of the pilots here, for this one shift; nothing corrected */
    cm_shift_choice choice;
} cm_shift;

enum { CM_PEAKS = 4 };

/* The CM_PEAKS best shifts, best first; `table` is one of CM_SHIFT_GRID. */
cm_code cm_sync_shifts(const cm_blocks *b, const cm_layout *l, const cm_shift_table *table,
                       cm_shift *peaks, cm_error *err);

/* The shift where a mark of no payload answers best with all of its pattern, *by_pattern, since in
 * few pixels pilots alone are drowned; and the pilots' ln p there and at *given. */
cm_code cm_sync_presence(const cm_blocks *b, const cm_layout *l, cm_shift *given,
                         cm_shift *by_pattern, cm_error *err);

/* How much may move from block to block. The less there is to fit, the less noise is fitted. */
typedef enum cm_motion {
    CM_MOTION_RIGID,      /* nothing: one shift for the whole picture */
    CM_MOTION_PERSPECTIVE /* an affine field, then slight perspective */
} cm_motion;

/* The shift of every block (canonical pixels, [block] each), fitted to the pilots' phases around
 * `shift`. */
cm_code cm_sync_track(const cm_blocks *b, const cm_layout *l, const cm_shift *shift,
                      cm_motion motion, float *dx, float *dy, cm_error *err);

/* e^{2πi k·(dx, dy) / tile} for the frequencies in `f`, times the (conjugated, if `turned`)
 * coefficients of a block: the coefficients as if nothing had moved. */
void cm_sync_align(const cm_complex *in, const cm_frequency *f, int n, bool turned, float dx,
                   float dy, cm_complex *out);

#endif
