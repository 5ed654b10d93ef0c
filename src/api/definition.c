#include "api/definition.h"

#include <stdlib.h>
#include <string.h>

#include "api/definition_internal.h"
#include "api/json_cbor.h"
#include "base/mem.h"
#include "sign/held_key.h"

enum { LARGEST_DEFINITION = 4 << 20, LARGEST_FILE = 16 << 20 };

cm_code cm_json_only(json_t *object, const char *where, const char *const *known, cm_error *err) {
    const char *key;
    json_t *value;
    if (!json_is_object(object))
        return cm_fail(err, CM_ERR_FORMAT, "%s is not an object", where);
    json_object_foreach(object, key, value) {
        size_t i = 0;
        while (known[i] != NULL && strcmp(known[i], key) != 0)
            i++;
        if (known[i] == NULL)
            return cm_fail(err, CM_ERR_FORMAT, "%s has a field \"%.100s\" that is not known", where,
                           key);
    }
    return CM_OK;
}

cm_code cm_json_text(json_t *object, const char *key, const char **out, cm_error *err) {
    json_t *value = json_object_get(object, key);
    *out = json_string_value(value);
    if (value == NULL || json_is_null(value))
        return CM_OK;
    if (*out == NULL || **out == '\0' || strlen(*out) != json_string_length(value))
        return cm_fail(err, CM_ERR_FORMAT, "\"%s\" is not a text", key);
    return CM_OK;
}

cm_code cm_json_list(json_t *object, const char *key, json_t **out, cm_error *err) {
    *out = json_object_get(object, key);
    if (*out != NULL && !json_is_array(*out))
        return cm_fail(err, CM_ERR_FORMAT, "\"%s\" is not an array", key);
    return CM_OK;
}

char *cm_definition_path(const cm_definition *d, const char *path) {
    size_t room = strlen(d->directory) + strlen(path) + 1;
    char *whole = cm_calloc(room, 1);
    if (whole != NULL)
        (void)snprintf(whole, room, "%s%s", path[0] == '/' ? "" : d->directory, path);
    return whole;
}

static cm_code load(const char *path, uint64_t largest, cm_buf *out, cm_error *err) {
    cm_limits limits = cm_limits_default();
    cm_source *source = NULL;
    limits.file_bytes = largest;
    cm_code code = cm_source_open(path, &limits, &source, err);
    if (code == CM_OK)
        code = cm_source_load(source, 0, cm_source_size(source), out, err);
    cm_source_close(source);
    return code;
}

cm_code cm_definition_file(const cm_definition *d, json_t *object, const char *where,
                           const cm_limits *limits, cm_embedded *out, cm_buf *bytes,
                           cm_error *err) {
    static const char *const known[] = {"format", "identifier", NULL};
    const char *identifier = NULL;
    cm_code code = cm_json_only(object, where, known, err);
    if (code == CM_OK)
        code = cm_json_text(object, "format", &out->media_type, err);
    if (code == CM_OK)
        code = cm_json_text(object, "identifier", &identifier, err);
    if (code == CM_OK && (identifier == NULL || out->media_type == NULL))
        code = cm_fail(err, CM_ERR_FORMAT, "%s needs a format and an identifier", where);
    if (code != CM_OK)
        return code;
    char *path = cm_definition_path(d, identifier);
    if (path == NULL)
        return cm_fail_memory(err);
    code = load(path, limits->file_bytes < LARGEST_FILE ? limits->file_bytes : LARGEST_FILE, bytes,
                err);
    free(path);
    out->data = cm_buf_bytes(bytes);
    return code;
}

