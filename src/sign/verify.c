/* Verification from above: which manifests are looked at, and what the findings add up to. */
#include "sign/verify.h"

#include <stdarg.h>

#include "base/mem.h"
#include "sign/store.h"
#include "sign/verify_internal.h"

bool cm_verify_since(const cm_verifier *v, cm_c2pa version) {
    return v->options->policy == CM_C2PA_NEWEST || v->options->policy >= version;
}

void cm_verify_fail(cm_verifier *v, cm_code code) {
    if (v->failed == CM_OK)
        v->failed = code;
}

/* Whether the claim generator that took an ingredient in recorded this finding then. URLs may have
 * been recorded relative to the ingredient's manifest, or not at all. */
static bool was_recorded(cm_verifier *v, const char *code, const char *url) {
    if (v->recorded_count == 0 || !cm_verify_steps(v, v->recorded_count * CM_STEPS_STRING))
        return false;
    for (size_t i = 0; i < v->recorded_count; i++) {
        const char *known = v->recorded[i].url;
        if (strcmp(v->recorded[i].code, code) != 0)
            continue;
        if (strncmp(known, CM_URI_SELF, strlen(CM_URI_SELF)) == 0)
            known += strlen(CM_URI_SELF);
        size_t n = strlen(url);
        size_t k = strlen(known);
        if (k <= n && strcmp(url + n - k, known) == 0)
            return true;
    }
    return false;
}

void cm_note_of(cm_verifier *v, const cm_listed *l, cm_status_id id, const char *url,
                const char *explanation) {
    const char *ingredient = l != NULL ? l->ingredient : NULL;
    if (v->exhausted || !cm_verify_steps(v, CM_STEPS_NOTE))
        return;
    cm_report_status(v->report, &(cm_status){.id = id,
                                             .url = url,
                                             .explanation = explanation,
                                             .ingredient = ingredient,
                                             .manifest = l != NULL ? l->box->label : (cm_bytes){0},
                                             .known = ingredient != NULL &&
                                                      (cm_status_kind_of(id) == CM_STATUS_SUCCESS ||
                                                       was_recorded(v, cm_status_code(id), url))});
}

void cm_note(cm_verifier *v, const cm_view *m, cm_status_id id, const char *url, const char *format,
             ...) {
    char text[512];
    va_list args;
    if (v->exhausted)
        return;
    va_start(args, format);
    if (vsnprintf(text, sizeof text, format, args) < 0)
        text[0] = '\0';
    va_end(args);
    cm_note_of(v, m != NULL ? m->listed : NULL, id, url, text);
}

void cm_assertion_url(const cm_view *m, cm_bytes label, char *url, size_t size) {
    (void)snprintf(url, size, "%s/" CM_LABEL_ASSERTIONS "/%.*s", m->uri,
                   label.size < CM_URI_MAX ? (int)label.size : CM_URI_MAX,
                   (const char *)label.data);
}

void cm_note_assertion(cm_verifier *v, const cm_view *m, cm_status_id id, cm_bytes label,
                       const char *explanation) {
    char url[2 * CM_URI_MAX];
    cm_assertion_url(m, label, url, sizeof url);
    cm_note(v, m, id, url, "%s", explanation);
}

static void free_view(cm_view *m) {
    for (size_t i = 0; i < m->declared_count; i++)
        cm_cbor_free(&m->declared[i].cbor);
    free(m->declared);
    free(m->declared_as);
    cm_cbor_free(&m->claim);
}

static bool readable(cm_verifier *v, const cm_view *m) {
    if ((cm_manifest_is_standard(m->box) || m->box->kind == CM_KIND_UPDATE) &&
        (m->box->toggles & CM_JUMBF_REQUESTABLE) != 0)
        return true;
    if (m->box->kind == CM_KIND_COMPRESSED)
        cm_note(v, m, CM_ST_MANIFEST_COMPRESSED_INVALID, m->uri, "%s", m->listed->fault);
    else
        cm_note(v, m, CM_ST_CLAIM_MISSING, m->uri, "a manifest box of unknown kind");
    return false;
}

