/* JPEG as a list of marker segments (ITU-T T.81, annex B). */
#ifndef CM_MEDIA_JPEG_MARKERS_H
#define CM_MEDIA_JPEG_MARKERS_H

#include "base/reader.h"

enum {
    CM_JPEG_SOS = 0xda,
    CM_JPEG_EOI = 0xd9,
    CM_JPEG_APP0 = 0xe0,
    CM_JPEG_APP1 = 0xe1,
    CM_JPEG_APP15 = 0xef,
    CM_JPEG_COM = 0xfe
};

typedef struct cm_jpeg_segment {
    uint8_t marker;
    cm_bytes payload; /* without the length field; empty for EOI */
    cm_bytes whole;   /* with marker and length */
} cm_jpeg_segment;

/* The next segment of a reader that stands behind SOI or behind a segment. Entropy-coded data,
 * restart markers and fill bytes are passed over. False when the bytes end first. */
bool cm_jpeg_next(cm_reader *r, cm_jpeg_segment *segment);

/* True for what is copied byte for byte: APP0 .. APP15 and COM. */
bool cm_jpeg_is_metadata(uint8_t marker);

/* The EXIF orientation of the first EXIF segment; 1 where there is none. */
uint8_t cm_jpeg_orientation(cm_bytes file);

#endif
