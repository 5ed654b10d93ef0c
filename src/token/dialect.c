#include "token/dialect.h"

#include <string.h>

enum { PATTERN_MAX = 1 << 13 };

/* PCRE2's \s counts U+180E, which has not been white space since Unicode 6.3. */
#define SPACES "\\t-\\r\\x{85}\\p{Z}"

static cm_code refuse(cm_error *err, const char *what) {
    return cm_fail(err, CM_ERR_UNSUPPORTED, "split pattern with %s", what);
}

static bool is_mark(uint8_t c) {
    return c > ' ' && c < 0x7f &&
           strchr("0123456789abcdefghijklmnopqrstuvwxyz"
                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ_",
                  c) == NULL;
}

/* \p{L}, \P{L}, \p{^L} and \pL. */
static cm_code property(cm_reader *r, uint8_t letter, cm_buf *out, cm_error *err) {
    uint8_t c = cm_read_u8(r);
    cm_buf_u8(out, '\\');
    cm_buf_u8(out, letter);
    cm_buf_u8(out, c);
    if (c != '{')
        return refuse(err, "\\p and no brace");
    while (c != '}' && !r->bad) {
        c = cm_read_u8(r);
        cm_buf_u8(out, c);
    }
    return CM_OK;
}

/* What follows a backslash. */
static cm_code escape(cm_reader *r, bool in_set, cm_buf *out, cm_error *err) {
    uint8_t c = cm_read_u8(r);
    if (c == 'p' || c == 'P')
        return property(r, c, out, err);
    if (c == 's')
        cm_buf_text(out, in_set ? SPACES : "[" SPACES "]");
    else if (c == 'S' && !in_set)
        cm_buf_text(out, "[^" SPACES "]");
    else if (c == 'r' || c == 'n' || c == 't' || c == 'f' || c == 'd' || c == 'D' || is_mark(c)) {
        cm_buf_u8(out, '\\');
        cm_buf_u8(out, c);
    } else if (c == ' ')
        cm_buf_u8(out, c);
    else
        return refuse(err, "an escape whose meaning depends on the engine");
    return CM_OK;
}

/* Behind an opening parenthesis. */
static cm_code group(cm_reader *r, cm_buf *out, cm_error *err) {
    static const char *const KINDS[] = {"?:", "?i:", "?=", "?!", "?>"};
    cm_buf_u8(out, '(');
    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++)
        if (cm_read_match(r, KINDS[i], strlen(KINDS[i]))) {
            cm_buf_text(out, KINDS[i]);
            return CM_OK;
        }
    if (cm_reader_left(r) != 0 && (r->data[r->at] == '?' || r->data[r->at] == '*'))
        return refuse(err, "a group of a kind that isn't supported");
    return CM_OK;
}

/* Behind a closing brace: there + and ? mean different things. */
static cm_code after_brace(const cm_reader *r, cm_error *err) {
    if (cm_reader_left(r) != 0 && (r->data[r->at] == '+' || r->data[r->at] == '?'))
        return refuse(err, "a repetition whose meaning depends on the engine");
    return CM_OK;
}

/* One character inside [...]. */
static cm_code in_set(cm_reader *r, uint8_t c, cm_buf *out, cm_error *err) {
    if (c == '[' || (c == '&' && cm_reader_left(r) != 0 && r->data[r->at] == '&'))
        return refuse(err, "a set within a set");
    cm_buf_u8(out, c);
    return CM_OK;
}

/* One character outside. *set becomes true when it opens a set. */
static cm_code outside(cm_reader *r, uint8_t c, bool *set, cm_buf *out, cm_error *err) {
    if (c == '(')
        return group(r, out, err);
    bool from_none = c == '{' && cm_reader_left(r) != 0 && r->data[r->at] == ',';
    if (c == '^' || c == '$' || c == '#' || from_none)
        return refuse(err, "a character whose meaning depends on the engine");
    cm_buf_u8(out, c);
    if (c == '[') {
        *set = true;
        if (cm_read_match(r, "^", 1))
            cm_buf_u8(out, '^');
        if (cm_reader_left(r) != 0 && r->data[r->at] == ']')
            return refuse(err, "an empty set");
    }
    return c == '}' ? after_brace(r, err) : CM_OK;
}

cm_code cm_dialect_translate(cm_bytes pattern, cm_buf *out, cm_error *err) {
    cm_reader r = cm_reader_over(pattern);
    bool set = false;
    cm_code code = CM_OK;
    if (pattern.size == 0 || pattern.size > PATTERN_MAX)
        return cm_fail(err, CM_ERR_LIMIT, "a split pattern of %zu bytes; 1 to %d are supported",
                       pattern.size, PATTERN_MAX);
    while (cm_reader_left(&r) != 0 && code == CM_OK) {
        uint8_t c = cm_read_u8(&r);
        if (c == '\\')
            code = escape(&r, set, out, err);
        else if (set && c == ']') {
            set = false;
            cm_buf_u8(out, c);
        } else if (set)
            code = in_set(&r, c, out, err);
        else
            code = outside(&r, c, &set, out, err);
    }
    if (code == CM_OK && (r.bad || set))
        code = cm_fail(err, CM_ERR_FORMAT, "a split pattern that ends too early");
    return code != CM_OK ? code : cm_buf_status(out, err);
}

void cm_dialect_quote(cm_bytes text, cm_buf *out) {
    for (size_t i = 0; i < text.size; i++) {
        if (is_mark(text.data[i]))
            cm_buf_u8(out, '\\');
        cm_buf_u8(out, text.data[i]);
    }
}