static void verify_manifest(cm_verifier *v, const cm_listed *listed) {
    cm_view m = {
        .listed = listed,
        .box = listed->box,
        .active = listed->ingredient == NULL,
        .update = listed->box->kind == CM_KIND_UPDATE,
    };
    (void)snprintf(m.uri, sizeof m.uri, CM_URI_SELF "/" CM_LABEL_STORE "/%.*s",
                   m.box->label.size < CM_LABEL_MAX * 2 ? (int)m.box->label.size : CM_LABEL_MAX * 2,
                   (const char *)m.box->label.data);
    if (m.active)
        v->report->active = cm_report_text(v->report, m.box->label);
    if (readable(v, &m) && cm_verify_claim(v, &m)) {
        cm_verify_signature(v, &m);
        cm_verify_assertions(v, &m);
        cm_verify_representations(v, &m);
        cm_verify_identities(v, &m);
        cm_verify_statements(v, &m);
        cm_verify_kind(v, &m);
        cm_verify_keep_responses(v, &m);
        cm_verify_keep_stamps(v, &m);
        cm_verify_actions(v, &m);
        cm_verify_ingredients(v, &m);
        if (m.box == v->bound)
            cm_verify_binding(v, &m);
    }
    free_view(&m);
}

/* A compressed manifest that can't be had is noted where it is reached. */
static void unpack(cm_verifier *v, cm_listed *l) {
    cm_error fault = {0};
    cm_limits limits = v->limits;
    limits.boxes = (uint32_t)v->boxes_left;
    cm_code code =
        v->unpacking_left == 0
            ? cm_fail(&fault, CM_ERR_LIMIT, "the compressed manifests are too large")
            : cm_manifest_unpack(l->placed, v->unpacking_left, &limits, &l->unpacked, &fault);
    /* one that was cut off cost all that it was let */
    v->unpacking_left -= code == CM_ERR_LIMIT ? v->unpacking_left : l->unpacked.bytes.size;
    v->boxes_left -= code == CM_OK ? l->unpacked.tree.count : 0;
    if (code == CM_OK)
        l->box = l->unpacked.tree.boxes;
    else if (code == CM_ERR_MEMORY)
        cm_verify_fail(v, cm_fail_memory(v->err));
    else
        (void)snprintf(l->fault, sizeof l->fault, "%s", fault.message);
}

/* Where the container's bytes are no manifest store: 2.5 has a code for that (14.5.2.1). */
static cm_status_id no_store(const cm_verifier *v) {
    return cm_verify_since(v, CM_C2PA_2_5) ? CM_ST_MANIFEST_STORE_MALFORMED : CM_ST_GENERAL_ERROR;
}

/* The manifests of the store, which is its root. */
static bool list_manifests(cm_verifier *v) {
    const cm_box *root = v->store.boxes;
    size_t count = 0;
    if (!cm_store_is(root)) {
        cm_note(v, NULL, no_store(v), "", "not a C2PA manifest store");
        return false;
    }
    for (const cm_box *b = cm_manifest_next(root, NULL); b != NULL; b = cm_manifest_next(root, b))
        count++;
    if (count == 0)
        cm_note(v, NULL, CM_ST_CLAIM_MISSING, "", "the store holds no manifest");
    if (count > v->limits.manifests)
        cm_verify_give_up(v, "the store holds more manifests than are read");
    if (count == 0 || v->exhausted)
        return false;
    v->boxes_left = v->limits.boxes;
    v->manifests = cm_calloc(count, sizeof *v->manifests);
    v->queue = cm_calloc(count, sizeof *v->queue);
    if (v->manifests == NULL || v->queue == NULL) {
        cm_verify_fail(v, cm_fail_memory(v->err));
        return false;
    }
    for (const cm_box *b = cm_manifest_next(root, NULL); b != NULL; b = cm_manifest_next(root, b)) {
        cm_listed *l = &v->manifests[v->manifest_count++];
        l->box = l->placed = b;
        if (b->kind == CM_KIND_COMPRESSED)
            unpack(v, l);
    }
    v->queue[v->queue_count++] = count - 1;
    v->manifests[count - 1].queued = true;
    v->bound = v->manifests[count - 1].box;
    return true;
}

/* Failures that don't make an asset invalid: an unknown signer (that is what CM_STATE_VALID says),
 * our own limits (CM_STATE_UNSUPPORTED), and an ingredient whose signer's certificate has run out
 * since. */
