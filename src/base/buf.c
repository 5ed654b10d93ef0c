#include "base/buf.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 256 };

void cm_buf_free(cm_buf *b) {
    free(b->data);
    *b = (cm_buf){0};
}

/* Makes room for n more bytes, doubling so that appending stays linear. */
static bool reserve(cm_buf *b, size_t n) {
    size_t want;
    size_t limit = b->limit != 0 ? b->limit : SIZE_MAX;
    if (b->failed != CM_OK)
        return false;
    if (__builtin_add_overflow(b->size, n, &want) || want > limit) {
        b->failed = CM_ERR_LIMIT;
        return false;
    }
    if (want <= b->capacity)
        return true;
    size_t capacity = b->capacity != 0 ? b->capacity : FIRST_CAPACITY;
    while (capacity < want)
        capacity = capacity > SIZE_MAX / 2 ? want : capacity * 2;
    uint8_t *data = realloc(b->data, capacity);
    if (data == NULL) {
        b->failed = CM_ERR_MEMORY;
        return false;
    }
    b->data = data;
    b->capacity = capacity;
    return true;
}

uint8_t *cm_buf_extend(cm_buf *b, size_t n) {
    if (!reserve(b, n != 0 ? n : 1))
        return NULL;
    uint8_t *at = b->data + b->size;
    b->size += n;
    return at;
}

void cm_buf_put(cm_buf *b, const void *data, size_t n) {
    uint8_t *at = n != 0 ? cm_buf_extend(b, n) : NULL;
    if (at != NULL)
        memcpy(at, data, n);
}

void cm_buf_put_bytes(cm_buf *b, cm_bytes bytes) {
    cm_buf_put(b, bytes.data, bytes.size);
}

void cm_buf_fill(cm_buf *b, uint8_t value, size_t n) {
    uint8_t *at = n != 0 ? cm_buf_extend(b, n) : NULL;
    if (at != NULL)
        memset(at, value, n);
}

static void store_be(uint8_t *at, uint64_t v, size_t n) {
    for (size_t i = 0; i < n; i++)
        at[i] = (uint8_t)(v >> (8 * (n - 1 - i)));
}

static void store_le(uint8_t *at, uint64_t v, size_t n) {
    for (size_t i = 0; i < n; i++)
        at[i] = (uint8_t)(v >> (8 * i));
}

static void put_be(cm_buf *b, uint64_t v, size_t n) {
    uint8_t *at = cm_buf_extend(b, n);
    if (at != NULL)
        store_be(at, v, n);
}

static void put_le(cm_buf *b, uint64_t v, size_t n) {
    uint8_t *at = cm_buf_extend(b, n);
    if (at != NULL)
        store_le(at, v, n);
}

void cm_buf_u8(cm_buf *b, uint8_t v) {
    put_be(b, v, 1);
}

void cm_buf_be16(cm_buf *b, uint16_t v) {
    put_be(b, v, 2);
}

void cm_buf_be32(cm_buf *b, uint32_t v) {
    put_be(b, v, 4);
}

void cm_buf_be64(cm_buf *b, uint64_t v) {
    put_be(b, v, 8);
}

void cm_buf_le16(cm_buf *b, uint16_t v) {
    put_le(b, v, 2);
}

void cm_buf_le32(cm_buf *b, uint32_t v) {
    put_le(b, v, 4);
}

void cm_buf_text(cm_buf *b, const char *text) {
    cm_buf_put(b, text, strlen(text));
}

/* The four bytes at `at`, or NULL (and a latched failure) when they were never written. */
static uint8_t *written(cm_buf *b, size_t at) {
    if (b->failed != CM_OK)
        return NULL;
    if (b->size < 4 || at > b->size - 4) {
        b->failed = CM_ERR_LIMIT;
        return NULL;
    }
    return b->data + at;
}

void cm_buf_patch_be32(cm_buf *b, size_t at, uint32_t v) {
    uint8_t *p = written(b, at);
    if (p != NULL)
        store_be(p, v, 4);
}

void cm_buf_patch_le32(cm_buf *b, size_t at, uint32_t v) {
    uint8_t *p = written(b, at);
    if (p != NULL)
        store_le(p, v, 4);
}

cm_code cm_buf_status(const cm_buf *b, cm_error *err) {
    if (b->failed == CM_ERR_MEMORY)
        return cm_fail_memory(err);
    if (b->failed != CM_OK)
        return cm_fail(err, b->failed, "output is larger than its limit of %zu bytes", b->limit);
    return CM_OK;
}
