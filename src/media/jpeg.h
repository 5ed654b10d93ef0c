/* An open JPEG, shared by its reader (jpeg.c) and its writer (jpeg_write.c). */
#ifndef CM_MEDIA_JPEG_H
#define CM_MEDIA_JPEG_H

#include "media/jpeg_lib.h"
#include "media/jpeg_plane.h"
#include "media/raster.h"

enum { CM_JPEG_COMPONENTS = 4 };

typedef struct cm_jpeg_state {
    cm_jpeg_in in;
    jvirt_barray_ptr *arrays;                 /* all coefficients, in libjpeg's memory */
    const int16_t **rows[CM_JPEG_COMPONENTS]; /* by component, the rows of blocks in them */
} cm_jpeg_state;

/* True for grey and YCbCr, where component 0 is luma and the rest stays as it is. */
bool cm_jpeg_has_luma(const cm_jpeg_state *s);

/* The component's geometry and its table, unrefined. */
cm_jpeg_plane cm_jpeg_plane_of(const cm_jpeg_state *s, int component);

/* A zeroed strip for the plane; NULL when memory is short. Release with free(). */
float *cm_jpeg_strip_alloc(const cm_jpeg_plane *plane);

cm_code cm_jpeg_encode(const cm_picture *p, cm_rows_in *change, const cm_encode_options *options,
                       cm_buf *out, cm_error *err);

#endif
