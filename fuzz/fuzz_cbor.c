/* CBOR: what is read stays within its bounds, and what is deterministic is what we would write. */
#include <stdlib.h>

#include "sign/cbor.h"

static void check(bool promise) {
    if (!promise)
        abort();
}

static void write_item(cm_buf *out, const cm_cbor_item *item) {
    switch (item->type) {
    case CM_CBOR_UINT:
        cm_cbor_put_uint(out, item->number);
        break;
    case CM_CBOR_BYTES:
        cm_cbor_put_bytes(out, item->bytes);
        break;
    case CM_CBOR_TEXT:
        cm_cbor_put_text_bytes(out, item->bytes);
        break;
    case CM_CBOR_ARRAY:
        cm_cbor_put_array(out, item->count);
        break;
    case CM_CBOR_MAP:
        cm_cbor_put_map(out, item->count);
        break;
    case CM_CBOR_TAG:
        cm_cbor_put_tag(out, item->number);
        break;
    case CM_CBOR_NEGATIVE:
        cm_cbor_put_int(out, -1 - (int64_t)item->number);
        break;
    case CM_CBOR_SIMPLE:
        cm_cbor_put_bool(out, item->number == 21);
        break;
    }
}

/* What our writer has no function for: floats, other simple values, numbers below INT64_MIN. */
static bool writable(const cm_cbor_item *item) {
    if (item->type == CM_CBOR_SIMPLE)
        return item->width == 0 && (item->number == 20 || item->number == 21);
    return item->type != CM_CBOR_NEGATIVE || item->number <= INT64_MAX;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    cm_cbor doc;
    cm_buf out = {0};
    bool all = true;
    if (cm_cbor_parse((cm_bytes){.data = data, .size = size}, NULL, &doc, NULL) != CM_OK)
        return 0;
    check(doc.count > 0 && doc.items[0].span == doc.count);
    for (size_t i = 0; i < doc.count; i++) {
        const cm_cbor_item *item = &doc.items[i];
        size_t children = 0;
        bool map = item->type == CM_CBOR_MAP;
        const cm_cbor_item *c = map ? cm_cbor_first_key(item) : cm_cbor_first(item);
        for (; c != NULL; c = cm_cbor_next(item, c))
            children++;
        check((!map && item->type != CM_CBOR_ARRAY) ||
              children == (map ? 2 : 1) * (size_t)item->count);
        check(i + item->span <= doc.count);
        all = all && writable(item);
        if (all)
            write_item(&out, item);
    }
    if (doc.deterministic && all)
        check(cm_bytes_equal(cm_buf_bytes(&out), (cm_bytes){.data = data, .size = size}));
    (void)cm_cbor_get(doc.items, "alg");
    (void)cm_cbor_get_int(doc.items, 33);
    cm_buf_free(&out);
    cm_cbor_free(&doc);
    return 0;
}
