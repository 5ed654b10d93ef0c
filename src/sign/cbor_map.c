#include "sign/cbor_map.h"

#include <stdlib.h>

struct cm_cbor_pair {
    cm_buf bytes; /* the key's encoding, then the value's */
    size_t key;   /* bytes of the first */
};

void cm_cbor_map_free(cm_cbor_map *m) {
    for (size_t i = 0; i < m->count; i++)
        cm_buf_free(&m->pairs[i].bytes);
    free(m->pairs);
    cm_buf_free(&m->spill);
    *m = (cm_cbor_map){0};
}

static struct cm_cbor_pair *add(cm_cbor_map *m) {
    if (m->count == m->capacity) {
        size_t capacity = m->capacity != 0 ? 2 * m->capacity : 8;
        struct cm_cbor_pair *pairs = realloc(m->pairs, capacity * sizeof *pairs);
        if (pairs == NULL) {
            m->failed = CM_ERR_MEMORY;
            return NULL;
        }
        m->pairs = pairs;
        m->capacity = capacity;
    }
    m->pairs[m->count] = (struct cm_cbor_pair){0};
    return &m->pairs[m->count++];
}

cm_buf *cm_cbor_map_key(cm_cbor_map *m, const char *key) {
    struct cm_cbor_pair *pair = add(m);
    if (pair == NULL)
        return &m->spill;
    cm_cbor_put_text(&pair->bytes, key);
    pair->key = pair->bytes.size;
    return &pair->bytes;
}

void cm_cbor_map_text(cm_cbor_map *m, const char *key, const char *value) {
    cm_cbor_put_text(cm_cbor_map_key(m, key), value);
}

void cm_cbor_map_text_if(cm_cbor_map *m, const char *key, const char *value) {
    if (value != NULL)
        cm_cbor_map_text(m, key, value);
}

static cm_bytes key_of(const struct cm_cbor_pair *pair) {
    return (cm_bytes){pair->bytes.data, pair->key};
}

bool cm_cbor_map_has(const cm_cbor_map *m, const char *key) {
    cm_buf encoded = {0};
    bool found = false;
    cm_cbor_put_text(&encoded, key);
    for (size_t i = 0; i < m->count && !found; i++)
        found = cm_bytes_equal(key_of(&m->pairs[i]), cm_buf_bytes(&encoded));
    cm_buf_free(&encoded);
    return found;
}

void cm_cbor_map_add_all(cm_cbor_map *m, const cm_cbor_map *from) {
    if (from->failed != CM_OK)
        m->failed = from->failed;
    for (size_t i = 0; i < from->count; i++) {
        struct cm_cbor_pair *pair = add(m);
        if (pair == NULL)
            return;
        cm_buf_put_bytes(&pair->bytes, cm_buf_bytes(&from->pairs[i].bytes));
        pair->key = from->pairs[i].key;
    }
}

static int by_key(const void *a, const void *b) {
    cm_bytes x = key_of(*(const struct cm_cbor_pair *const *)a);
    cm_bytes y = key_of(*(const struct cm_cbor_pair *const *)b);
    int order = memcmp(x.data, y.data, x.size < y.size ? x.size : y.size);
    return order != 0 ? order : (x.size > y.size) - (x.size < y.size);
}

static void fail(cm_buf *out, cm_code code) {
    if (out->failed == CM_OK)
        out->failed = code;
}

void cm_cbor_map_put(const cm_cbor_map *m, cm_buf *out) {
    const struct cm_cbor_pair **sorted = calloc(m->count + 1, sizeof *sorted);
    if (sorted == NULL || m->failed != CM_OK) {
        fail(out, CM_ERR_MEMORY);
        free(sorted);
        return;
    }
    for (size_t i = 0; i < m->count; i++) {
        sorted[i] = &m->pairs[i];
        if (m->pairs[i].bytes.failed != CM_OK)
            fail(out, m->pairs[i].bytes.failed);
    }
    if (out->failed == CM_OK) /* otherwise keys may be missing */
        qsort(sorted, m->count, sizeof(*sorted), by_key);
    cm_cbor_put_map(out, m->count);
    for (size_t i = 0; i < m->count; i++) {
        if (i > 0 && out->failed == CM_OK && by_key(&sorted[i - 1], &sorted[i]) == 0)
            fail(out, CM_ERR_ARGUMENT);
        cm_buf_put_bytes(out, cm_buf_bytes(&sorted[i]->bytes));
    }
    free(sorted);
}
