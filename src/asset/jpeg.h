/* Walking the marker segments of a JPEG file (ITU-T T.81, annex B). */
#ifndef CM_ASSET_JPEG_H
#define CM_ASSET_JPEG_H

#include "asset/window.h"

enum {
    CM_JPEG_TEM = 0x01,
    CM_JPEG_RST0 = 0xd0,
    CM_JPEG_RST7 = 0xd7,
    CM_JPEG_SOI = 0xd8,
    CM_JPEG_EOI = 0xd9,
    CM_JPEG_SOS = 0xda,
    CM_JPEG_APP0 = 0xe0,
    CM_JPEG_APP1 = 0xe1,
    CM_JPEG_APP11 = 0xeb
};

typedef struct cm_jpeg_segment {
    uint8_t marker;
    cm_span whole;   /* fill bytes, marker, length, payload, and behind SOS the coded data */
    cm_span payload; /* without marker and length */
} cm_jpeg_segment;

typedef struct cm_jpeg_walk {
    cm_window window;
    uint64_t at;    /* of the next segment; behind EOI: of whatever trails */
    uint32_t count; /* segments met */
    bool in_scans;  /* SOS was met */
    bool done;      /* EOI was met, or the file ended within a scan */
} cm_jpeg_walk;

/* The first segment is SOI. */
void cm_asset_jpeg_start(cm_jpeg_walk *walk, const cm_source *in);

/* The next segment; not to be called when walk->done. CM_ERR_FORMAT when no marker stands where one
 * must, or the segment overruns the file. A file cut off within a scan is walked to its end. */
cm_code cm_asset_jpeg_next(cm_jpeg_walk *walk, cm_jpeg_segment *out, cm_error *err);

#endif
