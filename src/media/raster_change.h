/* A raster changed a strip at a time, and what a reader will see of it where nothing is lost. */
#ifndef CM_MEDIA_RASTER_CHANGE_H
#define CM_MEDIA_RASTER_CHANGE_H

#include "media/raster.h"

typedef struct cm_raster_changer {
    const cm_raster *r;
    cm_rows_in *change;
    uint8_t *rows; /* the strip that was made last */
    float *strip;
    cm_seen *seen; /* NULL where nobody asked */
    cm_rows_out out;
    float *luma;
    double squares;
} cm_raster_changer;

/* For the stored raster `r`; `seen` may be NULL. Undo with cm_raster_changer_end(), also after a
 * failure. */
cm_code cm_raster_changer_begin(cm_raster_changer *c, const cm_raster *r, const cm_view *v,
                                cm_rows_in *change, cm_seen *seen, cm_error *err);
void cm_raster_changer_end(cm_raster_changer *c);

/* Makes c->rows of the strip that begins with row y, each strip once and from the top down; returns
 * how many rows it has. */
uint32_t cm_raster_changer_strip(cm_raster_changer *c, uint32_t y);

#endif
