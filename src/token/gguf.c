#include "token/gguf.h"

enum { VERSION_2 = 2, VERSION_3 = 3 };

/* --- bytes, through a buffer --------------------------------------------------------------------
 */

static bool fail(cm_gguf *g, cm_code code, const char *what) {
    if (g->failed == CM_OK)
        g->failed = cm_fail(g->err, code, "GGUF: %s", what);
    return false;
}

void cm_gguf_seek(cm_gguf *g, uint64_t at) {
    g->at = at;
    g->buffer_at = g->buffer_size = 0;
}

/* What may still be read: a forged table in a sparse file could go on for hours. */
static uint64_t left(const cm_gguf *g) {
    uint64_t size = cm_source_size(g->source);
    size = size < CM_GGUF_METADATA_MAX ? size : CM_GGUF_METADATA_MAX;
    return g->at < size ? size - g->at : 0;
}

static bool fail_short(cm_gguf *g) {
    return cm_source_size(g->source) > CM_GGUF_METADATA_MAX
               ? fail(g, CM_ERR_LIMIT, "truncated, or too much metadata")
               : fail(g, CM_ERR_FORMAT, "truncated");
}

static bool skip(cm_gguf *g, uint64_t n) {
    if (g->failed != CM_OK)
        return false;
    if (n > left(g))
        return fail_short(g);
    size_t buffered = g->buffer_size - g->buffer_at;
    if (n <= buffered) {
        g->buffer_at += (size_t)n;
        g->at += n;
    } else
        cm_gguf_seek(g, g->at + n);
    return true;
}

/* The next n bytes, n at most the buffer's size; NULL after a failure. */
static const uint8_t *next(cm_gguf *g, size_t n) {
    if (g->failed == CM_OK && n > g->buffer_size - g->buffer_at) {
        uint64_t most = left(g);
        size_t want = most < sizeof g->buffer ? (size_t)most : sizeof g->buffer;
        if (n > want)
            (void)fail_short(g);
        else {
            g->failed = cm_source_read(g->source, g->at, g->buffer, want, g->err);
            g->buffer_at = 0;
            g->buffer_size = want;
        }
    }
    if (g->failed != CM_OK)
        return NULL;
    const uint8_t *p = g->buffer + g->buffer_at;
    g->buffer_at += n;
    g->at += n;
    return p;
}

static cm_reader reader(cm_gguf *g, size_t n) {
    return cm_reader_over((cm_bytes){.data = next(g, n), .size = g->failed == CM_OK ? n : 0});
}

bool cm_gguf_u32(cm_gguf *g, uint32_t *out) {
    cm_reader r = reader(g, 4);
    *out = cm_read_le32(&r);
    return !r.bad;
}

static bool read_u64(cm_gguf *g, uint64_t *out) {
    cm_reader r = reader(g, 8);
    uint64_t low = cm_read_le32(&r);
    *out = low | (uint64_t)cm_read_le32(&r) << 32;
    return !r.bad;
}

bool cm_gguf_string(cm_gguf *g, cm_buf *out) {
    uint64_t size;
    out->size = 0;
    if (!read_u64(g, &size))
        return false;
    if (size > CM_GGUF_STRING_MAX)
        return fail(g, CM_ERR_LIMIT, "a string is too long");
    while (size > 0) {
        size_t step = size < sizeof g->buffer ? (size_t)size : sizeof g->buffer;
        const uint8_t *p = next(g, step);
        if (p == NULL)
            return false;
        cm_buf_put(out, p, step);
        size -= step;
    }
    if (out->failed != CM_OK)
        g->failed = cm_buf_status(out, g->err);
    return g->failed == CM_OK;
}

/* --- the table ----------------------------------------------------------------------------------
 */

void cm_gguf_open(cm_gguf *g, const cm_source *source, cm_error *err) {
    uint32_t magic, version;
    uint64_t tensors;
    g->source = source;
    g->err = err;
    g->failed = CM_OK;
    g->keys_left = 0;
    cm_gguf_seek(g, 0);
    if (!cm_gguf_u32(g, &magic) || !cm_gguf_u32(g, &version))
        return;
    if (magic != 0x46554747) {
        (void)fail(g, CM_ERR_FORMAT, "no magic number");
        return;
    }
    if (version != VERSION_2 && version != VERSION_3) {
        (void)fail(g, CM_ERR_UNSUPPORTED, "only versions 2 and 3, little-endian, are supported");
        return;
    }
    if (read_u64(g, &tensors) && read_u64(g, &g->keys_left) && g->keys_left > CM_GGUF_KEYS_MAX)
        (void)fail(g, CM_ERR_LIMIT, "too many keys");
}

/* Bytes of a value of fixed size; 0 for the others. */
static uint64_t fixed_size(uint32_t type) {
    static const uint8_t SIZES[] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
    return type < sizeof SIZES ? SIZES[type] : 0;
}

static bool skip_string(cm_gguf *g) {
    uint64_t size;
    return read_u64(g, &size) && skip(g, size);
}

static bool skip_items(cm_gguf *g, uint32_t type, uint64_t count) {
    uint64_t size = fixed_size(type);
    if (size != 0) /* a count that overflows here is over the limit */
        return skip(g, size * count);
    if (type != CM_GGUF_STRING)
        return fail(g, CM_ERR_UNSUPPORTED, "a value of a kind that isn't known");
    for (uint64_t i = 0; i < count; i++)
        if (!skip_string(g))
            return false;
    return true;
}

bool cm_gguf_next(cm_gguf *g, cm_buf *key, cm_gguf_value *value) {
    *value = (cm_gguf_value){.count = 1};
    if (g->failed != CM_OK || g->keys_left == 0)
        return false;
    g->keys_left--;
    if (!cm_gguf_string(g, key) || !cm_gguf_u32(g, &value->type))
        return false;
    value->item = value->type;
    if (value->type == CM_GGUF_ARRAY) {
        if (!cm_gguf_u32(g, &value->item) || !read_u64(g, &value->count))
            return false;
        if (value->count > CM_GGUF_ARRAY_MAX)
            return fail(g, CM_ERR_LIMIT, "an array is too long");
    }
    value->at = g->at;
    return skip_items(g, value->item, value->count);
}
