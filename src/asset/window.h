/* A small window over a source, so that walking a file of tiny chunks doesn't cost a system call
 * for each. */
#ifndef CM_ASSET_WINDOW_H
#define CM_ASSET_WINDOW_H

#include "base/span.h"
#include "base/stream.h"

enum { CM_WINDOW_BYTES = 8192 };

typedef struct cm_window {
    const cm_source *source;
    uint64_t start;
    size_t size; /* bytes held */
    uint8_t bytes[CM_WINDOW_BYTES];
} cm_window;

void cm_window_open(cm_window *w, const cm_source *source);

/* `n` bytes (at most CM_WINDOW_BYTES) at `offset`, valid until the next call. CM_ERR_FORMAT when
 * the file ends before that. */
cm_code cm_window_get(cm_window *w, uint64_t offset, size_t n, cm_bytes *out, cm_error *err);

/* As cm_window_get, but gives fewer bytes, down to none, at the end of the file. */
cm_code cm_window_peek(cm_window *w, uint64_t offset, size_t n, cm_bytes *out, cm_error *err);

/* True when `length` bytes from `start` lie before `end`. */
static inline bool cm_fits(uint64_t start, uint64_t length, uint64_t end) {
    return start <= end && length <= end - start;
}

#endif
