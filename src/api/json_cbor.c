#include "api/json_cbor.h"

enum { DEEPEST = 32, TAG_TIME = 0 };

static cm_code put_value(json_t *value, int depth, cm_buf *out, cm_error *err);

static cm_code put_list(json_t *list, int depth, cm_buf *out, cm_error *err) {
    cm_code code = CM_OK;
    cm_cbor_put_array(out, json_array_size(list));
    for (size_t i = 0; code == CM_OK && i < json_array_size(list); i++)
        code = put_value(json_array_get(list, i), depth + 1, out, err);
    return code;
}

static cm_code put_object(json_t *object, int depth, cm_buf *out, cm_error *err) {
    cm_cbor_map map = {0};
    cm_code code = CM_OK;
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value) {
        if (code == CM_OK)
            code = put_value(value, depth + 1, cm_cbor_map_key(&map, key), err);
    }
    if (code == CM_OK)
        cm_cbor_map_put(&map, out);
    cm_cbor_map_free(&map);
    return code;
}

static cm_code put_value(json_t *value, int depth, cm_buf *out, cm_error *err) {
    if (depth > DEEPEST)
        return cm_fail(err, CM_ERR_FORMAT, "JSON nested deeper than %d", DEEPEST);
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return put_object(value, depth, out, err);
    case JSON_ARRAY:
        return put_list(value, depth, out, err);
    case JSON_STRING:
        cm_cbor_put_text_bytes(
            out, (cm_bytes){(const uint8_t *)json_string_value(value), json_string_length(value)});
        break;
    case JSON_INTEGER:
        cm_cbor_put_int(out, json_integer_value(value));
        break;
    case JSON_REAL:
        cm_cbor_put_double(out, json_real_value(value));
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        cm_cbor_put_bool(out, json_is_true(value));
        break;
    case JSON_NULL:
        cm_cbor_put_null(out);
        break;
    }
    return CM_OK;
}

cm_code cm_json_to_cbor(json_t *value, cm_buf *out, cm_error *err) {
    cm_code code = put_value(value, 0, out, err);
    return code == CM_OK ? cm_buf_status(out, err) : code;
}

cm_code cm_json_pair(const char *key, json_t *value, cm_cbor_map *map, cm_error *err) {
    cm_buf *b = cm_cbor_map_key(map, key);
    bool time = strcmp(key, "when") == 0 || strcmp(key, "dateTime") == 0;
    if (time && json_is_string(value))
        cm_cbor_put_tag(b, TAG_TIME);
    return put_value(value, 0, b, err);
}
