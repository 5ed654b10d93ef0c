/* Token ids as JSON. */
#include <jansson.h>
#include <stdlib.h>

#include "api/token_source.h"
#include "base/mem.h"

/* JSON begins with a bracket, and has no NUL, which a word of an id below 2^24 has. */
bool cm_ids_are_json(const uint8_t *head, size_t n) {
    size_t at = 0;
    while (at < n && (head[at] == ' ' || head[at] == '\t' || head[at] == '\r' || head[at] == '\n'))
        at++;
    if (at == n || (head[at] != '[' && head[at] != '{'))
        return false;
    for (size_t i = 0; i < n; i++)
        if (head[i] == 0)
            return false;
    return true;
}

static cm_code read_array(const json_t *list, uint32_t **out, size_t *count, cm_error *err) {
    size_t n = json_array_size(list);
    *out = cm_calloc(n, sizeof **out);
    if (*out == NULL)
        return cm_fail_memory(err);
    for (size_t i = 0; i < n; i++) {
        const json_t *item = json_array_get(list, i);
        json_int_t value = json_integer_value(item);
        if (!json_is_integer(item) || value < 0 || value > UINT32_MAX) {
            free(*out);
            *out = NULL;
            return cm_fail(err, CM_ERR_FORMAT, "element %zu of the array is no token id", i);
        }
        (*out)[i] = (uint32_t)value;
    }
    *count = n;
    return CM_OK;
}

cm_code cm_ids_parse(cm_bytes json, uint32_t **out, size_t *count, cm_error *err) {
    json_error_t what;
    json_t *root = json_loadb((const char *)json.data, json.size, 0, &what);
    *out = NULL;
    if (root == NULL)
        return cm_fail(err, CM_ERR_FORMAT, "not JSON: line %d: %s", what.line, what.text);
    const json_t *list = json_is_object(root) ? json_object_get(root, "ids") : root;
    cm_code code = json_is_array(list)
                       ? read_array(list, out, count, err)
                       : cm_fail(err, CM_ERR_FORMAT,
                                 "neither an array of token ids nor an object with one as \"ids\"");
    json_decref(root);
    return code;
}
