/* Text falls apart before every character that neither combines nor changes; only such parts as
 * hold one that does are handed to utf8proc. Nearly all text is copied as it is. */
#include "token/normalise.h"

#include <stdlib.h>
#include <utf8proc.h>

#include "token/classes.h"

static cm_code compose(const cm_window *from, size_t start, size_t end, cm_window *to,
                       cm_error *err) {
    const utf8proc_option_t options = UTF8PROC_STABLE | UTF8PROC_COMPOSE;
    const uint8_t *text = from->text.data + start;
    utf8proc_uint8_t *made = NULL;
    if (end - start > CM_COMBINING_MAX)
        return cm_fail(err, CM_ERR_LIMIT, "over %d bytes of characters that combine",
                       CM_COMBINING_MAX);
    utf8proc_ssize_t size = utf8proc_map(text, (utf8proc_ssize_t)(end - start), &made, options);
    if (size == UTF8PROC_ERROR_NOMEM)
        return cm_fail_memory(err);
    if (size < 0)
        return cm_fail(err, CM_ERR_FORMAT, "%s", utf8proc_errmsg(size));
    cm_bytes before = {.data = text, .size = end - start};
    cm_bytes after = {.data = made, .size = (size_t)size};
    cm_code code;
    if (cm_bytes_equal(before, after))
        code = cm_window_move(from, start, end, to, err);
    else
        code = cm_window_put(to, after.data, after.size, cm_window_origin_anywhere(from, start),
                             true, err);
    free(made);
    return code;
}

cm_code cm_normalise(const cm_window *from, size_t start, size_t end, bool closed,
                     const uint8_t *classes, cm_window *to, size_t *done, cm_error *err) {
    const uint8_t *text = from->text.data;
    size_t copied = start, last = start, n; /* `last` begins the part that we are in */
    bool combines = false;
    cm_code code = CM_OK;
    for (size_t i = start; i < end && code == CM_OK; i += n) {
        if ((classes[cm_utf8_at(text + i, &n)] & CM_CLASS_COMBINES) != 0) {
            combines = true;
            continue;
        }
        if (combines) {
            code = cm_window_move(from, copied, last, to, err);
            if (code == CM_OK)
                code = compose(from, last, i, to, err);
            copied = i;
            combines = false;
        }
        last = i;
    }
    size_t stop = closed ? end : last;
    if (code == CM_OK && closed && combines) {
        code = cm_window_move(from, copied, last, to, err);
        if (code == CM_OK)
            code = compose(from, last, end, to, err);
    } else if (code == CM_OK)
        code = cm_window_move(from, copied, stop, to, err);
    *done = stop;
    if (code == CM_OK && end - stop > CM_COMBINING_MAX)
        return cm_fail(err, CM_ERR_LIMIT, "over %d bytes of characters that combine",
                       CM_COMBINING_MAX);
    return code;
}
