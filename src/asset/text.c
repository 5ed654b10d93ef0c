#include "asset/text.h"

#include "base/buf.h"

enum { REPLACEMENT = 0xfffd };

/* One character of UTF-8 (RFC 3629); a byte that begins none is taken alone. */
static uint32_t next_utf8(cm_reader *r) {
    static const uint32_t LEAST[] = {0, 0x80, 0x800, 0x10000};
    uint8_t first = cm_read_u8(r);
    size_t more = first < 0x80 ? 0 : first < 0xc2 ? 4 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    if (more == 0)
        return first;
    if (more == 4 || first > 0xf4 || cm_reader_left(r) < more)
        return REPLACEMENT;
    cm_reader ahead = *r;
    uint32_t c = first & (0x3fu >> more);
    for (size_t i = 0; i < more; i++) {
        uint8_t b = cm_read_u8(&ahead);
        if ((b & 0xc0) != 0x80)
            return REPLACEMENT;
        c = c << 6 | (b & 0x3f);
    }
    if (c < LEAST[more] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
        return REPLACEMENT;
    *r = ahead;
    return c;
}

static uint32_t next_utf16(cm_reader *r, cm_encoding encoding) {
    if (cm_reader_left(r) < 2) {
        cm_read_skip(r, 1);
        return REPLACEMENT;
    }
    uint32_t high = encoding == CM_TEXT_UTF16LE ? cm_read_le16(r) : cm_read_be16(r);
    if (high < 0xd800 || high >= 0xe000)
        return high;
    cm_reader ahead = *r;
    uint32_t low = encoding == CM_TEXT_UTF16LE ? cm_read_le16(&ahead) : cm_read_be16(&ahead);
    if (high >= 0xdc00 || ahead.bad || low < 0xdc00 || low >= 0xe000)
        return REPLACEMENT;
    *r = ahead;
    return 0x10000 + ((high - 0xd800) << 10 | (low - 0xdc00));
}

static uint32_t next_character(cm_reader *r, cm_encoding encoding) {
    uint32_t c = encoding == CM_TEXT_UTF8     ? next_utf8(r)
                 : encoding == CM_TEXT_LATIN1 ? cm_read_u8(r)
                                              : next_utf16(r, encoding);
    return c != 0 ? c : REPLACEMENT;
}

static size_t encode(uint32_t c, uint8_t out[4]) {
    if (c < 0x80) {
        out[0] = (uint8_t)c;
        return 1;
    }
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--) {
        out[i] = (uint8_t)(0x80 | (c & 0x3f));
        c >>= 6;
    }
    out[0] = (uint8_t)((0xf00u >> n & 0xff) | c);
    return n;
}

static bool is_utf8(cm_bytes raw) {
    cm_reader r = cm_reader_over(raw);
    while (cm_reader_left(&r) > 0) {
        size_t at = r.at;
        if (next_utf8(&r) == REPLACEMENT && r.at == at + 1)
            return false;
    }
    return true;
}

static bool is_blank(uint8_t b) {
    return b == ' ' || b == '\t' || b == '\r' || b == '\n' || b == 0;
}

/* Bytes, so only for encodings that are ASCII where it matters. */
static cm_bytes trim(cm_bytes raw) {
    while (raw.size > 0 && is_blank(raw.data[raw.size - 1]))
        raw.size--;
    while (raw.size > 0 && is_blank(raw.data[0])) {
        raw.data++;
        raw.size--;
    }
    return raw;
}

/* The padding of UTF-16. */
static cm_bytes trim_units(cm_bytes raw) {
    while (raw.size >= 2 && raw.data[raw.size - 1] == 0 && raw.data[raw.size - 2] == 0)
        raw.size -= 2;
    return raw;
}

char *cm_text_utf8(cm_bytes raw, cm_encoding encoding, size_t most, bool *shortened) {
    cm_buf out = {0};
    bool bytes = encoding == CM_TEXT_UTF8 || encoding == CM_TEXT_LATIN1;
    raw = bytes ? trim(raw) : trim_units(raw);
    if (encoding == CM_TEXT_LATIN1 && is_utf8(raw))
        encoding = CM_TEXT_UTF8;
    cm_reader r = cm_reader_over(raw);
    *shortened = false;
    while (cm_reader_left(&r) > 0) {
        uint8_t coded[4];
        size_t n = encode(next_character(&r, encoding), coded);
        if (n > most - out.size) {
            *shortened = true;
            break;
        }
        cm_buf_put(&out, coded, n);
    }
    cm_buf_u8(&out, 0);
    if (out.failed == CM_OK)
        return (char *)out.data;
    cm_buf_free(&out);
    return NULL;
}
