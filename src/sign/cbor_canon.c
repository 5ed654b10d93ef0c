/* Encoding anew: what somebody signed as core deterministic CBOR may have been stored otherwise. */
#include <stdlib.h>

#include "base/mem.h"
#include "sign/cbor.h"

/* A pair of a map: where its key's encoding, and then its value's, stand in a buffer. */
typedef struct pair {
    size_t start, key_size, size;
} pair;

/* Bytewise order of the keys' encodings (RFC 8949 §4.2.1). Insertion: maps are small. */
static void sort(const cm_buf *encoded, pair *p, size_t count) {
    for (size_t i = 1; i < count; i++) {
        pair moved = p[i];
        size_t at = i;
        for (; at > 0; at--) {
            const pair *before = &p[at - 1];
            size_t common = before->key_size < moved.key_size ? before->key_size : moved.key_size;
            int order = memcmp(encoded->data + before->start, encoded->data + moved.start, common);
            if (order < 0 || (order == 0 && before->key_size <= moved.key_size))
                break;
            p[at] = *before;
        }
        p[at] = moved;
    }
}

static void put_map(cm_buf *b, const cm_cbor_item *map) {
    enum { MOST = 1024 };
    cm_buf encoded = {0};
    size_t count = 0;
    pair *pairs = map->count <= MOST ? cm_calloc(map->count + 1u, sizeof *pairs) : NULL;
    if (pairs == NULL)
        b->failed = CM_ERR_LIMIT;
    for (const cm_cbor_item *key = cm_cbor_first_key(map); pairs != NULL && key != NULL;) {
        const cm_cbor_item *value = cm_cbor_next(map, key);
        pair *p = &pairs[count++];
        p->start = encoded.size;
        cm_cbor_put_canonical(&encoded, key);
        p->key_size = encoded.size - p->start;
        cm_cbor_put_canonical(&encoded, value);
        p->size = encoded.size - p->start;
        key = cm_cbor_next(map, value);
    }
    if (pairs != NULL && encoded.failed == CM_OK) {
        sort(&encoded, pairs, count);
        cm_cbor_put_map(b, count);
        for (size_t i = 0; i < count; i++)
            cm_buf_put(b, encoded.data + pairs[i].start, pairs[i].size);
    } else if (b->failed == CM_OK) {
        b->failed = encoded.failed;
    }
    free(pairs);
    cm_buf_free(&encoded);
}

void cm_cbor_put_canonical(cm_buf *b, const cm_cbor_item *item) {
    int64_t number;
    switch (item->type) {
    case CM_CBOR_UINT:
        cm_cbor_put_uint(b, item->number);
        return;
    case CM_CBOR_NEGATIVE:
        if (cm_cbor_int(item, &number)) {
            cm_cbor_put_int(b, number);
            return;
        }
        break;
    case CM_CBOR_BYTES:
        cm_cbor_put_bytes(b, item->bytes);
        return;
    case CM_CBOR_TEXT:
        cm_cbor_put_text_bytes(b, item->bytes);
        return;
    case CM_CBOR_ARRAY:
        cm_cbor_put_array(b, item->count);
        for (const cm_cbor_item *i = cm_cbor_first(item); i != NULL; i = cm_cbor_next(item, i))
            cm_cbor_put_canonical(b, i);
        return;
    case CM_CBOR_MAP:
        put_map(b, item);
        return;
    case CM_CBOR_TAG:
        cm_cbor_put_tag(b, item->number);
        cm_cbor_put_canonical(b, item + 1);
        return;
    case CM_CBOR_SIMPLE:
        if (item->width == 0 && item->number >= 20 && item->number <= 22) {
            if (item->number == 22)
                cm_cbor_put_null(b);
            else
                cm_cbor_put_bool(b, item->number == 21);
            return;
        }
        break;
    }
    b->failed = CM_ERR_UNSUPPORTED; /* floats and the like have no place where this is used */
}
