/* Leaving the manifest out of a text that comes in parts: the streaming counterpart of the text
 * containers, for wrappers only (C2PA 2.4 §A.8). */
#ifndef CM_API_UNWRAP_H
#define CM_API_UNWRAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CM_UNWRAP_HELD = 34 }; /* bytes of the marker and the magic number */

/* A zeroed one is ready. */
typedef struct cm_unwrap {
    uint8_t held[CM_UNWRAP_HELD]; /* what may be, or within a wrapper belong to, one */
    size_t count;
    bool inside;
} cm_unwrap;

/* Filters n bytes into `out`, which has room for n + CM_UNWRAP_HELD, and returns how many it
 * wrote. */
size_t cm_unwrap_filter(cm_unwrap *u, const uint8_t *in, size_t n, uint8_t *out);

/* What is still held, at the end of the text: up to CM_UNWRAP_HELD bytes. */
size_t cm_unwrap_end(cm_unwrap *u, uint8_t *out);

#endif
