/* What was done to the asset: C2PA 2.2 §15.10.3.2.2 and §18.15, with 2.4's watermark actions.
 * Claims of the first version were written to looser rules and are not held to these. */
#include "sign/verify_internal.h"

/* Actions of C2PA's own namespace: 2.2 §18.15.2 and those that 2.4 and 2.5 add or rename. */
static const char *const KNOWN[] = {
    "c2pa.addedText",
    "c2pa.adjustedColor",
    "c2pa.changedSpeed",
    "c2pa.color_adjustments",
    "c2pa.converted",
    "c2pa.copied",
    CM_ACTION_CREATED,
    "c2pa.cropped",
    "c2pa.deleted",
    "c2pa.drawing",
    "c2pa.dubbed",
    "c2pa.edited",
    "c2pa.edited.metadata",
    "c2pa.enhanced",
    "c2pa.filtered",
    "c2pa.formatted",
    "c2pa.managed",
    "c2pa.mastered",
    "c2pa.mixed",
    CM_ACTION_OPENED,
    "c2pa.orientation",
    CM_ACTION_PLACED,
    "c2pa.printed",
    "c2pa.produced",
    "c2pa.published",
    CM_ACTION_REDACTED,
    "c2pa.remixed",
    CM_ACTION_REMOVED,
    CM_ACTION_REPACKAGED,
    "c2pa.resized",
    "c2pa.resized.proportional",
    "c2pa.saved",
    CM_ACTION_TRANSCODED,
    CM_ACTION_TRANSLATED,
    "c2pa.trimmed",
    "c2pa.unknown",
    "c2pa.version_updated",
    "c2pa.watermarked",
    CM_ACTION_WATERMARKED_BOUND,
    "c2pa.watermarked.unbound",
};

/* Where an action stands, for the notes about it. */
typedef struct place {
    cm_verifier *v;
    const cm_view *m;
    const cm_declared *assertion;
} place;

static void malformed(const place *p, const char *text) {
    cm_note_assertion(p->v, p->m, CM_ST_ACTION_MALFORMED, p->assertion->box->label, text);
}

static void mismatch(const place *p, const char *text) {
    cm_note_assertion(p->v, p->m, CM_ST_ACTION_INGREDIENT_MISMATCH, p->assertion->box->label, text);
}

/* A name is C2PA's own, or has a namespace before a dot (§6.2). */
static bool name_ok(cm_bytes name) {
    if (name.size < 5 || memcmp(name.data, "c2pa.", 5) != 0)
        return name.size > 0 && memchr(name.data, '.', name.size) != NULL;
    for (size_t i = 0; i < sizeof KNOWN / sizeof KNOWN[0]; i++)
        if (cm_bytes_are(name, KNOWN[i]))
            return true;
    return false;
}

static bool is_inception(const cm_cbor_item *action) {
    const cm_cbor_item *name = cm_cbor_get(action, "action");
    return cm_cbor_is_text(name, CM_ACTION_CREATED) || cm_cbor_is_text(name, CM_ACTION_OPENED);
}

/* Whether a hashed URI leads to an ingredient assertion of this manifest with that relationship. */
static bool leads_to(const place *p, const cm_cbor_item *link, const char *relationship) {
    cm_bytes uri = cm_cbor_text(cm_cbor_get(link, "url"));
    const cm_box *box = uri.data != NULL ? cm_verify_resolve(p->v, p->m, uri) : NULL;
    const cm_declared *d = cm_view_find(p->m, box);
    return d != NULL && cm_is_ingredient(d->base) &&
           cm_cbor_is_text(cm_cbor_get(cm_cbor_root(&d->cbor), "relationship"), relationship);
}

/* The ingredients that an action works on: "ingredients", or the older "ingredient". */
static void check_ingredients(const place *p, const cm_cbor_item *action, const char *relationship,
                              bool required) {
    const cm_cbor_item *parameters = cm_cbor_get(action, "parameters");
    const cm_cbor_item *one = cm_cbor_get(parameters, "ingredient");
    const cm_cbor_item *list = cm_cbor_get(parameters, "ingredients");
    if (one == NULL && cm_cbor_first(list) == NULL) {
        if (required || list != NULL)
            mismatch(p, "the action names no ingredient");
        return;
    }
    if (one != NULL && leads_to(p, one, relationship))
        return;
    for (const cm_cbor_item *l = cm_cbor_first(list); l != NULL; l = cm_cbor_next(list, l))
        if (leads_to(p, l, relationship))
            return;
    mismatch(p, "the action's ingredient is missing or of another relationship");
}

static bool has_soft_binding(const cm_view *m) {
    for (size_t i = 0; i < m->declared_count; i++)
        if (cm_bytes_are(m->declared[i].base, CM_LABEL_SOFT_BINDING))
            return true;
    return false;
}