/* [{name, version, …}], as c2patool has it, or the object alone. */
static cm_code read_generator(cm_definition *d, json_t *info, const cm_limits *limits,
                              cm_error *err) {
    const char *key;
    json_t *value;
    cm_code code = CM_OK;
    if (json_is_array(info) && json_array_size(info) == 1)
        info = json_array_get(info, 0);
    if (!json_is_object(info) || !json_is_string(json_object_get(info, "name")))
        return cm_fail(err, CM_ERR_FORMAT,
                       "\"claim_generator_info\" is not one generator's, with a "
                       "name");
    json_object_foreach(info, key, value) {
        if (strcmp(key, "name") == 0)
            code = cm_json_text(info, key, &d->generator, err);
        else if (strcmp(key, "version") == 0)
            code = cm_json_text(info, key, &d->generator_version, err);
        else if (strcmp(key, "icon") == 0)
            code = cm_definition_file(d, value, "the generator's icon", limits, &d->generator_icon,
                                      &d->icon_bytes, err);
        else if (strcmp(key, "specVersion") != 0)
            code = cm_json_pair(key, value, &d->generator_more, err);
        if (code != CM_OK)
            return code;
    }
    if (d->generator_version == NULL)
        d->generator_version = "";
    return CM_OK;
}

static cm_code read_path(cm_definition *d, const char *key, char **out, cm_error *err) {
    const char *path = NULL;
    cm_code code = cm_json_text(d->root, key, &path, err);
    if (code == CM_OK && path != NULL) {
        *out = cm_held_key_uri(path) ? cm_strndup(path, strlen(path)) : cm_definition_path(d, path);
        if (*out == NULL)
            return cm_fail_memory(err);
    }
    return code;
}

static cm_code read_hash(cm_definition *d, cm_error *err) {
    const char *name = NULL;
    cm_code code = cm_json_text(d->root, "hash_alg", &name, err);
    if (code != CM_OK || name == NULL)
        return code;
    d->hash = cm_hash_from_name((cm_bytes){(const uint8_t *)name, strlen(name)});
    return d->hash != CM_HASH_NONE
               ? CM_OK
               : cm_fail(err, CM_ERR_FORMAT, "\"hash_alg\" is sha256, sha384 or sha512");
}

static cm_code read_redactions(cm_definition *d, cm_error *err) {
    json_t *list = NULL;
    cm_code code = cm_json_list(d->root, "redactions", &list, err);
    if (code != CM_OK)
        return code;
    d->redactions = cm_calloc(json_array_size(list), sizeof *d->redactions);
    if (d->redactions == NULL)
        return cm_fail_memory(err);
    for (; d->redaction_count < json_array_size(list); d->redaction_count++) {
        const char *text = json_string_value(json_array_get(list, d->redaction_count));
        if (text == NULL)
            return cm_fail(err, CM_ERR_FORMAT, "a redaction is not a text");
        d->redactions[d->redaction_count] = text;
    }
    return CM_OK;
}

/* The version of the claim is not a choice; saying which one is meant is no mistake. */
static cm_code check_version(const cm_definition *d, cm_error *err) {
    json_t *version = json_object_get(d->root, "claim_version");
    if (version != NULL && json_integer_value(version) != 2)
        return cm_fail(err, CM_ERR_UNSUPPORTED, "only claims of version 2 are written");
    return CM_OK;
}

static cm_code read_head(cm_definition *d, const cm_limits *limits, cm_error *err) {
    static const char *const known[] = {"$schema",
                                        "title",
                                        "format",
                                        "claim_generator",
                                        "claim_generator_info",
                                        "assertions",
                                        "ingredients",
                                        "thumbnail",
                                        "alg",
                                        "ta_url",
                                        "private_key",
                                        "sign_cert",
                                        "redactions",
                                        "instance_id",
                                        "claim_version",
                                        "hash_alg",
                                        NULL};
    json_t *info = json_object_get(d->root, "claim_generator_info");
    cm_code code = cm_json_only(d->root, "the definition", known, err);
    if (code == CM_OK)
        code = check_version(d, err);
    if (code == CM_OK)
        code = cm_json_text(d->root, "title", &d->title, err);
    if (code == CM_OK)
        code = cm_json_text(d->root, "instance_id", &d->instance, err);
    if (code == CM_OK)
        code = cm_json_text(d->root, "alg", &d->alg, err);
    if (code == CM_OK)
        code = cm_json_text(d->root, "ta_url", &d->tsa_url, err);
    if (code == CM_OK)
        code = cm_json_text(d->root, "claim_generator", &d->generator, err);
    if (code == CM_OK && info != NULL)
        code = read_generator(d, info, limits, err);
    if (code == CM_OK)
        code = read_path(d, "private_key", &d->sign_key, err);
    if (code == CM_OK)
        code = read_path(d, "sign_cert", &d->chain, err);
    if (code == CM_OK)
        code = read_hash(d, err);
    return code == CM_OK ? read_redactions(d, err) : code;
}

