/* GGUF's metadata, read in order from a file of any size; tensors are never touched. */
#ifndef CM_TOKEN_GGUF_H
#define CM_TOKEN_GGUF_H

#include "base/stream.h"

enum {
    CM_GGUF_STRING_MAX = 1 << 16,
    CM_GGUF_ARRAY_MAX = 1 << 24,
    CM_GGUF_KEYS_MAX = 1 << 14,
    CM_GGUF_METADATA_MAX = 1 << 28 /* bytes, all together */
};

typedef enum cm_gguf_type { CM_GGUF_INT32 = 5, CM_GGUF_STRING = 8, CM_GGUF_ARRAY = 9 } cm_gguf_type;

typedef struct cm_gguf {
    const cm_source *source;
    uint64_t at; /* in the file */
    uint64_t keys_left;
    cm_code failed; /* latched; what it was went to `err` */
    cm_error *err;
    uint8_t buffer[1 << 14];
    size_t buffer_at, buffer_size;
} cm_gguf;

/* A value: where it stands, and of an array what it holds. */
typedef struct cm_gguf_value {
    uint32_t type; /* cm_gguf_type, or another of GGUF's */
    uint32_t item; /* type of an array's items */
    uint64_t count;
    uint64_t at;
} cm_gguf_value;

/* Opens the file's table of metadata. */
void cm_gguf_open(cm_gguf *g, const cm_source *source, cm_error *err);

/* The next key and its value, which is stepped over. False at the end, or after a failure. */
bool cm_gguf_next(cm_gguf *g, cm_buf *key, cm_gguf_value *value);

/* Goes to a value (or behind an array's head), to read what it holds. */
void cm_gguf_seek(cm_gguf *g, uint64_t at);
bool cm_gguf_string(cm_gguf *g, cm_buf *out);
bool cm_gguf_u32(cm_gguf *g, uint32_t *out);

#endif
