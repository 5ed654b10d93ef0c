/* Bytes to valid UTF-8: each maximal piece of what isn't UTF-8 becomes one U+FFFD, as in WHATWG's
 * decoder, Rust's from_utf8_lossy() and Python's errors="replace". */
#ifndef CM_TOKEN_REPAIR_H
#define CM_TOKEN_REPAIR_H

#include "token/window.h"

typedef struct cm_repair {
    uint8_t held[4]; /* the beginning of a character that the next bytes may finish */
    size_t held_size;
    uint64_t at;       /* input bytes behind us, the held ones included */
    uint64_t replaced; /* how many U+FFFD were put in */
} cm_repair;

/* Appends the repaired bytes to `out`. With `last` nothing is held back. */
cm_code cm_repair_put(cm_repair *r, const uint8_t *bytes, size_t n, bool last, cm_window *out,
                      cm_error *err);

#endif
