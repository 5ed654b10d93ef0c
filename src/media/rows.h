/* Rows of stored pixels on their way to and from planes as displayed, which may be smaller than the
 * picture. A large picture's luma and change are so never held as a whole. Inside src/media only.
 */
#ifndef CM_MEDIA_ROWS_H
#define CM_MEDIA_ROWS_H

#include "base/error.h"
#include "dsp/resize.h"
#include "media/orient.h"

/* Takes luma: all stored rows, from the top down. */
typedef struct cm_rows_out {
    cm_view view;
    cm_plane *plane;
    cm_plane stored;       /* the small plane as stored, where that isn't as displayed */
    cm_shrinker *shrinker; /* NULL when the plane has the picture's size */
} cm_rows_out;

/* `plane` is no larger than the picture seen through `view`. Undo with cm_rows_out_end(), also
 * after a failure. */
cm_code cm_rows_out_begin(cm_rows_out *o, const cm_view *view, cm_plane *plane, cm_error *err);
void cm_rows_put(cm_rows_out *o, uint32_t y, uint32_t rows, const float *strip, size_t stride);
void cm_rows_out_end(cm_rows_out *o);

/* Where the plane is smaller than the picture: the small plane as stored, for those who shrink
 * themselves and then call cm_rows_turn() in place of cm_rows_put(). NULL elsewhere. */
const cm_plane *cm_rows_small(const cm_rows_out *o);
void cm_rows_turn(cm_rows_out *o);

/* Gives a change: any stored rows, best from the top down. Whatever the plane holds, what comes out
 * is finite and small enough for an integer. */
typedef struct cm_rows_in {
    cm_view view;
    const cm_plane *plane;
    cm_plane stored;   /* the small plane, as stored */
    cm_grower *grower; /* NULL when the plane has the picture's size */
} cm_rows_in;

cm_code cm_rows_in_begin(cm_rows_in *in, const cm_view *view, const cm_plane *plane, cm_error *err);
void cm_rows_get(cm_rows_in *in, uint32_t y, uint32_t rows, float *strip, size_t stride);

/* The small plane as stored, bounded; NULL where the plane has the picture's size. */
const cm_plane *cm_rows_small_change(const cm_rows_in *in);

void cm_rows_in_end(cm_rows_in *in);

#endif
