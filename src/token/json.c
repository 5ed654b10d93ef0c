#include "token/json.h"

#include <string.h>

enum { DEPTH_MAX = 64 };

cm_json cm_json_over(cm_bytes text) {
    return (cm_json){.r = cm_reader_over(text), .first = true};
}

uint8_t cm_json_peek(cm_json *j) {
    cm_reader *r = &j->r;
    while (cm_reader_left(r) != 0 && (r->data[r->at] == ' ' || r->data[r->at] == '\n' ||
                                      r->data[r->at] == '\r' || r->data[r->at] == '\t'))
        r->at++;
    return cm_reader_left(r) != 0 ? r->data[r->at] : 0;
}

static bool fail(cm_json *j) {
    j->r.bad = true;
    return false;
}

static bool take(cm_json *j, char what) {
    if (cm_json_peek(j) != (uint8_t)what || j->r.bad)
        return fail(j);
    j->r.at++;
    return true;
}

bool cm_json_enter(cm_json *j, char open) {
    j->first = true;
    return take(j, open);
}

bool cm_json_next(cm_json *j, char close) {
    bool first = j->first;
    j->first = false;
    if (j->r.bad)
        return false;
    if (cm_json_peek(j) == (uint8_t)close) {
        j->r.at++;
        return false; /* we are back in what is around it, which has had an element now */
    }
    return first || take(j, ',');
}

bool cm_json_member(cm_json *j, cm_buf *name) {
    return cm_json_next(j, '}') && cm_json_string(j, name) && take(j, ':');
}

static uint32_t hex4(cm_json *j) {
    uint32_t v = 0;
    for (int i = 0; i < 4; i++) {
        uint8_t c = cm_read_u8(&j->r);
        uint32_t digit = 16;
        if (c >= '0' && c <= '9')
            digit = c - (uint32_t)'0';
        else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
            digit = (c | 0x20u) - 'a' + 10;
        if (digit == 16)
            j->r.bad = true;
        v = v << 4 | (digit & 15);
    }
    return v;
}

static void put_utf8(cm_buf *out, uint32_t c) {
    if (c < 0x80) {
        cm_buf_u8(out, (uint8_t)c);
        return;
    }
    if (c < 0x800)
        cm_buf_u8(out, (uint8_t)(0xc0 | c >> 6));
    else {
        if (c < 0x10000)
            cm_buf_u8(out, (uint8_t)(0xe0 | c >> 12));
        else {
            cm_buf_u8(out, (uint8_t)(0xf0 | c >> 18));
            cm_buf_u8(out, (uint8_t)(0x80 | (c >> 12 & 0x3f)));
        }
        cm_buf_u8(out, (uint8_t)(0x80 | (c >> 6 & 0x3f)));
    }
    cm_buf_u8(out, (uint8_t)(0x80 | (c & 0x3f)));
}

/* \uXXXX, where halves of a pair go together. */
static bool unicode(cm_json *j, cm_buf *out) {
    uint32_t c = hex4(j);
    if (c >= 0xd800 && c < 0xdc00) {
        if (!cm_read_match(&j->r, "\\u", 2))
            return fail(j);
        uint32_t low = hex4(j);
        if (low < 0xdc00 || low > 0xdfff)
            return fail(j);
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
    } else if (c >= 0xdc00 && c < 0xe000)
        return fail(j);
    put_utf8(out, c);
    return !j->r.bad;
}

static bool escape(cm_json *j, cm_buf *out) {
    static const char NAMES[] = "\"\\/bfnrt", VALUES[] = "\"\\/\b\f\n\r\t";
    uint8_t c = cm_read_u8(&j->r);
    const char *at = c != 0 ? strchr(NAMES, c) : NULL;
    if (c == 'u')
        return unicode(j, out);
    if (at == NULL)
        return fail(j);
    cm_buf_u8(out, (uint8_t)VALUES[at - NAMES]);
    return true;
}

bool cm_json_string(cm_json *j, cm_buf *out) {
    cm_reader *r = &j->r;
    out->size = 0;
    if (!take(j, '"'))
        return false;
    for (;;) {
        size_t start = r->at;
        while (r->at < r->size && r->data[r->at] != '"' && r->data[r->at] != '\\' &&
               r->data[r->at] >= 0x20)
            r->at++;
        if (r->at == r->size || r->data[r->at] < 0x20)
            return fail(j);
        cm_buf_put(out, r->data + start, r->at - start);
        if (r->data[r->at++] == '"')
            return out->failed == CM_OK ? true : fail(j);
        if (!escape(j, out))
            return false;
    }
}

bool cm_json_id(cm_json *j, uint32_t *out) {
    uint64_t v = 0;
    size_t digits = 0;
    uint8_t c = cm_json_peek(j);
    for (; c >= '0' && c <= '9'; digits++) {
        v = 10 * v + (c - '0');
        if (v > UINT32_MAX - 1)
            return fail(j);
        j->r.at++;
        c = cm_reader_left(&j->r) != 0 ? j->r.data[j->r.at] : 0;
    }
    *out = (uint32_t)v;
    return digits != 0 && c != '.' && c != 'e' && c != 'E' ? true : fail(j);
}

/* Steps over a string without looking into its escapes. */
static void skip_string(cm_reader *r) {
    r->at++;
    while (r->at < r->size && r->data[r->at] != '"')
        r->at += r->data[r->at] == '\\' ? 2 : 1;
    if (r->at >= r->size) {
        r->at = r->size;
        r->bad = true;
    } else
        r->at++;
}

cm_bytes cm_json_value(cm_json *j) {
    cm_reader *r = &j->r;
    uint8_t c = cm_json_peek(j);
    size_t start = r->at;
    int depth = 0;
    do {
        c = cm_reader_left(r) != 0 ? r->data[r->at] : 0;
        if (c == 0)
            r->bad = true;
        else if (c == '"')
            skip_string(r);
        else {
            bool opens = c == '{' || c == '[', closes = c == '}' || c == ']';
            depth += opens - closes;
            if (depth > DEPTH_MAX || depth < 0)
                r->bad = true;
            if (opens || closes || depth > 0)
                r->at++;
            else /* a number or a word */
                while (r->at < r->size && strchr(",]} \t\r\n", r->data[r->at]) == NULL)
                    r->at++;
        }
    } while (depth > 0 && !r->bad);
    if (r->bad || r->at == start) {
        r->bad = true;
        return (cm_bytes){0};
    }
    return (cm_bytes){.data = r->data + start, .size = r->at - start};
}

bool cm_json_ended(cm_json *j) {
    (void)cm_json_peek(j);
    return !j->r.bad && cm_reader_left(&j->r) == 0;
}

bool cm_json_is(cm_bytes value, const char *text) {
    return cm_bytes_equal(value, (cm_bytes){.data = (const uint8_t *)text, .size = strlen(text)});
}
