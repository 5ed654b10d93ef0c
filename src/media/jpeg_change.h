/* A JPEG's component changed, block row by block row, and what a reader will see of it. */
#ifndef CM_MEDIA_JPEG_CHANGE_H
#define CM_MEDIA_JPEG_CHANGE_H

#include "media/jpeg.h"
#include "media/jpeg_grow.h"
#include "media/jpeg_shrink.h"
#include "media/picture.h"

/* What a reader of the new component 0 will see, gathered as its rows are made. */
typedef struct cm_jpeg_watch {
    cm_seen *seen; /* NULL where nobody asked, or where this can't tell */
    cm_jpeg_plane plane;
    cm_rows_out out;
    cm_jpeg_shrinker *shrinker; /* or by way of samples: */
    float *strip;
    double squares;
} cm_jpeg_watch;

typedef struct cm_jpeg_changer {
    const cm_picture *p;
    const int16_t **rows; /* of the component as it is */
    cm_rows_in *change;
    cm_jpeg_plane plane;
    cm_jpeg_grower *grower; /* straight to coefficients, or by way of samples: */
    float *strip;
    cm_jpeg_watch watch;
} cm_jpeg_changer;

/* `seen` may be NULL. Undo with cm_jpeg_changer_end(), also after a failure. */
cm_code cm_jpeg_changer_begin(cm_jpeg_changer *c, const cm_picture *p, int component,
                              const cm_jpeg_plane *plane, cm_rows_in *change, cm_seen *seen,
                              cm_error *err);
void cm_jpeg_changer_end(cm_jpeg_changer *c);

/* Writes block row j: each once, from the top down. */
void cm_jpeg_changer_row(cm_jpeg_changer *c, uint32_t j, int16_t *to);

#endif
