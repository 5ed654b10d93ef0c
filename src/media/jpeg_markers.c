#include "media/jpeg_markers.h"

#include <string.h>

#include "media/orient.h"

enum { FILL = 0xff, TEM = 0x01, RST0 = 0xd0, RST7 = 0xd7, SOI = 0xd8, STUFFED = 0x00 };

static bool stands_alone(uint8_t marker) {
    return marker == TEM || (marker >= RST0 && marker <= SOI);
}

/* Passes over everything up to a marker that starts a segment (or EOI), and over that marker. */
static uint8_t next_marker(cm_reader *r) {
    while (cm_reader_left(r) > 0) {
        const uint8_t *from = r->data + r->at;
        const uint8_t *found = memchr(from, FILL, cm_reader_left(r));
        cm_read_skip(r, found != NULL ? (size_t)(found - from) : cm_reader_left(r));
        uint8_t marker = FILL;
        while (marker == FILL && cm_reader_left(r) > 0)
            marker = cm_read_u8(r);
        if (marker != STUFFED && marker != FILL && !stands_alone(marker))
            return marker;
    }
    r->bad = true;
    return 0;
}

bool cm_jpeg_next(cm_reader *r, cm_jpeg_segment *segment) {
    *segment = (cm_jpeg_segment){.marker = next_marker(r)};
    if (r->bad)
        return false;
    size_t start = r->at - 2;
    if (segment->marker != CM_JPEG_EOI) {
        uint16_t length = cm_read_be16(r); /* counts itself */
        if (length < 2)
            r->bad = true;
        segment->payload = cm_read_bytes(r, length - (size_t)2);
    }
    if (r->bad)
        return false;
    segment->whole = (cm_bytes){.data = r->data + start, .size = r->at - start};
    return true;
}

bool cm_jpeg_is_metadata(uint8_t marker) {
    return (marker >= CM_JPEG_APP0 && marker <= CM_JPEG_APP15) || marker == CM_JPEG_COM;
}

uint8_t cm_jpeg_orientation(cm_bytes file) {
    cm_reader r = cm_reader_over(file);
    cm_jpeg_segment s;
    cm_read_skip(&r, 2);
    while (cm_jpeg_next(&r, &s) && s.marker != CM_JPEG_SOS)
        if (s.marker == CM_JPEG_APP1 && s.payload.size >= 6 &&
            memcmp(s.payload.data, "Exif\0", 5) == 0)
            return cm_exif_orientation(s.payload);
    return 1;
}
