/* libjpeg's callbacks: errors, bounds and output in our terms. */
#ifndef CM_MEDIA_JPEG_LIB_H
#define CM_MEDIA_JPEG_LIB_H

#include <stdio.h>

#include <jpeglib.h>

#include "base/buf.h"
#include "media/guard.h"
#include "media/picture.h"

/* A decompressor whose errors end the guard's run. */
typedef struct cm_jpeg_in {
    struct jpeg_decompress_struct lib;
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    cm_guard guard;
    uint32_t scan_limit;
} cm_jpeg_in;

/* Inside a guarded body: creates the decompressor over p->file, reads the header and refuses what
 * is over the limits, isn't plausible or isn't supported. Undo with jpeg_destroy_decompress(),
 * which is safe on a zeroed struct. */
void cm_jpeg_start(cm_jpeg_in *in, const cm_picture *p);

/* A compressor that appends to `out`. */
typedef struct cm_jpeg_out {
    struct jpeg_compress_struct lib;
    struct jpeg_error_mgr errors;
    struct jpeg_destination_mgr sink;
    cm_guard guard;
    cm_buf *out;
    JOCTET pending[1 << 16];
} cm_jpeg_out;

void cm_jpeg_out_start(cm_jpeg_out *out, cm_buf *into);

/* Moves what libjpeg has written so far to the buffer, so that bytes can be put behind it. */
void cm_jpeg_out_flush(cm_jpeg_out *out);

#endif
