#include "api/probabilities.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/stream.h"

enum { HEAD = 256, MOST = 1 << 28 };

void cm_probabilities_free(cm_probabilities *p) {
    free(p->values);
    *p = (cm_probabilities){0};
}

static bool is_white(uint8_t byte) {
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* JSON begins with a bracket and has no control characters but white space, which floats soon have.
 */
static bool is_json(cm_bytes file) {
    size_t at = 0, n = file.size < HEAD ? file.size : HEAD;
    while (at < n && is_white(file.data[at]))
        at++;
    if (at == n || (file.data[at] != '[' && file.data[at] != '{'))
        return false;
    for (size_t i = 0; i < n; i++)
        if (file.data[i] < 0x20 && !is_white(file.data[i]))
            return false;
    return true;
}

static cm_code make_room(size_t count, cm_probabilities *out, cm_error *err) {
    out->values = cm_calloc(count, sizeof *out->values);
    out->count = count;
    return out->values != NULL ? CM_OK : cm_fail_memory(err);
}

static cm_code put(cm_probabilities *out, size_t i, double value, cm_error *err) {
    if (!(value >= 0 && value <= 1))
        return cm_fail(err, CM_ERR_FORMAT, "element %zu is no probability", i);
    out->values[i] = (float)value;
    return CM_OK;
}

static cm_code read_words(cm_bytes file, cm_probabilities *out, cm_error *err) {
    static const size_t WORD = 4;
    if (file.size % WORD != 0)
        return cm_fail(err, CM_ERR_FORMAT,
                       "neither a JSON array nor whole 32-bit floats: %zu bytes", file.size);
    cm_code code = make_room(file.size / WORD, out, err);
    for (size_t i = 0; code == CM_OK && i < out->count; i++) {
        const uint8_t *at = file.data + WORD * i;
        uint32_t bits =
            (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
        float value;
        memcpy(&value, &bits, sizeof value);
        code = put(out, i, (double)value, err);
    }
    return code;
}

static cm_code read_array(const json_t *list, cm_probabilities *out, cm_error *err) {
    cm_code code = make_room(json_array_size(list), out, err);
    for (size_t i = 0; code == CM_OK && i < out->count; i++) {
        const json_t *item = json_array_get(list, i);
        code = put(out, i, json_is_number(item) ? json_number_value(item) : -1, err);
    }
    return code;
}

static cm_code read_json(cm_bytes file, cm_probabilities *out, cm_error *err) {
    json_error_t what;
    json_t *root = json_loadb((const char *)file.data, file.size, 0, &what);
    if (root == NULL)
        return cm_fail(err, CM_ERR_FORMAT, "not JSON: line %d: %s", what.line, what.text);
    const json_t *list = json_is_object(root) ? json_object_get(root, "probabilities") : root;
    cm_code code = json_is_array(list)
                       ? read_array(list, out, err)
                       : cm_fail(err, CM_ERR_FORMAT,
                                 "neither an array of probabilities nor an object with one as "
                                 "\"probabilities\"");
    json_decref(root);
    return code;
}

cm_code cm_probabilities_read(const char *path, const cm_limits *limits, cm_probabilities *out,
                              cm_error *err) {
    cm_source *source = NULL;
    cm_buf file = {0};
    *out = (cm_probabilities){0};
    cm_code code = cm_source_open(path, limits, &source, err);
    if (code == CM_OK && cm_source_size(source) > MOST)
        code = cm_fail(err, CM_ERR_LIMIT, "more than %d MiB of probabilities", MOST >> 20);
    if (code == CM_OK)
        code = cm_source_load(source, 0, cm_source_size(source), &file, err);
    if (code == CM_OK)
        code = is_json(cm_buf_bytes(&file)) ? read_json(cm_buf_bytes(&file), out, err)
                                            : read_words(cm_buf_bytes(&file), out, err);
    cm_buf_free(&file);
    cm_source_close(source);
    return code;
}