static bool is_grave(const cm_status *s) {
    if (cm_status_kind_of(s->id) != CM_STATUS_FAILURE || s->id == CM_ST_CREDENTIAL_UNTRUSTED ||
        s->limit)
        return false;
    return s->ingredient == NULL || s->id != CM_ST_CLAIM_SIGNATURE_OUTSIDE_VALIDITY;
}

static bool has_grave(const cm_report *r) {
    for (size_t i = 0; i < r->status_count; i++)
        if (is_grave(&r->status[i]))
            return true;
    return false;
}

static cm_state conclude(const cm_report *r) {
    if (has_grave(r))
        return CM_STATE_INVALID;
    if (!cm_report_has(r, CM_ST_CLAIM_SIGNATURE_VALIDATED))
        return CM_STATE_UNSUPPORTED;
    if (r->unbound || r->exhausted)
        return CM_STATE_UNSUPPORTED;
    return cm_report_has(r, CM_ST_CREDENTIAL_TRUSTED) ? CM_STATE_TRUSTED : CM_STATE_VALID;
}

static void run(cm_verifier *v) {
    cm_error fault = {0};
    if (v->input->fault != NULL) {
        bool known = cm_status_kind_of(v->input->fault_code) == CM_STATUS_FAILURE;
        cm_note(v, NULL, known ? v->input->fault_code : CM_ST_GENERAL_ERROR, "", "%s",
                v->input->fault);
        if (known && v->input->store.size == 0) /* which says it all */
            return;
    }
    cm_code code = cm_jumbf_parse(v->input->store, &v->limits, &v->store, &fault);
    if (code == CM_ERR_MEMORY) {
        cm_verify_fail(v, cm_fail_memory(v->err));
        return;
    }
    if (code != CM_OK) { /* boxes by the ten thousand, or in one another, are no store either */
        cm_note(v, NULL, code == CM_ERR_FORMAT ? no_store(v) : CM_ST_GENERAL_ERROR, "", "%s",
                fault.message);
        return;
    }
    if (!list_manifests(v))
        return;
    for (size_t i = 0; i < v->queue_count && v->failed == CM_OK && !v->exhausted; i++)
        verify_manifest(v, &v->manifests[v->queue[i]]);
    if (v->failed == CM_OK && !v->exhausted)
        cm_verify_redactions(v);
    /* What is wrong with an update's parent may have been recorded when it was made, and then
     * counts no more; but a store that is bound to nothing could be put into any asset. */
    if (v->failed == CM_OK && !v->compared && !has_grave(v->report))
        cm_note(v, NULL, CM_ST_HARD_BINDINGS_MISSING, "",
                "nothing binds the manifest to this asset");
}

static void free_verifier(cm_verifier *v) {
    for (size_t i = 0; i < v->manifest_count; i++) {
        free(v->manifests[i].ingredient);
        cm_unpacked_free(&v->manifests[i].unpacked);
    }
    for (size_t i = 0; i < v->recorded_count; i++) {
        free(v->recorded[i].code);
        free(v->recorded[i].url);
    }
    for (size_t i = 0; i < v->redacted_count; i++) {
        free(v->redacted[i].uri);
        free(v->redacted[i].said_at);
    }
    free(v->manifests);
    free(v->queue);
    free(v->recorded);
    free(v->redacted);
    free(v->responses);
    free(v->stamps);
    cm_jumbf_free(&v->store);
}

cm_code cm_verify(const cm_verify_input *input, const cm_verify_options *options, cm_report **out,
                  cm_error *err) {
    cm_verifier v = {
        .input = input,
        .options = options,
        .limits = options->limits != NULL ? *options->limits : cm_limits_default(),
        .report = cm_report_new(),
        .err = err,
    };
    if (v.report == NULL)
        return cm_fail_memory(err);
    cm_verify_budget(&v, input->store.size);
    run(&v);
    cm_report *report = v.report;
    free_verifier(&v);
    if (v.failed == CM_OK && report->failed)
        v.failed = cm_fail_memory(err);
    if (v.failed != CM_OK) {
        cm_report_free(report);
        return v.failed;
    }
    report->state = conclude(report);
    *out = report;
    return CM_OK;
}
