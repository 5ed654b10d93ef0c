/* A file that names whom to trust: the parts "trust" and "cawg_trust" of c2pa-rs's settings. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/definition_internal.h"
#include "api/inspector.h"
#include "api/trust_lists.h"
#include "base/mem.h"

enum { LARGEST = 16 << 20 };

typedef struct reading {
    const char *path; /* of the configuration */
    const cm_limits *limits;
    cm_error *err;
} reading;

/* A path as it stands in the configuration, relative to that. */
static cm_code add_file(const reading *r, const char *name, cm_buf *out) {
    const char *slash = strrchr(r->path, '/');
    size_t directory = slash != NULL && name[0] != '/' ? (size_t)(slash - r->path) + 1 : 0;
    char *path = cm_calloc(directory + strlen(name) + 1, 1);
    if (path == NULL)
        return cm_fail_memory(r->err);
    memcpy(path, r->path, directory);
    memcpy(path + directory, name, strlen(name));
    cm_code code = cm_trust_text(path, r->limits, out, r->err);
    free(path);
    return code;
}

/* Adds a list: its text, or {"file": where it stands}. */
static cm_code add(const reading *r, json_t *section, const char *key, cm_buf *out) {
    static const char *const known[] = {"file", NULL};
    json_t *value = json_object_get(section, key);
    const char *text = json_string_value(value);
    const char *name = NULL;
    if (value == NULL || json_is_null(value))
        return CM_OK;
    if (text != NULL) {
        cm_buf_put(out, text, json_string_length(value));
        cm_buf_u8(out, '\n');
        return cm_buf_status(out, r->err);
    }
    cm_code code = cm_json_only(value, key, known, r->err);
    if (code == CM_OK)
        code = cm_json_text(value, "file", &name, r->err);
    if (code == CM_OK && name == NULL)
        return cm_fail(r->err, CM_ERR_FORMAT, "\"%s\" is neither a text nor a file", key);
    return code == CM_OK ? add_file(r, name, out) : code;
}

static cm_code add_section(const reading *r, json_t *section, cm_trust_texts *to) {
    cm_code code = add(r, section, "trust_anchors", &to->anchors);
    if (code == CM_OK)
        code = add(r, section, "user_anchors", &to->anchors);
    if (code == CM_OK)
        code = add(r, section, "allowed_list", &to->allowed);
    return code == CM_OK ? add(r, section, "trust_config", &to->purposes) : code;
}

static cm_code read_sections(const reading *r, json_t *root, cm_trust_texts *signers,
                             cm_trust_texts *authorities, cm_trust_texts *identities) {
    static const char *const known[] = {"trust_anchors", "user_anchors", "tsa_anchors",
                                        "allowed_list",  "trust_config", NULL};
    static const char *const cawg[] = {"trust_anchors",
                                       "user_anchors",
                                       "allowed_list",
                                       "trust_config",
                                       "verify_trust_list",
                                       "trusted_ica_issuers",
                                       NULL};
    json_t *trust = json_object_get(root, "trust");
    json_t *cawg_trust = json_object_get(root, "cawg_trust");
    cm_code code = CM_OK;
    if (trust == NULL && cawg_trust == NULL)
        return cm_fail(r->err, CM_ERR_FORMAT, "it has neither \"trust\" nor \"cawg_trust\"");
    if (trust != NULL)
        code = cm_json_only(trust, "trust", known, r->err);
    if (code == CM_OK)
        code = add_section(r, trust, signers);
    if (code == CM_OK)
        code = add(r, trust, "tsa_anchors", &authorities->anchors);
    if (code == CM_OK && cawg_trust != NULL)
        code = cm_json_only(cawg_trust, "cawg_trust", cawg, r->err);
    return code == CM_OK ? add_section(r, cawg_trust, identities) : code;
}

cm_code cm_trust_config_read(const char *path, const cm_limits *limits, cm_trust_texts *signers,
                             cm_trust_texts *authorities, cm_trust_texts *identities,
                             cm_error *err) {
    cm_limits own = *limits;
    cm_buf text = {0};
    json_error_t fault;
    if (own.file_bytes > LARGEST)
        own.file_bytes = LARGEST;
    cm_error inner = {0};
    reading r = {path, &own, &inner};
    cm_code code = cm_load_file(path, &own, &text, &inner);
    json_t *root = code == CM_OK ? json_loadb((const char *)text.data, text.size,
                                              JSON_REJECT_DUPLICATES, &fault)
                                 : NULL;
    if (code == CM_OK && root == NULL)
        code = cm_fail(&inner, CM_ERR_FORMAT, "line %d: %s", fault.line, fault.text);
    if (code == CM_OK)
        code = read_sections(&r, root, signers, authorities, identities);
    json_decref(root);
    cm_buf_free(&text);
    return code == CM_OK ? CM_OK : cm_fail(err, code, "%.200s: %s", path, inner.message);
}
