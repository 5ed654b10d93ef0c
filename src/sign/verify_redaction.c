/* What claims say that they left out of the manifests of their ingredients (C2PA 2.2 §6.8). */
#include "sign/verify_internal.h"

#include "base/mem.h"

cm_redaction *cm_verify_redacted(cm_verifier *v, const char *absolute) {
    if (v->redacted_count == 0 || !cm_verify_steps(v, v->redacted_count * CM_STEPS_STRING))
        return NULL;
    for (size_t i = 0; i < v->redacted_count; i++)
        if (strcmp(v->redacted[i].uri, absolute) == 0)
            return &v->redacted[i];
    return NULL;
}

void cm_verify_redaction_said(cm_verifier *v, const cm_view *m, cm_redaction *r, cm_bytes label) {
    char url[2 * CM_URI_MAX];
    if (r->said_by != NULL)
        return;
    cm_assertion_url(m, label, url, sizeof url);
    r->said_by = m->listed;
    r->said_at = cm_strndup(url, strlen(url));
    if (r->said_at == NULL)
        cm_verify_fail(v, cm_fail_memory(v->err));
}

/* The manifest that a redacted assertion was in, if it was read: one that is gone, being an
 * ingredient's that was redacted itself, can't be asked any more. */
static const cm_listed *manifest_of(const cm_verifier *v, const cm_redaction *r) {
    static const char PREFIX[] = CM_URI_SELF "/" CM_LABEL_STORE "/";
    size_t n = sizeof PREFIX - 1;
    const char *label = strncmp(r->uri, PREFIX, n) == 0 ? r->uri + n : "";
    cm_bytes name = {.data = (const uint8_t *)label, .size = strcspn(label, "/")};
    for (size_t i = 0; i < v->manifest_count; i++)
        if (v->manifests[i].queued && cm_bytes_equal(v->manifests[i].placed->label, name))
            return &v->manifests[i];
    return NULL;
}

void cm_verify_redactions(cm_verifier *v) {
    for (size_t i = 0; i < v->redacted_count; i++) {
        const cm_redaction *r = &v->redacted[i];
        if (r->said_by == NULL || r->declared ||
            !cm_verify_steps(v, v->manifest_count * CM_STEPS_STRING) || manifest_of(v, r) == NULL)
            continue;
        cm_note_of(v, r->said_by, CM_ST_ACTION_REDACTION_MISMATCH, r->said_at,
                   "the action names what the manifest never had");
    }
}
