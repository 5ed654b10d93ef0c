#include "api/crjson.h"

#include <countermark/version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/cbor_json.h"
#include "api/json.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "sign/labels.h"
#include "sign/outline.h"

/* CBOR items that are shown of a store, all together; each may take a hundred bytes as JSON. */
enum { ITEMS_MOST = 1 << 18 };

#define VOCABULARY "https://c2pa.org/crjson/"

/* Sets a member whose name isn't NUL-terminated; the first of a name stays. */
static bool set(json_t *object, cm_bytes name, json_t *value) {
    char *key = cm_strndup(name.size != 0 ? (const char *)name.data : "", name.size);
    bool ok = key != NULL && value != NULL;
    if (ok && json_object_get(object, key) == NULL)
        ok = json_object_set(object, key, value) == 0;
    json_decref(value);
    free(key);
    return ok;
}

static bool starts(cm_bytes label, const char *with) {
    size_t n = strlen(with);
    return label.size >= n && memcmp(label.data, with, n) == 0;
}

/* A file's bytes are no part of crJSON; what it is, is. */
static json_t *file_json(const cm_outline_assertion *a) {
    bool text = a->media_type.size != 0 && cm_utf8_valid(a->media_type);
    json_t *type = text ? json_stringn((const char *)a->media_type.data, a->media_type.size)
                        : json_string("application/octet-stream");
    bool claim = starts(a->label, CM_LABEL_THUMBNAIL_CLAIM);
    bool thumbnail = claim || starts(a->label, CM_LABEL_THUMBNAIL_INGREDIENT);
    json_t *kind = thumbnail ? json_integer(claim ? 0 : 1) : NULL;
    return json_pack("{s:o*, s:o*}", "thumbnailType", kind, "mimeType", type);
}

/* An empty object stands for what can't be told (§3.6.1). */
static json_t *assertion_json(const cm_outline_assertion *a, const cm_limits *limits,
                              size_t *items) {
    json_t *value = NULL;
    cm_cbor doc;
    if (a->form == CM_OUTLINE_FILE)
        return file_json(a);
    if (a->form == CM_OUTLINE_JSON)
        value = json_loadb((const char *)a->content.data, a->content.size, 0, NULL);
    if (a->form == CM_OUTLINE_CBOR && cm_cbor_parse(a->content, limits, &doc, NULL) == CM_OK) {
        if (doc.count <= *items) {
            value = cm_cbor_json(cm_cbor_root(&doc));
            *items -= doc.count;
        }
        cm_cbor_free(&doc);
    }
    if (json_is_object(value))
        return value;
    json_decref(value);
    return json_object();
}

static json_t *assertions_json(const cm_outline_manifest *m, const cm_limits *limits,
                               size_t *items) {
    json_t *object = json_object();
    for (size_t i = 0; i < m->assertion_count; i++)
        if (!set(object, m->assertions[i].label,
                 assertion_json(&m->assertions[i], limits, items))) {
            json_decref(object);
            return NULL;
        }
    return object;
}

/* The schema asks claims of the first version for a list that their writers left out or made null;
 * claim_generator says the same. */
static bool name_generator(json_t *claim) {
    json_t *name = json_object_get(claim, "claim_generator");
    if (json_array_size(json_object_get(claim, "claim_generator_info")) != 0 || name == NULL)
        return true;
    return json_object_set_new(claim, "claim_generator_info", json_pack("[{s:O}]", "name", name)) ==
           0;
}

/* Lists that a claim may leave out are there, empty (§3.5.1), where its version has them. */
static json_t *claim_json(const cm_outline_manifest *m) {
    static const char *const lists[] = {"redacted_assertions", "gathered_assertions"};
    json_t *claim = m->claim_version != 0 ? cm_cbor_json(cm_cbor_root(&m->claim)) : json_object();
    for (int i = 0; i < (m->claim_version == 1 ? 1 : 2); i++)
        if (claim != NULL && json_object_get(claim, lists[i]) == NULL &&
            json_object_set_new(claim, lists[i], json_array()) != 0)
            return NULL;
    return m->claim_version != 1 || name_generator(claim) ? claim : NULL;
}

/* success, informational, failure: those of `list` that `belongs` says yes to. */
typedef struct groups {
    json_t *of[3]; /* by cm_status_kind */
    bool complete;
} groups;

static groups groups_new(void) {
    return (groups){.of = {json_array(), json_array(), json_array()}, .complete = true};
}

static void groups_add(groups *g, const cm_status *s) {
    json_t *url = s->url[0] != '\0' ? cm_json_or_null(s->url) : NULL;
    json_t *entry = json_pack("{s:s, s:o*, s:o}", "code", cm_status_code(s->id), "url", url,
                              "explanation", cm_json_or_null(s->explanation));
    if (json_array_append_new(g->of[cm_status_kind_of(s->id)], entry) != 0)
        g->complete = false;
}

/* `more` is taken over, and may be NULL. */
static json_t *groups_json(groups *g, json_t *more) {
    json_t *object =
        json_pack("{s:o, s:o, s:o}", "success", g->of[CM_STATUS_SUCCESS], "informational",
                  g->of[CM_STATUS_INFORMATIONAL], "failure", g->of[CM_STATUS_FAILURE]);
    bool ok = g->complete && (more == NULL || json_object_update(object, more) == 0);
    json_decref(more);
    if (ok)
        return object;
    json_decref(object);
    return NULL;
}

