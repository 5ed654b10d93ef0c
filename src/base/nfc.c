/* Text falls apart before every character that neither combines with what is before it nor changes
 * by itself. Only characters of which that is certain without a table are used for it: ASCII and
 * Chinese ideographs. What lies between two of them goes to utf8proc, unless it is all ASCII. */
#include "base/nfc.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/mem.h"

/* Accents on one letter are sorted in quadratic time. */
enum { MOST_HELD = 16 << 20, PASSED_AT = 1 << 16, MOST_ACCENTS = 128 };

struct cm_nfc {
    cm_sink to;
    cm_buf held;     /* what may still combine with what follows */
    size_t last;     /* where its last character begins */
    bool composable; /* there is more in it than ASCII and ideographs */
};

cm_code cm_nfc_new(const cm_sink *to, cm_nfc **out, cm_error *err) {
    *out = cm_calloc(1, sizeof **out);
    if (*out == NULL)
        return cm_fail_memory(err);
    (*out)->to = *to;
    return CM_OK;
}

void cm_nfc_free(cm_nfc *n) {
    if (n != NULL)
        cm_buf_free(&n->held);
    free(n);
}

static bool has_many_accents(cm_bytes text) {
    size_t accents = 0;
    utf8proc_int32_t c;
    for (size_t i = 0; i < text.size && accents <= MOST_ACCENTS;) {
        utf8proc_ssize_t n = utf8proc_iterate(text.data + i, (utf8proc_ssize_t)(text.size - i), &c);
        if (n <= 0)
            return false; /* which utf8proc_map() will say */
        accents = utf8proc_get_property(c)->combining_class != 0 ? accents + 1 : 0;
        i += (size_t)n;
    }
    return accents > MOST_ACCENTS;
}

static cm_code compose(cm_nfc *n, cm_error *err) {
    utf8proc_uint8_t *made = NULL;
    if (has_many_accents(cm_buf_bytes(&n->held)))
        return cm_fail(err, CM_ERR_LIMIT, "over %d accents on one letter", MOST_ACCENTS);
    utf8proc_ssize_t size = utf8proc_map(n->held.data, (utf8proc_ssize_t)n->held.size, &made,
                                         UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    if (size == UTF8PROC_ERROR_NOMEM)
        return cm_fail_memory(err);
    if (size < 0)
        return cm_fail(err, CM_ERR_FORMAT, "the text isn't UTF-8: %s", utf8proc_errmsg(size));
    cm_code code = cm_sink_write(&n->to, made, (size_t)size, err);
    free(made);
    return code;
}

/* Everything that is held, which ends before a character that stands by itself. */
static cm_code pass_all(cm_nfc *n, cm_error *err) {
    cm_code code = cm_buf_status(&n->held, err);
    if (code == CM_OK && n->held.size != 0)
        code = n->composable ? compose(n, err)
                             : cm_sink_write(&n->to, n->held.data, n->held.size, err);
    n->held.size = 0;
    n->last = 0;
    n->composable = false;
    return code;
}

/* Of characters that stand by themselves only the last may take an accent from what follows. */
static cm_code pass_all_but_last(cm_nfc *n, cm_error *err) {
    if (n->composable || n->last == 0)
        return CM_OK;
    cm_code code = cm_sink_write(&n->to, n->held.data, n->last, err);
    n->held.size -= n->last;
    memmove(n->held.data, n->held.data + n->last, n->held.size);
    n->last = 0;
    return code;
}

/* U+5000 to U+8FFF are ideographs all of them. */
static bool is_apart(uint8_t lead) {
    return lead < 0x80 || (lead >= 0xe5 && lead <= 0xe8);
}

static cm_code begin_character(cm_nfc *n, uint8_t lead, cm_error *err) {
    bool apart = is_apart(lead);
    cm_code code = CM_OK;
    if (apart && (n->composable || n->held.size >= PASSED_AT))
        code = pass_all(n, err);
    else if (!apart)
        code = pass_all_but_last(n, err);
    n->composable = n->composable || !apart;
    n->last = n->held.size;
    if (code == CM_OK && n->held.size > MOST_HELD)
        return cm_fail(err, CM_ERR_LIMIT,
                       "over %d MiB of text without a blank, a line's end, or any other ASCII",
                       MOST_HELD >> 20);
    return code;
}

static cm_code take(void *context, const void *data, size_t size, cm_error *err) {
    cm_nfc *n = context;
    const uint8_t *bytes = data;
    for (size_t i = 0, end; i < size; i = end) {
        cm_code code = CM_OK;
        end = i + 1;
        if ((bytes[i] & 0xc0) != 0x80) /* not within a character */
            code = begin_character(n, bytes[i], err);
        if (code != CM_OK)
            return code;
        if (bytes[i] < 0x80) {
            while (end < size && end - i < PASSED_AT && bytes[end] < 0x80)
                end++;
            n->last += end - i - 1;
        }
        cm_buf_put(&n->held, bytes + i, end - i);
    }
    return cm_buf_status(&n->held, err);
}

cm_sink cm_nfc_sink(cm_nfc *n) {
    return (cm_sink){.context = n, .write = take};
}

cm_code cm_nfc_finish(cm_nfc *n, cm_error *err) {
    return pass_all(n, err);
}
