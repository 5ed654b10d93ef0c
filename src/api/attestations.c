/* Attestations as people write them down: spec/attestations.schema.json, as
 * spec/attestations.cddl. */
#include <string.h>

#include "api/definition_internal.h"
#include "api/json_cbor.h"
#include "api/statements.h"
#include "base/hash.h"
#include "base/hex.h"
#include "base/mem.h"

enum { MOST = 256, TEXT_MAX = 4096 };

/* A field must be there and be a text. */
static cm_code need_text(json_t *object, const char *key, const char **out, cm_error *err) {
    cm_code code = cm_json_text(object, key, out, err);
    if (code == CM_OK && *out == NULL)
        code = cm_fail(err, CM_ERR_FORMAT, "\"%s\" is lacking", key);
    if (code == CM_OK && strlen(*out) > TEXT_MAX)
        code = cm_fail(err, CM_ERR_FORMAT, "\"%s\" is longer than %d bytes", key, TEXT_MAX);
    return code;
}

static cm_code put_text(json_t *object, const char *key, bool needed, cm_cbor_map *map,
                        cm_error *err) {
    const char *text = NULL;
    if (!needed && json_object_get(object, key) == NULL)
        return CM_OK;
    cm_code code = need_text(object, key, &text, err);
    if (code == CM_OK)
        cm_cbor_map_text(map, key, text);
    return code;
}

static cm_code put_word(json_t *object, const char *key, const char *const *words,
                        const char *choice, cm_cbor_map *map, cm_error *err) {
    const char *text = NULL;
    cm_code code = need_text(object, key, &text, err);
    if (code != CM_OK)
        return code;
    while (*words != NULL && strcmp(*words, text) != 0)
        words++;
    if (*words == NULL)
        return cm_fail(err, CM_ERR_FORMAT, "\"%s\" is %s", key, choice);
    cm_cbor_map_text(map, key, text);
    return CM_OK;
}

/* {least, most}: what the number lies between. */
static cm_code put_scale(json_t *object, double value, cm_cbor_map *map, cm_error *err) {
    static const char *const known[] = {"least", "most", NULL};
    json_t *scale = json_object_get(object, "scale");
    if (scale == NULL)
        return CM_OK;
    cm_code code = cm_json_only(scale, "\"scale\"", known, err);
    json_t *least = json_object_get(scale, "least"), *most = json_object_get(scale, "most");
    if (code == CM_OK && (!json_is_number(least) || !json_is_number(most) ||
                          json_number_value(least) >= json_number_value(most)))
        code = cm_fail(err, CM_ERR_FORMAT, "\"scale\" is two numbers, \"least\" and \"most\"");
    if (code == CM_OK && (value < json_number_value(least) || value > json_number_value(most)))
        code = cm_fail(err, CM_ERR_FORMAT, "\"result\" is not on its own scale");
    return code == CM_OK ? cm_json_pair("scale", scale, map, err) : code;
}

/* A number says how it is to be read; a text stands for itself. */
static cm_code put_result(json_t *object, cm_cbor_map *map, cm_error *err) {
    static const char *const directions[] = {"higher", "lower", NULL};
    json_t *result = json_object_get(object, "result");
    if (json_is_string(result)) {
        if (json_object_get(object, "unit") != NULL || json_object_get(object, "scale") != NULL ||
            json_object_get(object, "better") != NULL)
            return cm_fail(err, CM_ERR_FORMAT,
                           "\"unit\", \"scale\" and \"better\" go with a number as \"result\"");
        return put_text(object, "result", true, map, err);
    }
    if (!json_is_number(result))
        return cm_fail(err, CM_ERR_FORMAT, "\"result\" is lacking, or neither number nor text");
    cm_code code = cm_json_pair("result", result, map, err);
    if (code == CM_OK)
        code = put_text(object, "unit", false, map, err);
    if (code == CM_OK)
        code = put_word(object, "better", directions, "higher or lower", map, err);
    return code == CM_OK ? put_scale(object, json_number_value(result), map, err) : code;
}

static bool is_digits(const char *text, size_t n) {
    return strspn(text, "0123456789") >= n;
}

