/* The bounded writer: bytes that grow up to a limit.
 *
 * As with the reader, the first failure latches and is checked once: a cm_buf that ran out of
 * memory or over its limit ignores further writes and says so in `failed`. */
#ifndef CM_BASE_BUF_H
#define CM_BASE_BUF_H

#include "base/error.h"
#include "base/reader.h"

typedef struct cm_buf {
    uint8_t *data;
    size_t size;
    size_t capacity;
    size_t limit;   /* most bytes it may hold; 0 means SIZE_MAX */
    cm_code failed; /* CM_OK, CM_ERR_MEMORY or CM_ERR_LIMIT */
} cm_buf;

/* A zeroed cm_buf is empty and valid: `cm_buf out = {0};`. */

void cm_buf_free(cm_buf *b);

void cm_buf_put(cm_buf *b, const void *data, size_t n);
void cm_buf_put_bytes(cm_buf *b, cm_bytes bytes);
void cm_buf_fill(cm_buf *b, uint8_t value, size_t n);
void cm_buf_u8(cm_buf *b, uint8_t v);
void cm_buf_be16(cm_buf *b, uint16_t v);
void cm_buf_be32(cm_buf *b, uint32_t v);
void cm_buf_be64(cm_buf *b, uint64_t v);
void cm_buf_le16(cm_buf *b, uint16_t v);
void cm_buf_le32(cm_buf *b, uint32_t v);
void cm_buf_text(cm_buf *b, const char *text); /* without its NUL */

/* Appends n bytes that the caller fills in; NULL when the buffer has failed. */
uint8_t *cm_buf_extend(cm_buf *b, size_t n);

/* Overwrites four bytes written earlier; latches CM_ERR_LIMIT when they aren't there. */
void cm_buf_patch_be32(cm_buf *b, size_t at, uint32_t v);
void cm_buf_patch_le32(cm_buf *b, size_t at, uint32_t v);

static inline cm_bytes cm_buf_bytes(const cm_buf *b) {
    return (cm_bytes){.data = b->data, .size = b->size};
}

/* CM_OK, or the latched failure as an error. */
cm_code cm_buf_status(const cm_buf *b, cm_error *err);

#endif
