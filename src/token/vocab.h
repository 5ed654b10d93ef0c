/* The vocabulary: bytes by id, and ids by bytes. */
#ifndef CM_TOKEN_VOCAB_H
#define CM_TOKEN_VOCAB_H

#include "base/buf.h"

#define CM_NO_TOKEN UINT32_MAX

enum {
    CM_VOCAB_IDS = 1 << 22,       /* ids are below this */
    CM_VOCAB_BYTES = 1 << 27,     /* all tokens together */
    CM_TABLE_MAX_PROBES = 1 << 10 /* a table that collides more was made to do so */
};

typedef struct cm_vocab_entry {
    uint32_t start;
    uint32_t length;
    bool present;
    bool plain; /* stands for itself in decoding, but text is never cut into it by merging */
} cm_vocab_entry;

typedef struct cm_vocab {
    cm_buf bytes;
    cm_vocab_entry *entries; /* by id */
    uint32_t size;           /* the highest id, and one */
    uint32_t capacity;
    uint32_t *slots; /* id + 1, by hash of the bytes; 0 is free */
    uint32_t slot_count;
    uint32_t used; /* slots */
} cm_vocab;

void cm_vocab_free(cm_vocab *v);

/* Adds a token. CM_ERR_FORMAT when its id, or a token of the same bytes, is there already. */
cm_code cm_vocab_put(cm_vocab *v, uint32_t id, cm_bytes token, cm_error *err);

/* Adds a token of the plain kind, in place of one that has the id. Only when all others are in. */
cm_code cm_vocab_put_plain(cm_vocab *v, uint32_t id, cm_bytes token, cm_error *err);

/* The id for these bytes, or CM_NO_TOKEN. Plain tokens aren't found. */
uint32_t cm_vocab_find(const cm_vocab *v, cm_bytes token);

/* A token's bytes; {NULL, 0} when there is none of this id. */
cm_bytes cm_vocab_token(const cm_vocab *v, uint32_t id);

#endif
