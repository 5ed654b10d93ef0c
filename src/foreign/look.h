/* Looking for the marks of known generators. */
#ifndef CM_FOREIGN_LOOK_H
#define CM_FOREIGN_LOOK_H

#include "foreign/dwtdct.h"
#include "foreign/payloads.h"

/* invisible-watermark marks no smaller pictures. */
enum { CM_FOREIGN_PIXELS_MIN = 65536 };

/* Payloads, by two methods, with red and blue in place or swapped. */
enum { CM_FOREIGN_TESTS = CM_PAYLOADS * 2 * 2 };

/* A mark counts from here on: spec/statistics.md §11. */
#define CM_FOREIGN_LOG10_P (-6.0)

/* How well a payload agrees. */
typedef struct cm_foreign_match {
    const cm_peer_payload *payload;
    cm_peer_method method;
    bool swapped;
    size_t matched; /* of the payload's bits, split by 2-means */
    uint8_t bits[CM_PAYLOAD_BITS_MAX];
    double separation; /* see cm_read_clusters() */
    double log10_p;    /* corrected for all tests */
} cm_foreign_match;

/* The best over payloads, methods and orders of colours: one picture has one mark, and what agrees
 * with one payload agrees somewhat with others. log10_p is 0 for a picture that is too small. */
cm_code cm_foreign_look(cm_foreign_pixels pixels, cm_foreign_match *best, cm_error *err);

#endif