/* Findings about the store as a whole stand with the active manifest, which is what they concern
 * most. */
static bool concerns(const cm_status *s, cm_bytes label, bool active) {
    return s->manifest.data != NULL ? cm_bytes_equal(s->manifest, label) : active;
}

static json_t *results_json(const cm_findings *f, cm_bytes label, bool active) {
    const cm_report *r = f->manifest;
    groups g = groups_new();
    for (size_t i = 0; i < r->status_count; i++)
        if (concerns(&r->status[i], label, active))
            groups_add(&g, &r->status[i]);
    for (size_t i = 0; i < r->aside_count; i++)
        if (concerns(&r->aside[i], label, active))
            groups_add(&g, &r->aside[i]);
    /* The version of C2PA that we judged by, as SemVer. */
    char version[16];
    (void)snprintf(version, sizeof version, "%s.0",
                   f->manifest_shown.policy != NULL ? f->manifest_shown.policy : "2.5");
    return groups_json(&g, json_pack("{s:s, s:o}", "specVersion", version, "validationTime",
                                     cm_crjson_time(f->judged)));
}

/* What is new about the manifest of an ingredient since it was taken in (2.2 §15.2.1). */
static json_t *delta_json(const cm_report *r, const char *uri) {
    groups g = groups_new();
    for (size_t i = 0; i < r->status_count; i++)
        if (r->status[i].ingredient != NULL && strcmp(r->status[i].ingredient, uri) == 0)
            groups_add(&g, &r->status[i]);
    return json_pack("{s:o, s:o}", "ingredientAssertionURI", cm_json_or_null(uri),
                     "validationDeltas", groups_json(&g, NULL));
}

/* Whether the assertion, as JSON, is an ingredient that came with a manifest. */
static bool has_manifest(const char *label, json_t *assertion) {
    static const char base[] = CM_LABEL_INGREDIENT;
    return strncmp(label, base, sizeof base - 1) == 0 &&
           (json_object_get(assertion, "activeManifest") != NULL ||
            json_object_get(assertion, "c2pa_manifest") != NULL);
}

static json_t *deltas_json(const cm_report *r, cm_bytes label, json_t *assertions) {
    json_t *list = json_array();
    const char *name;
    json_t *assertion;
    json_object_foreach(assertions, name, assertion) {
        cm_buf uri = {0};
        if (!has_manifest(name, assertion))
            continue;
        cm_buf_text(&uri, CM_URI_SELF "/" CM_LABEL_STORE "/");
        cm_buf_put_bytes(&uri, label);
        cm_buf_text(&uri, "/" CM_LABEL_ASSERTIONS "/");
        cm_buf_text(&uri, name);
        cm_buf_u8(&uri, 0);
        json_t *delta = uri.failed == CM_OK ? delta_json(r, (const char *)uri.data) : NULL;
        cm_buf_free(&uri);
        if (json_array_append_new(list, delta) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    if (json_array_size(list) != 0)
        return list;
    json_decref(list);
    return json_null();
}

static json_t *manifest_json(const cm_findings *f, const cm_outline_manifest *m, bool active,
                             const cm_limits *limits, size_t *items) {
    json_t *assertions = assertions_json(m, limits, items);
    json_t *deltas = assertions != NULL ? deltas_json(f->manifest, m->label, assertions) : NULL;
    json_t *label =
        json_stringn(m->label.size != 0 ? (const char *)m->label.data : "", m->label.size);
    json_t *manifest =
        json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "label", label, "assertions", assertions,
                  m->claim_version == 1 ? "claim" : "claim.v2", claim_json(m), "signature",
                  cm_crjson_signature(m->signature, limits), "validationResults",
                  results_json(f, m->label, active), "ingredientDeltas", deltas);
    if (json_is_null(json_object_get(manifest, "ingredientDeltas")))
        (void)json_object_del(manifest, "ingredientDeltas");
    return manifest;
}

static json_t *document(const cm_findings *f, const cm_outline *o, const cm_limits *limits) {
    size_t items = ITEMS_MOST;
    json_t *manifests = json_array();
    for (size_t i = o->count; i-- > 0;)
        if (json_array_append_new(manifests, manifest_json(f, &o->manifests[i], i == o->count - 1,
                                                           limits, &items)) != 0) {
            json_decref(manifests);
            return NULL;
        }
    /* Of a store that can't be read only this is left to say; the schema allows more members. */
    json_t *results = o->count == 0 ? results_json(f, (cm_bytes){0}, true) : NULL;
    return json_pack("{s:{s:s}, s:o, s:{s:s, s:s}, s:o*}", "@context", "@vocab", VOCABULARY,
                     "manifests", manifests, "jsonGenerator", "name", "Countermark", "version",
                     cm_version(), "validationResults", results);
}

json_t *cm_crjson_document(const cm_findings *f) {
    cm_limits limits = cm_limits_default();
    cm_outline outline;
    if (cm_outline_read(cm_buf_bytes(&f->store), &limits, &outline, NULL) != CM_OK)
        return NULL;
    json_t *root = document(f, &outline, &limits);
    cm_outline_free(&outline);
    return root;
}

cm_code cm_inspection_crjson(const cm_inspection *report, bool one_line, char **out,
                             cm_error *err) {
    *out = NULL;
    if (report->manifest == NULL)
        return cm_fail(err, CM_ERR_ARGUMENT, "there is no manifest to show");
    return cm_json_print(cm_crjson_document((const cm_findings *)report), true, one_line, out, err);
}
