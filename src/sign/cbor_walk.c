/* Looking around in a parsed CBOR document. */
#include "sign/cbor.h"

#include <math.h>

const cm_cbor_item *cm_cbor_root(const cm_cbor *doc) {
    return doc->count != 0 ? doc->items : NULL;
}

bool cm_cbor_is(const cm_cbor_item *item, cm_cbor_type type) {
    return item != NULL && item->type == type;
}

const cm_cbor_item *cm_cbor_first(const cm_cbor_item *array) {
    return cm_cbor_is(array, CM_CBOR_ARRAY) && array->span > 1 ? array + 1 : NULL;
}

const cm_cbor_item *cm_cbor_first_key(const cm_cbor_item *map) {
    return cm_cbor_is(map, CM_CBOR_MAP) && map->span > 1 ? map + 1 : NULL;
}

const cm_cbor_item *cm_cbor_next(const cm_cbor_item *parent, const cm_cbor_item *child) {
    const cm_cbor_item *next = child + child->span;
    return next < parent + parent->span ? next : NULL;
}

const cm_cbor_item *cm_cbor_at(const cm_cbor_item *array, size_t index) {
    const cm_cbor_item *item = cm_cbor_first(array);
    for (; item != NULL && index > 0; index--)
        item = cm_cbor_next(array, item);
    return item;
}

bool cm_cbor_is_text(const cm_cbor_item *item, const char *text) {
    return cm_cbor_is(item, CM_CBOR_TEXT) && item->bytes.size == strlen(text) &&
           memcmp(item->bytes.data, text, item->bytes.size) == 0;
}

bool cm_cbor_int(const cm_cbor_item *item, int64_t *value) {
    if (item == NULL || item->type > CM_CBOR_NEGATIVE || item->number > INT64_MAX)
        return false;
    *value = item->type == CM_CBOR_UINT ? (int64_t)item->number : -1 - (int64_t)item->number;
    return true;
}

bool cm_cbor_uint(const cm_cbor_item *item, uint64_t *value) {
    if (!cm_cbor_is(item, CM_CBOR_UINT))
        return false;
    *value = item->number;
    return true;
}

static bool is_simple(const cm_cbor_item *item, uint64_t number) {
    return cm_cbor_is(item, CM_CBOR_SIMPLE) && item->width == 0 && item->number == number;
}

bool cm_cbor_bool(const cm_cbor_item *item, bool *value) {
    if (!is_simple(item, 20) && !is_simple(item, 21))
        return false;
    *value = item->number == 21;
    return true;
}

/* A float's bits, by its width (RFC 8949 appendix D for the half). */
static double float_of(const cm_cbor_item *item) {
    uint64_t bits = item->number;
    if (item->width == 8) {
        double wide;
        memcpy(&wide, &bits, sizeof wide);
        return wide;
    }
    if (item->width == 4) {
        uint32_t narrow = (uint32_t)bits;
        float value;
        memcpy(&value, &narrow, sizeof value);
        return (double)value;
    }
    int exponent = (int)(bits >> 10 & 0x1f);
    double fraction = (double)(bits & 0x3ff);
    double value = exponent == 0    ? ldexp(fraction, -24)
                   : exponent == 31 ? INFINITY
                                    : ldexp(fraction + 1024, exponent - 25);
    return (bits & 0x8000) != 0 ? -value : value;
}

bool cm_cbor_number(const cm_cbor_item *item, double *value) {
    bool real = cm_cbor_is(item, CM_CBOR_SIMPLE) && item->width != 0;
    if (cm_cbor_is(item, CM_CBOR_UINT))
        *value = (double)item->number;
    else if (cm_cbor_is(item, CM_CBOR_NEGATIVE))
        *value = -1 - (double)item->number;
    else if (real)
        *value = float_of(item);
    return cm_cbor_is(item, CM_CBOR_UINT) || cm_cbor_is(item, CM_CBOR_NEGATIVE) ||
           (real && isfinite(*value));
}

bool cm_cbor_null(const cm_cbor_item *item) {
    return is_simple(item, 22);
}

const cm_cbor_item *cm_cbor_get(const cm_cbor_item *map, const char *key) {
    const cm_cbor_item *k = cm_cbor_first_key(map);
    while (k != NULL) {
        const cm_cbor_item *value = k + k->span;
        if (cm_cbor_is_text(k, key))
            return value;
        k = cm_cbor_next(map, value);
    }
    return NULL;
}

const cm_cbor_item *cm_cbor_get_int(const cm_cbor_item *map, int64_t key) {
    const cm_cbor_item *k = cm_cbor_first_key(map);
    while (k != NULL) {
        int64_t number;
        const cm_cbor_item *value = k + k->span;
        if (cm_cbor_int(k, &number) && number == key)
            return value;
        k = cm_cbor_next(map, value);
    }
    return NULL;
}

const cm_cbor_item *cm_cbor_tagged(const cm_cbor_item *item, uint64_t tag) {
    return cm_cbor_is(item, CM_CBOR_TAG) && item->number == tag ? item + 1 : NULL;
}

cm_bytes cm_cbor_text(const cm_cbor_item *item) {
    return cm_cbor_is(item, CM_CBOR_TEXT) ? item->bytes : (cm_bytes){0};
}

cm_bytes cm_cbor_string(const cm_cbor_item *item) {
    return cm_cbor_is(item, CM_CBOR_BYTES) ? item->bytes : (cm_bytes){0};
}
