/* The bounded reader: the only way that this library looks at untrusted bytes.
 *
 * A read past the end latches `bad` and yields zeros, so that a parser reads a whole structure and
 * checks once at its end. Nothing here allocates; the bytes are borrowed. */
#ifndef CM_BASE_READER_H
#define CM_BASE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes that somebody else owns. */
typedef struct cm_bytes {
    const uint8_t *data;
    size_t size;
} cm_bytes;

typedef struct cm_reader {
    const uint8_t *data;
    size_t size;
    size_t at; /* never beyond size */
    bool bad;  /* a read went past the end; stays true */
} cm_reader;

cm_reader cm_reader_over(cm_bytes bytes);

static inline size_t cm_reader_left(const cm_reader *r) {
    return r->bad ? 0 : r->size - r->at;
}

uint8_t cm_read_u8(cm_reader *r);
uint16_t cm_read_be16(cm_reader *r);
uint32_t cm_read_be32(cm_reader *r);
uint64_t cm_read_be64(cm_reader *r);
uint16_t cm_read_le16(cm_reader *r);
uint32_t cm_read_le32(cm_reader *r);

/* The next n bytes, borrowed; {NULL, 0} and `bad` when fewer are left. */
cm_bytes cm_read_bytes(cm_reader *r, size_t n);

void cm_read_skip(cm_reader *r, size_t n);

/* A reader over the next n bytes, which `r` then stands behind. */
cm_reader cm_read_sub(cm_reader *r, size_t n);

/* True when the next bytes are exactly `literal`, which is then consumed; otherwise nothing is. */
bool cm_read_match(cm_reader *r, const void *literal, size_t n);

bool cm_bytes_equal(cm_bytes a, cm_bytes b);
bool cm_bytes_are(cm_bytes bytes, const char *text);

/* The offset of `literal` in text at or behind `from`; text.size when it isn't there. */
size_t cm_text_find(cm_bytes text, size_t from, const char *literal);

#endif
