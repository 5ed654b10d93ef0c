/* Walking the chunks of a PNG file (PNG 3rd edition, section 5). */
#ifndef CM_ASSET_PNG_H
#define CM_ASSET_PNG_H

#include "asset/window.h"

typedef struct cm_png_chunk {
    char type[5];  /* with a NUL */
    cm_span whole; /* length, type, data, CRC */
    cm_span data;
} cm_png_chunk;

typedef struct cm_png_walk {
    cm_window window;
    uint64_t at;    /* of the next chunk; behind IEND: of whatever trails */
    uint32_t count; /* chunks met */
    bool done;      /* IEND was met */
} cm_png_walk;

enum { CM_PNG_SIGNATURE_BYTES = 8, CM_PNG_OVERHEAD = 12 /* length, type and CRC of a chunk */ };

void cm_asset_png_start(cm_png_walk *walk, const cm_source *in);

/* The next chunk; not to be called when walk->done. CM_ERR_FORMAT when the chunk overruns the file,
 * its type isn't four letters, or the first isn't IHDR. */
cm_code cm_asset_png_next(cm_png_walk *walk, cm_png_chunk *out, cm_error *err);

#endif
