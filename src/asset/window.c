#include "asset/window.h"

enum { JUMP_BYTES = 256 };

void cm_window_open(cm_window *w, const cm_source *source) {
    w->source = source;
    w->start = 0;
    w->size = 0;
}

cm_code cm_window_peek(cm_window *w, uint64_t offset, size_t n, cm_bytes *out, cm_error *err) {
    uint64_t end = cm_source_size(w->source);
    uint64_t left = offset < end ? end - offset : 0;
    *out = (cm_bytes){0};
    if (n > CM_WINDOW_BYTES)
        return cm_fail(err, CM_ERR_ARGUMENT, "window of %zu bytes", n);
    if (n > left)
        n = (size_t)left;
    if (n == 0)
        return CM_OK;
    if (offset < w->start || !cm_fits(offset - w->start, n, w->size)) {
        /* Who jumps from one large chunk to the next reads its head, and nothing behind it. */
        bool jump = offset < w->start || offset - w->start > 2 * CM_WINDOW_BYTES;
        size_t want = jump && n < JUMP_BYTES ? JUMP_BYTES : CM_WINDOW_BYTES;
        size_t fill = left < want ? (size_t)left : want;
        w->size = 0;
        cm_code code = cm_source_read(w->source, offset, w->bytes, fill, err);
        if (code != CM_OK)
            return code;
        w->start = offset;
        w->size = fill;
    }
    *out = (cm_bytes){.data = w->bytes + (offset - w->start), .size = n};
    return CM_OK;
}

cm_code cm_window_get(cm_window *w, uint64_t offset, size_t n, cm_bytes *out, cm_error *err) {
    cm_code code = cm_window_peek(w, offset, n, out, err);
    if (code == CM_OK && out->size < n)
        return cm_fail(err, CM_ERR_FORMAT,
                       "truncated: %zu bytes wanted at %llu, the file ends at %llu", n,
                       (unsigned long long)offset, (unsigned long long)cm_source_size(w->source));
    return code;
}