/* RFC 3339's full-date. */
static cm_code put_date(json_t *object, cm_cbor_map *map, cm_error *err) {
    const char *d = NULL;
    cm_code code = need_text(object, "date", &d, err);
    if (code != CM_OK)
        return code;
    bool form = strlen(d) == 10 && is_digits(d, 4) && d[4] == '-' && is_digits(d + 5, 2) &&
                d[7] == '-' && is_digits(d + 8, 2);
    int month = form ? (d[5] - '0') * 10 + d[6] - '0' : 0;
    int day = form ? (d[8] - '0') * 10 + d[9] - '0' : 0;
    if (month < 1 || month > 12 || day < 1 || day > 31)
        return cm_fail(err, CM_ERR_FORMAT, "\"date\" is a day: 2026-11-30");
    cm_cbor_map_text(map, "date", d);
    return CM_OK;
}

/* The report's digest, so that whoever has it can tell that it is the one meant. */
static cm_code put_report(json_t *object, cm_cbor_map *map, cm_error *err) {
    static const char *const known[] = {"alg", "hash", "url", NULL};
    json_t *report = json_object_get(object, "report");
    const char *name = NULL, *hex = NULL;
    uint8_t hash[CM_HASH_MAX];
    cm_cbor_map inner = {0};
    if (report == NULL)
        return cm_fail(err, CM_ERR_FORMAT, "\"report\" is lacking");
    cm_code code = cm_json_only(report, "\"report\"", known, err);
    if (code == CM_OK)
        code = need_text(report, "alg", &name, err);
    if (code == CM_OK)
        code = need_text(report, "hash", &hex, err);
    if (code != CM_OK)
        return code;
    cm_hash_alg alg = cm_hash_from_name((cm_bytes){(const uint8_t *)name, strlen(name)});
    if (alg == CM_HASH_NONE)
        return cm_fail(err, CM_ERR_FORMAT, "\"alg\" is sha256, sha384 or sha512");
    size_t n = cm_hash_size(alg);
    if (strlen(hex) != 2 * n || !cm_hex_decode(hex, n, hash))
        return cm_fail(err, CM_ERR_FORMAT, "\"hash\" is %zu hexadecimal digits", 2 * n);
    cm_cbor_map_text(&inner, "alg", name);
    cm_cbor_put_bytes(cm_cbor_map_key(&inner, "hash"), (cm_bytes){hash, n});
    code = put_text(report, "url", false, &inner, err);
    if (code == CM_OK)
        cm_cbor_map_put(&inner, cm_cbor_map_key(map, "report"));
    cm_cbor_map_free(&inner);
    return code;
}

static cm_code put_one(json_t *object, cm_cbor_map *map, cm_error *err) {
    static const char *const known[] = {"kind",   "evaluation", "version", "subject",
                                        "result", "unit",       "scale",   "better",
                                        "date",   "report",     NULL};
    static const char *const kinds[] = {"truthfulness", "toxicity", "refusal",
                                        "leakage",      "other",    NULL};
    cm_code code = cm_json_only(object, "it", known, err);
    if (code == CM_OK)
        code = put_word(object, "kind", kinds, "truthfulness, toxicity, refusal, leakage or other",
                        map, err);
    if (code == CM_OK)
        code = put_text(object, "evaluation", true, map, err);
    if (code == CM_OK)
        code = put_text(object, "version", true, map, err);
    if (code == CM_OK)
        code = put_text(object, "subject", false, map, err);
    if (code == CM_OK)
        code = put_result(object, map, err);
    if (code == CM_OK)
        code = put_date(object, map, err);
    return code == CM_OK ? put_report(object, map, err) : code;
}

cm_code cm_attestations_put(json_t *root, cm_buf *out, cm_error *err) {
    static const char *const known[] = {"$schema", "attestations", NULL};
    json_t *list = json_object_get(root, "attestations");
    cm_code code = cm_json_only(root, "it", known, err);
    if (code == CM_OK &&
        (!json_is_array(list) || json_array_size(list) == 0 || json_array_size(list) > MOST))
        code = cm_fail(err, CM_ERR_FORMAT, "\"attestations\" is an array of 1 to %d", MOST);
    if (code != CM_OK)
        return code;
    cm_cbor_put_map(out, 1);
    cm_cbor_put_text(out, "attestations");
    cm_cbor_put_array(out, json_array_size(list));
    for (size_t i = 0; code == CM_OK && i < json_array_size(list); i++) {
        cm_error why = {0};
        cm_cbor_map map = {0};
        code = put_one(json_array_get(list, i), &map, &why);
        if (code == CM_OK)
            cm_cbor_map_put(&map, out);
        else
            (void)cm_fail(err, code, "attestation %zu: %s", i + 1, why.message);
        cm_cbor_map_free(&map);
    }
    return code == CM_OK ? cm_buf_status(out, err) : code;
}