static cm_code read_body(cm_definition *d, const cm_limits *limits, cm_error *err) {
    json_t *list = NULL;
    json_t *thumbnail = json_object_get(d->root, "thumbnail");
    cm_code code = CM_OK;
    if (thumbnail != NULL && !json_is_null(thumbnail))
        code = cm_definition_file(d, thumbnail, "the thumbnail", limits, &d->thumbnail,
                                  &d->thumbnail_bytes, err);
    if (code == CM_OK)
        code = cm_json_list(d->root, "ingredients", &list, err);
    if (code == CM_OK && list != NULL)
        code = cm_definition_ingredients(d, list, limits, err);
    if (code == CM_OK)
        code = cm_json_list(d->root, "assertions", &list, err);
    if (code == CM_OK && list != NULL)
        code = cm_definition_assertions(d, list, limits, err);
    return code;
}

static cm_code parse(cm_definition *d, const char *path, cm_error *err) {
    const char *slash = strrchr(path, '/');
    json_error_t fault;
    cm_buf text = {0};
    d->directory = cm_strndup(path, slash != NULL ? (size_t)(slash - path) + 1 : 0);
    if (d->directory == NULL)
        return cm_fail_memory(err);
    cm_code code = load(path, LARGEST_DEFINITION, &text, err);
    if (code == CM_OK) {
        d->root = json_loadb((const char *)text.data, text.size, JSON_REJECT_DUPLICATES, &fault);
        if (d->root == NULL)
            code = cm_fail(err, CM_ERR_FORMAT, "not JSON: line %d: %.100s", fault.line, fault.text);
    }
    cm_buf_free(&text);
    return code;
}

cm_code cm_definition_read(const char *path, const cm_limits *limits, cm_definition **out,
                           cm_error *err) {
    cm_definition *d = cm_calloc(1, sizeof *d);
    if (d == NULL)
        return cm_fail_memory(err);
    cm_error fault = {0};
    cm_code code = parse(d, path, &fault);
    if (code == CM_OK)
        code = read_head(d, limits, &fault);
    if (code == CM_OK)
        code = read_body(d, limits, &fault);
    if (code == CM_OK) {
        *out = d;
        return CM_OK;
    }
    cm_definition_free(d);
    return cm_fail(err, code, "%s: %s", path, fault.message);
}

void cm_definition_free(cm_definition *d) {
    if (d == NULL)
        return;
    for (size_t i = 0; i < d->ingredient_count; i++)
        cm_ingredient_free(&d->ingredients[i]);
    for (size_t i = 0; i < d->action_count; i++) {
        cm_cbor_map_free(&d->actions[i].fields);
        cm_cbor_map_free(&d->actions[i].agent);
        cm_buf_free(&d->icons[i]);
        cm_cbor_map_free(&d->actions[i].parameters);
        free(d->links[i]);
    }
    for (size_t i = 0; i < d->extra_count; i++)
        cm_buf_free(&d->contents[i]);
    cm_buf_free(&d->thumbnail_bytes);
    cm_buf_free(&d->icon_bytes);
    cm_cbor_map_free(&d->generator_more);
    free(d->ingredients);
    free(d->ids);
    free(d->actions);
    free(d->links);
    free(d->icons);
    free(d->extras);
    free(d->contents);
    free(d->redactions);
    free(d->chain);
    free(d->sign_key);
    free(d->directory);
    json_decref(d->root);
    free(d);
}