static void check_redaction(const place *p, const cm_cbor_item *action) {
    const cm_cbor_item *parameters = cm_cbor_get(action, "parameters");
    cm_bytes uri = cm_cbor_text(cm_cbor_get(parameters, "redacted"));
    char *absolute = uri.size != 0 ? cm_verify_absolute(p->v, p->m, uri) : NULL;
    bool found = false;
    for (size_t i = 0; absolute != NULL && i < p->v->redacted_count; i++)
        found = found || strcmp(p->v->redacted[i], absolute) == 0;
    free(absolute);
    if (!found)
        cm_note_assertion(p->v, p->m, CM_ST_ACTION_REDACTION_MISMATCH, p->assertion->box->label,
                          "the action names no assertion that the claim redacts");
}

static void check_action(const place *p, const cm_cbor_item *action) {
    const cm_cbor_item *name = cm_cbor_get(action, "action");
    const cm_cbor_item *parameters = cm_cbor_get(action, "parameters");
    if (!name_ok(cm_cbor_text(name)))
        malformed(p, "an action whose name C2PA doesn't know");
    else if (cm_cbor_is_text(name, CM_ACTION_CREATED)) {
        if (cm_cbor_text(cm_cbor_get(action, "digitalSourceType")).size == 0)
            malformed(p, "c2pa.created without a digitalSourceType");
    } else if (cm_cbor_is_text(name, CM_ACTION_OPENED))
        check_ingredients(p, action, "parentOf", true);
    else if (cm_cbor_is_text(name, CM_ACTION_PLACED) || cm_cbor_is_text(name, CM_ACTION_REMOVED))
        check_ingredients(p, action, "componentOf", true);
    else if (cm_cbor_is_text(name, CM_ACTION_TRANSCODED) ||
             cm_cbor_is_text(name, CM_ACTION_REPACKAGED))
        check_ingredients(p, action, "parentOf", false);
    else if (cm_cbor_is_text(name, CM_ACTION_REDACTED))
        check_redaction(p, action);
    else if (cm_cbor_is_text(name, CM_ACTION_TRANSLATED)) {
        if (cm_cbor_text(cm_cbor_get(parameters, "sourceLanguage")).size == 0 ||
            cm_cbor_text(cm_cbor_get(parameters, "targetLanguage")).size == 0)
            malformed(p, "c2pa.translated without its languages");
    } else if (cm_cbor_is_text(name, CM_ACTION_WATERMARKED_BOUND) && !has_soft_binding(p->m))
        cm_note_assertion(p->v, p->m, CM_ST_ACTION_SOFT_BINDING_MISSING, p->assertion->box->label,
                          "a bound watermark without a soft binding");
}

/* The actions assertion that has to begin with how the asset began: the first created one, or, as
 * some writers do, the first gathered one. */
static const cm_declared *first_actions(const cm_view *m) {
    const cm_declared *gathered = NULL;
    for (size_t i = 0; i < m->declared_count; i++) {
        const cm_declared *d = &m->declared[i];
        if (!cm_is_actions(d->base))
            continue;
        if (d->created)
            return d;
        if (gathered == NULL)
            gathered = d;
    }
    return gathered;
}

static void check_assertion(const place *p, bool first) {
    const cm_cbor_item *list = cm_cbor_get(cm_cbor_root(&p->assertion->cbor), "actions");
    const cm_cbor_item *action = cm_cbor_first(list);
    if (!cm_cbor_is(list, CM_CBOR_ARRAY) || action == NULL) {
        malformed(p, "no list of actions");
        return;
    }
    if (first && !p->m->update && !is_inception(action))
        malformed(p, "the first action is neither c2pa.created nor c2pa.opened");
    for (bool leading = first; action != NULL; action = cm_cbor_next(list, action)) {
        if (!leading && is_inception(action))
            malformed(p, "c2pa.created or c2pa.opened after other actions");
        leading = false;
        check_action(p, action);
    }
}

/* digitalSourceType of the first action, for the report: in a version 1 claim, too. */
static void report_source_type(cm_verifier *v, const cm_declared *first) {
    const cm_cbor_item *list = cm_cbor_get(cm_cbor_root(&first->cbor), "actions");
    cm_bytes type = cm_cbor_text(cm_cbor_get(cm_cbor_first(list), "digitalSourceType"));
    if (type.size > 0)
        v->report->digital_source_type = cm_report_text(v->report, type);
}

void cm_verify_actions(cm_verifier *v, const cm_view *m) {
    const cm_declared *first = first_actions(m);
    if (m->active && first != NULL)
        report_source_type(v, first);
    if (m->version == 1)
        return;
    if (first == NULL && !m->update)
        cm_note(v, m, CM_ST_ACTION_MALFORMED, m->uri, "the manifest has no actions");
    for (size_t i = 0; i < m->declared_count; i++) {
        place p = {v, m, &m->declared[i]};
        if (cm_is_actions(p.assertion->base))
            check_assertion(&p, p.assertion == first);
    }
}
