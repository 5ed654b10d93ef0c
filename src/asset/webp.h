/* Walking the chunks of a WebP file (RFC 9649, section 2). */
#ifndef CM_ASSET_WEBP_H
#define CM_ASSET_WEBP_H

#include "asset/window.h"

typedef struct cm_riff_chunk {
    char type[5];  /* with a NUL */
    cm_span whole; /* type, length, data; without the padding byte behind odd data */
    cm_span data;
    uint32_t padding; /* 0 or 1; 0 when the file ends without it */
} cm_riff_chunk;

typedef struct cm_webp_walk {
    cm_window window;
    uint64_t at;  /* of the next chunk */
    uint64_t end; /* of the RIFF form; what is behind it is no part of the picture */
    uint32_t count;
    bool done;
} cm_webp_walk;

enum { CM_RIFF_HEAD = 8, CM_WEBP_HEAD = 12 };

/* CM_ERR_FORMAT when the RIFF form overruns the file or has no chunk. */
cm_code cm_asset_webp_start(cm_webp_walk *walk, const cm_source *in, cm_error *err);

/* The next chunk; not to be called when walk->done. CM_ERR_FORMAT when it overruns the form. */
cm_code cm_asset_webp_next(cm_webp_walk *walk, cm_riff_chunk *out, cm_error *err);

#endif
