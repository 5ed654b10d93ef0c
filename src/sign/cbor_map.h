/* A CBOR map that is put together in any order and written in the deterministic one (RFC 8949
 * §4.2.1): keys are sorted by their encoding. */
#ifndef CM_SIGN_CBOR_MAP_H
#define CM_SIGN_CBOR_MAP_H

#include "sign/cbor.h"

typedef struct cm_cbor_map {
    struct cm_cbor_pair *pairs;
    size_t count;
    size_t capacity;
    cm_buf spill;   /* takes what doesn't get a pair of its own */
    cm_code failed; /* as a buffer's */
} cm_cbor_map;

/* A zeroed cm_cbor_map is empty and valid. */
void cm_cbor_map_free(cm_cbor_map *m);

/* Adds a key; its value is to be written to the buffer that is given back, before the next key. */
cm_buf *cm_cbor_map_key(cm_cbor_map *m, const char *key);
void cm_cbor_map_text(cm_cbor_map *m, const char *key, const char *value);

/* The same, unless the text is NULL. */
void cm_cbor_map_text_if(cm_cbor_map *m, const char *key, const char *value);

bool cm_cbor_map_has(const cm_cbor_map *m, const char *key);

/* Adds copies of all pairs of another map. */
void cm_cbor_map_add_all(cm_cbor_map *m, const cm_cbor_map *from);

/* Appends the map, sorted. A key that is there twice latches CM_ERR_ARGUMENT in the buffer. */
void cm_cbor_map_put(const cm_cbor_map *m, cm_buf *out);

#endif
