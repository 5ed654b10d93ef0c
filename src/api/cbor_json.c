#include "api/cbor_json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/mem.h"

enum { SIMPLE_FALSE = 20, SIMPLE_TRUE = 21 };

json_t *cm_bytes_json(cm_bytes bytes) {
    cm_buf text = {0};
    cm_buf_text(&text, "b64'");
    cm_base64_encode(bytes, &text);
    json_t *value = text.failed == CM_OK ? json_stringn((const char *)text.data, text.size) : NULL;
    cm_buf_free(&text);
    return value;
}

static json_t *text_json(cm_bytes text) {
    return text.size != 0 ? json_stringn((const char *)text.data, text.size) : json_string("");
}

/* Beyond 64 bits with a sign, JSON's numbers are read as floats by nearly everybody. */
static json_t *integer_json(const cm_cbor_item *item) {
    int64_t value;
    if (cm_cbor_int(item, &value))
        return json_integer(value);
    double large = (double)item->number;
    return json_real(item->type == CM_CBOR_NEGATIVE ? -1 - large : large);
}

/* RFC 8949, appendix D. */
static double half(uint64_t bits) {
    int exponent = (int)(bits >> 10 & 0x1f);
    double mantissa = (double)(bits & 0x3ff);
    double value = exponent == 0    ? ldexp(mantissa, -24)
                   : exponent != 31 ? ldexp(mantissa + 1024, exponent - 25)
                                    : NAN;
    return (bits & 0x8000) != 0 ? -value : value;
}

static double float_value(const cm_cbor_item *item) {
    double value = 0;
    float single;
    uint32_t bits = (uint32_t)item->number;
    if (item->width == 2)
        return half(item->number);
    if (item->width == 4) {
        memcpy(&single, &bits, sizeof single);
        return (double)single;
    }
    memcpy(&value, &item->number, sizeof value);
    return value;
}

static json_t *simple_json(const cm_cbor_item *item) {
    if (item->width != 0)
        return isfinite(float_value(item)) ? json_real(float_value(item)) : json_null();
    if (item->number == SIMPLE_FALSE || item->number == SIMPLE_TRUE)
        return json_boolean(item->number == SIMPLE_TRUE);
    return json_null();
}

static json_t *array_json(const cm_cbor_item *item) {
    json_t *list = json_array();
    for (const cm_cbor_item *c = cm_cbor_first(item); c != NULL; c = cm_cbor_next(item, c))
        if (json_array_append_new(list, cm_cbor_json(c)) != 0) {
            json_decref(list);
            return NULL;
        }
    return list;
}

/* What the JSON would be, where that is short; of what holds other items the encoding: a key in a
 * key in a key would be escaped anew at each level. */
static json_t *key_json(const cm_cbor_item *key) {
    switch (key->type) {
    case CM_CBOR_ARRAY:
    case CM_CBOR_MAP:
    case CM_CBOR_TAG:
        return cm_bytes_json(key->bytes);
    default:
        return cm_cbor_json(key);
    }
}

static char *key_text(const cm_cbor_item *key) {
    json_t *value = key_json(key);
    const char *text = json_string_value(value);
    char *copy = NULL;
    if (text != NULL)
        copy = cm_strndup(text, strlen(text));
    else if (value != NULL)
        copy = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    json_decref(value);
    return copy;
}

static json_t *map_json(const cm_cbor_item *item) {
    json_t *object = json_object();
    for (const cm_cbor_item *k = cm_cbor_first_key(item); k != NULL;) {
        const cm_cbor_item *value = cm_cbor_next(item, k);
        char *key = key_text(k);
        bool ok = key != NULL && json_object_set_new(object, key, cm_cbor_json(value)) == 0;
        free(key);
        if (!ok) {
            json_decref(object);
            return NULL;
        }
        k = cm_cbor_next(item, value);
    }
    return object;
}

json_t *cm_cbor_json(const cm_cbor_item *item) {
    if (item == NULL)
        return json_null();
    switch (item->type) {
    case CM_CBOR_UINT:
    case CM_CBOR_NEGATIVE:
        return integer_json(item);
    case CM_CBOR_BYTES:
        return cm_bytes_json(cm_cbor_string(item));
    case CM_CBOR_TEXT:
        return text_json(cm_cbor_text(item));
    case CM_CBOR_ARRAY:
        return array_json(item);
    case CM_CBOR_MAP:
        return map_json(item);
    case CM_CBOR_TAG:
        return cm_cbor_json(item + 1);
    case CM_CBOR_SIMPLE:
        return simple_json(item);
    }
    return json_null();
}
