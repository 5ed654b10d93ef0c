/* A calibration as JSON: the counts are what is read back, the rest is for people. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/calibration.h"
#include "api/inspector.h"
#include "base/mem.h"

enum { VERSION = 1, DIGITS = 6 };

static json_t *levels_json(const cm_calibration_bucket *b) {
    json_t *list = json_array();
    for (int i = 0; i < CM_LEVELS; i++)
        json_array_append_new(
            list, json_pack("{s:f, s:I, s:f, s:f}", "log10_level", -0.5 * (i + 1), "hits",
                            (json_int_t)b->hits[i], "rate",
                            b->chunks > 0 ? (double)b->hits[i] / (double)b->chunks : 0.0,
                            "rate_at_most", cm_rate_upper(b->hits[i], b->chunks)));
    return list;
}

cm_code cm_calibration_json(const cm_calibration *c, char **out, cm_error *err) {
    json_t *buckets = json_array();
    for (int i = 0; i < CM_BUCKETS; i++) {
        const cm_calibration_bucket *b = &c->buckets[i];
        json_array_append_new(buckets,
                              json_pack("{s:I, s:I, s:f, s:o}", "tokens", (json_int_t)b->tokens,
                                        "chunks", (json_int_t)b->chunks, "power",
                                        cm_calibration_power(b), "levels", levels_json(b)));
    }
    bool complete = json_array_size(buckets) == CM_BUCKETS;
    json_t *root = json_pack("{s:i, s:s, s:s, s:I, s:o}", "calibration_version", VERSION, "scheme",
                             c->scheme, "identity", c->identity, "corpus_tokens",
                             (json_int_t)c->tokens, "buckets", buckets);
    *out = root != NULL && complete ? json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(DIGITS))
                                    : NULL;
    json_decref(root);
    return *out != NULL ? CM_OK : cm_fail_memory(err);
}

cm_code cm_calibration_write(const cm_calibration *c, const char *path, cm_error *err) {
    char *text = NULL;
    const cm_output_options how = {0};
    cm_buf bytes = {0};
    cm_code code = cm_calibration_json(c, &text, err);
    if (code == CM_OK) {
        cm_buf_text(&bytes, text);
        cm_buf_u8(&bytes, '\n');
        code = cm_buf_status(&bytes, err);
    }
    if (code == CM_OK)
        code = cm_output_bytes(path, &how, cm_buf_bytes(&bytes), err);
    cm_buf_free(&bytes);
    free(text);
    return code;
}

static bool read_count(const json_t *in, const char *name, uint64_t *out) {
    const json_t *value = json_object_get(in, name);
    *out = (uint64_t)json_integer_value(value);
    return json_is_integer(value) && json_integer_value(value) >= 0;
}

static bool read_bucket(const json_t *in, cm_calibration_bucket *b) {
    const json_t *levels = json_object_get(in, "levels");
    bool good = read_count(in, "tokens", &b->tokens) && read_count(in, "chunks", &b->chunks) &&
                json_array_size(levels) == CM_LEVELS;
    for (size_t i = 0; good && i < CM_LEVELS; i++)
        good =
            read_count(json_array_get(levels, i), "hits", &b->hits[i]) && b->hits[i] <= b->chunks;
    return good;
}

static bool read_text(const json_t *in, const char *name, char *out, size_t size) {
    const char *text = json_string_value(json_object_get(in, name));
    return text != NULL && strlen(text) < size && snprintf(out, size, "%s", text) > 0;
}

static bool read_root(const json_t *in, cm_calibration *c) {
    const json_t *buckets = json_object_get(in, "buckets");
    uint64_t version = 0;
    bool good = read_count(in, "calibration_version", &version) && version == VERSION &&
                read_text(in, "scheme", c->scheme, sizeof c->scheme) &&
                read_text(in, "identity", c->identity, sizeof c->identity) &&
                read_count(in, "corpus_tokens", &c->tokens) &&
                json_array_size(buckets) == CM_BUCKETS;
    for (size_t i = 0; good && i < CM_BUCKETS; i++)
        good = read_bucket(json_array_get(buckets, i), &c->buckets[i]) &&
               (i == 0 || c->buckets[i].tokens > c->buckets[i - 1].tokens);
    return good;
}

cm_code cm_calibration_read(const char *path, cm_calibration **out, cm_error *err) {
    cm_limits limits = cm_limits_default();
    cm_buf text = {0};
    json_error_t what;
    *out = NULL;
    limits.file_bytes = 1 << 20;
    cm_code code = cm_load_file(path, &limits, &text, err);
    json_t *root = code == CM_OK ? json_loadb((const char *)text.data, text.size, 0, &what) : NULL;
    cm_buf_free(&text);
    if (code != CM_OK)
        return code;
    cm_calibration *c = cm_calloc(1, sizeof *c);
    if (c == NULL)
        code = cm_fail_memory(err);
    else if (!read_root(root, c))
        code = cm_fail(err, CM_ERR_FORMAT, "%s: no calibration that this version can read", path);
    json_decref(root);
    if (code != CM_OK) {
        free(c);
        return code;
    }
    *out = c;
    return CM_OK;
}
