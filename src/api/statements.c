#include "api/statements.h"

#include <stdlib.h>
#include <string.h>

#include "api/inspector.h"
#include "base/mem.h"
#include "sign/assertion.h"
#include "sign/labels.h"

enum { LARGEST = 1 << 20 };

/* California's fields, as far as C2PA has none for them (spec/labels.md §2). */
static cm_code put_disclosure(const cm_labelling *l, time_t when, cm_buf *out, cm_error *err) {
    cm_cbor_map map = {0};
    cm_cbor_map_text(&map, "provider", l->provider);
    cm_cbor_map_text(&map, "system", l->system);
    cm_cbor_map_text(&map, "version", l->version);
    cm_put_time(cm_cbor_map_key(&map, "time"), when);
    cm_cbor_map_text(&map, "id", l->id);
    cm_cbor_map_put(&map, out);
    cm_cbor_map_free(&map);
    return cm_buf_status(out, err);
}

typedef cm_code put_json(json_t *root, cm_buf *out, cm_error *err);

/* A file, or JSON itself where that is allowed: it begins with a brace. */
static cm_code put_given(const char *given, bool text, put_json *put, cm_buf *out, cm_error *err) {
    cm_limits limits = cm_limits_default();
    json_error_t fault;
    cm_error why = {0};
    cm_buf bytes = {0};
    cm_code code = CM_OK;
    limits.file_bytes = LARGEST;
    bool inside = text && given[0] == '{';
    if (inside)
        cm_buf_text(&bytes, given);
    else
        code = cm_load_file(given, &limits, &bytes, err);
    if (code != CM_OK) {
        cm_buf_free(&bytes);
        return code;
    }
    json_t *root = json_loadb((const char *)bytes.data, bytes.size, JSON_REJECT_DUPLICATES, &fault);
    code = root != NULL
               ? put(root, out, &why)
               : cm_fail(&why, CM_ERR_FORMAT, "not JSON: line %d: %.100s", fault.line, fault.text);
    json_decref(root);
    cm_buf_free(&bytes);
    return code == CM_OK
               ? CM_OK
               : cm_fail(err, code, "%s: %s", inside ? "the AI disclosure" : given, why.message);
}

static cm_buf *add(cm_statement_list *l, const char *label) {
    l->extras[l->count++] = (cm_extra_spec){.label = label};
    return &l->content[l->own++];
}

/* The buffers are where they stay only now. */
static void connect(cm_statement_list *l) {
    for (size_t i = 0; i < l->own; i++)
        l->extras[l->count - l->own + i].content = cm_buf_bytes(&l->content[i]);
}

static bool has_extra(const cm_definition *d, const char *label) {
    for (size_t i = 0; d != NULL && i < d->extra_count; i++)
        if (strcmp(d->extras[i].label, label) == 0)
            return true;
    return false;
}

cm_code cm_statements_make(const cm_protect_options *o, const cm_labelling *labelling, time_t when,
                           const cm_definition *d, cm_statement_list *out, cm_error *err) {
    size_t given = d != NULL ? d->extra_count : 0;
    cm_code code = CM_OK;
    *out = (cm_statement_list){.extras = cm_calloc(given + CM_STATEMENTS_MAX, sizeof *out->extras)};
    if (out->extras == NULL)
        return cm_fail_memory(err);
    for (; out->count < given; out->count++)
        out->extras[out->count] = d->extras[out->count];
    if (has_extra(d, CM_LABEL_DISCLOSURE) || has_extra(d, CM_LABEL_ATTESTATIONS))
        return cm_fail(err, CM_ERR_ARGUMENT,
                       "a definition doesn't have %s and %s: options make them",
                       CM_LABEL_DISCLOSURE, CM_LABEL_ATTESTATIONS);
    if ((labelling->kinds & CM_LABELS_CA) != 0)
        code = put_disclosure(labelling, when, add(out, CM_LABEL_DISCLOSURE), err);
    if (code == CM_OK && o->attestations != NULL)
        code = put_given(o->attestations, false, cm_attestations_put,
                         add(out, CM_LABEL_ATTESTATIONS), err);
    if (code == CM_OK && o->ai_disclosure != NULL)
        code = put_given(o->ai_disclosure, true, cm_ai_disclosure_put,
                         add(out, CM_LABEL_AI_DISCLOSURE), err);
    connect(out);
    return code;
}

void cm_statements_free(cm_statement_list *l) {
    for (size_t i = 0; i < l->own; i++)
        cm_buf_free(&l->content[i]);
    free(l->extras);
    *l = (cm_statement_list){0};
}
