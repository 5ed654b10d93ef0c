/* c2pa.ai-disclosure (C2PA 2.4 §18.28) as people write it down. */
#include <string.h>

#include "api/definition_internal.h"
#include "api/json_cbor.h"
#include "api/statements.h"

/* Table 12 of C2PA 2.4 is open to names with a namespace of their own. */
static bool is_type(const char *name) {
    static const char MODEL[] = "c2pa.types.model";
    size_t n = sizeof MODEL - 1;
    if (strncmp(name, "c2pa.", 5) == 0)
        return strncmp(name, MODEL, n) == 0 && (name[n] == '\0' || name[n] == '.');
    return strchr(name, '.') != NULL;
}

static cm_code check_type(json_t *root, cm_error *err) {
    const char *type = NULL;
    cm_code code = cm_json_text(root, "modelType", &type, err);
    if (code == CM_OK && (type == NULL || !is_type(type)))
        code =
            cm_fail(err, CM_ERR_FORMAT,
                    "\"modelType\" is one of C2PA's model types, such as c2pa.types.model, or one "
                    "with a namespace of its own");
    return code;
}

/* 2.4's fields; harmEvaluation and others are named there, and pending. */
static cm_code check_profile(json_t *root, cm_error *err) {
    static const char *const known[] = {"humanOversightLevel", NULL};
    static const char *const levels[] = {"fully_autonomous", "prompt_guided", "human_validated"};
    json_t *profile = json_object_get(root, "contentProfile");
    const char *level = NULL;
    if (profile == NULL)
        return CM_OK;
    cm_code code = cm_json_only(profile, "\"contentProfile\"", known, err);
    if (code == CM_OK)
        code = cm_json_text(profile, "humanOversightLevel", &level, err);
    for (size_t i = 0; code == CM_OK && level != NULL && i < 3; i++)
        if (strcmp(level, levels[i]) == 0)
            return CM_OK;
    if (code == CM_OK && level != NULL)
        code = cm_fail(err, CM_ERR_FORMAT,
                       "\"humanOversightLevel\" is fully_autonomous, prompt_guided or "
                       "human_validated");
    return code;
}

/* Parts of letters, digits and dashes with dots between them, at least two. */
static bool is_domain(const char *text) {
    static const char LETTERS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-";
    size_t parts = 0;
    for (;; text++) {
        size_t n = strspn(text, LETTERS);
        parts++;
        text += n;
        if (n == 0 || (*text != '.' && *text != '\0'))
            return false;
        if (*text == '\0')
            return parts > 1;
    }
}

static cm_code check_domains(json_t *root, cm_error *err) {
    json_t *domain = json_object_get(root, "scientificDomain");
    bool list = json_is_array(domain);
    size_t count = list ? json_array_size(domain) : 1;
    bool good = domain == NULL || count > 0;
    for (size_t i = 0; domain != NULL && i < count; i++) {
        const char *one = json_string_value(list ? json_array_get(domain, i) : domain);
        good = good && one != NULL && is_domain(one);
    }
    return good ? CM_OK
                : cm_fail(err, CM_ERR_FORMAT,
                          "\"scientificDomain\" is arXiv's, \"cs.AI\", or an array of such");
}

cm_code cm_ai_disclosure_put(json_t *root, cm_buf *out, cm_error *err) {
    static const char *const known[] = {
        "modelType", "modelName", "modelIdentifier", "contentProfile", "scientificDomain",
        "metadata",  NULL};
    const char *unused = NULL;
    json_t *metadata = json_object_get(root, "metadata");
    cm_code code = cm_json_only(root, "it", known, err);
    if (code == CM_OK)
        code = check_type(root, err);
    if (code == CM_OK)
        code = cm_json_text(root, "modelName", &unused, err);
    if (code == CM_OK)
        code = cm_json_text(root, "modelIdentifier", &unused, err);
    if (code == CM_OK)
        code = check_profile(root, err);
    if (code == CM_OK)
        code = check_domains(root, err);
    if (code == CM_OK && metadata != NULL && !json_is_object(metadata))
        code = cm_fail(err, CM_ERR_FORMAT, "\"metadata\" is not an object");
    if (code == CM_OK)
        code = cm_json_to_cbor(root, out, err);
    return code == CM_OK ? cm_buf_status(out, err) : code;
}
