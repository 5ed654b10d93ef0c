#include "base/reader.h"

#include <string.h>

cm_reader cm_reader_over(cm_bytes bytes) {
    return (cm_reader){.data = bytes.data, .size = bytes.size};
}

cm_bytes cm_read_bytes(cm_reader *r, size_t n) {
    if (n > cm_reader_left(r)) {
        r->bad = true;
        return (cm_bytes){0};
    }
    cm_bytes out = {.data = r->data + r->at, .size = n};
    r->at += n;
    return out;
}

/* Big-endian value of the next n bytes, 0 past the end. */
static uint64_t read_be(cm_reader *r, size_t n) {
    uint64_t value = 0;
    cm_bytes b = cm_read_bytes(r, n);
    for (size_t i = 0; i < b.size; i++)
        value = value << 8 | b.data[i];
    return value;
}

static uint32_t read_le(cm_reader *r, size_t n) {
    uint32_t value = 0;
    cm_bytes b = cm_read_bytes(r, n);
    for (size_t i = b.size; i > 0; i--)
        value = value << 8 | b.data[i - 1];
    return value;
}

uint8_t cm_read_u8(cm_reader *r) {
    return (uint8_t)read_be(r, 1);
}

uint16_t cm_read_be16(cm_reader *r) {
    return (uint16_t)read_be(r, 2);
}

uint32_t cm_read_be32(cm_reader *r) {
    return (uint32_t)read_be(r, 4);
}

uint64_t cm_read_be64(cm_reader *r) {
    return read_be(r, 8);
}

uint16_t cm_read_le16(cm_reader *r) {
    return (uint16_t)read_le(r, 2);
}

uint32_t cm_read_le32(cm_reader *r) {
    return read_le(r, 4);
}

void cm_read_skip(cm_reader *r, size_t n) {
    (void)cm_read_bytes(r, n);
}

cm_reader cm_read_sub(cm_reader *r, size_t n) {
    cm_bytes b = cm_read_bytes(r, n);
    cm_reader sub = cm_reader_over(b);
    sub.bad = r->bad;
    return sub;
}

bool cm_read_match(cm_reader *r, const void *literal, size_t n) {
    if (n > cm_reader_left(r) || memcmp(r->data + r->at, literal, n) != 0)
        return false;
    r->at += n;
    return true;
}

bool cm_bytes_equal(cm_bytes a, cm_bytes b) {
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

bool cm_bytes_are(cm_bytes bytes, const char *text) {
    return bytes.size == strlen(text) && memcmp(bytes.data, text, bytes.size) == 0;
}

size_t cm_text_find(cm_bytes text, size_t from, const char *literal) {
    size_t n = strlen(literal);
    while (from < text.size && text.size - from >= n) {
        const uint8_t *at = memchr(text.data + from, literal[0], text.size - from - n + 1);
        if (at == NULL)
            break;
        from = (size_t)(at - text.data);
        if (memcmp(at, literal, n) == 0)
            return from;
        from++;
    }
    return text.size;
}
