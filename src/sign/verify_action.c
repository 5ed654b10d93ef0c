/* What one action must say: C2PA 2.2 §15.10.3.2.2, with what later versions add. */
#include "sign/verify_actions.h"

#include "base/mem.h"

/* Actions of C2PA's own namespace: 2.2 §18.15.2 and those that later versions add or rename. All
 * count under every policy: a name says what was done, whichever version gave it. */
static const char *const KNOWN[] = {
    "c2pa.addedText",
    "c2pa.adjustedColor",
    "c2pa.changedSpeed",
    "c2pa.color_adjustments",
    "c2pa.converted",
    "c2pa.copied",
    CM_ACTION_CREATED,
    "c2pa.cropped",
    CM_ACTION_DELETED,
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
    "c2pa.modified",
    CM_ACTION_OPENED,
    "c2pa.orientation",
    CM_ACTION_PLACED,
    "c2pa.printed",
    "c2pa.produced",
    "c2pa.published",
    CM_ACTION_REDACTED,
    "c2pa.remixed",
    CM_ACTION_REMOVED,
    "c2pa.rendered",
    CM_ACTION_REPACKAGED,
    "c2pa.resized",
    "c2pa.resized.proportional",
    "c2pa.reviewed",
    "c2pa.saved",
    CM_ACTION_TRANSCODED,
    CM_ACTION_TRANSLATED,
    "c2pa.trimmed",
    "c2pa.unknown",
    "c2pa.version_updated",
    CM_ACTION_WATERMARKED,
    CM_ACTION_WATERMARKED_BOUND,
    "c2pa.watermarked.unbound",
};

static void malformed(const cm_place *p, const char *text) {
    cm_note_assertion(p->v, p->m, CM_ST_ACTION_MALFORMED, p->assertion->box->label, text);
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

/* What an action asks of the ingredients that it names. */
typedef struct rule {
    const char *relationship;
    bool required;
    bool one;       /* and no more */
    bool elsewhere; /* they may be those of another manifest: what was added before, and is gone */
} rule;

/* The relationship of an ingredient assertion in any manifest of the store. */
static bool relates_elsewhere(const cm_place *p, const cm_box *box, const char *relationship) {
    cm_cbor doc;
    const cm_box *content = cm_box_of_type(box, CM_BOX_CBOR);
    if (content == NULL || !cm_is_ingredient(cm_label_base(box->label)) ||
        !cm_verify_within(p->v, box) || p->v->items_left == 0 ||
        !cm_verify_hashing(p->v, content->content.size) ||
        cm_cbor_parse(content->content, &p->v->limits, &doc, NULL) != CM_OK)
        return false;
    bool within = doc.count <= p->v->items_left;
    p->v->items_left -= within ? doc.count : p->v->items_left;
    bool same =
        within && cm_cbor_is_text(cm_cbor_get(cm_cbor_root(&doc), "relationship"), relationship);
    cm_cbor_free(&doc);
    return same;
}

/* 2.5: an ingredient that was redacted since may still be spoken of (14.10.4.2.4). */
static bool is_redacted_ingredient(const cm_place *p, cm_bytes uri, bool elsewhere) {
    char *absolute = uri.size != 0 && cm_verify_since(p->v, CM_C2PA_2_5)
                         ? cm_verify_absolute(p->v, p->m, uri)
                         : NULL;
    size_t own = strlen(p->m->uri);
    bool here = absolute != NULL && strncmp(absolute, p->m->uri, own) == 0 && absolute[own] == '/';
    bool found = absolute != NULL && here != elsewhere &&
                 cm_verify_redacted(p->v, absolute) != NULL &&
                 cm_is_ingredient(cm_label_base(cm_uri_label(uri)));
    free(absolute);
    return found;
}

static void check_place(const cm_place *p, const cm_declared *ingredient) {
    if (ingredient->created != p->assertion->created && cm_verify_since(p->v, CM_C2PA_2_5))
        cm_note_assertion(p->v, p->m, CM_ST_ACTION_INGREDIENT_LOCATION, p->assertion->box->label,
                          "an ingredient is created and the action gathered, or the reverse");
}

/* Whether a hashed URI leads to an ingredient assertion as the rule wants it. */
static bool leads_to(const cm_place *p, const cm_cbor_item *link, const rule *r) {
    cm_bytes uri = cm_cbor_text(cm_cbor_get(link, "url"));
    const cm_box *box = uri.data != NULL ? cm_verify_resolve(p->v, p->m, uri) : NULL;
    const cm_declared *d = cm_view_find(p->m, box);
    if (d != NULL && cm_is_ingredient(d->base)) {
        if (!r->elsewhere)
            check_place(p, d);
        return cm_cbor_is_text(cm_cbor_get(cm_cbor_root(&d->cbor), "relationship"),
                               r->relationship);
    }
    if (r->elsewhere && box != NULL && relates_elsewhere(p, box, r->relationship))
        return true;
    return is_redacted_ingredient(p, uri, r->elsewhere);
}

/* "ingredients", each of which must fit, or the older "ingredient". */
static void check_ingredients(const cm_place *p, const cm_cbor_item *action, rule r) {
    const cm_cbor_item *parameters = cm_cbor_get(action, "parameters");
    const cm_cbor_item *one = cm_cbor_get(parameters, "ingredient");
    const cm_cbor_item *list = cm_cbor_get(parameters, "ingredients");
    const char *fault = NULL;
    if (one == NULL && cm_cbor_first(list) == NULL) {
        if (r.required || list != NULL)
            fault = "the action names no ingredient";
    } else if (list == NULL) {
        if (!leads_to(p, one, &r))
            fault = "the action's ingredient is missing or of another relationship";
    } else {
        if (r.one && list->count > 1)
            fault = "the action names more than one ingredient";
        for (const cm_cbor_item *l = cm_cbor_first(list); l != NULL; l = cm_cbor_next(list, l))
            if (!leads_to(p, l, &r))
                fault = "an ingredient of the action is missing or of another relationship";
    }
    if (fault != NULL)
        cm_note_assertion(p->v, p->m, CM_ST_ACTION_INGREDIENT_MISMATCH, p->assertion->box->label,
                          fault);
}

static bool has_soft_binding(cm_verifier *v, const cm_view *m) {
    if (!cm_verify_steps(v, m->declared_count))
        return false;
    for (size_t i = 0; i < m->declared_count; i++)
        if (cm_bytes_are(m->declared[i].base, CM_LABEL_SOFT_BINDING))
            return true;
    return false;
}

static void check_redaction(const cm_place *p, const cm_cbor_item *action) {
    const cm_cbor_item *parameters = cm_cbor_get(action, "parameters");
    cm_bytes uri = cm_cbor_text(cm_cbor_get(parameters, "redacted"));
    char *absolute = uri.size != 0 ? cm_verify_absolute(p->v, p->m, uri) : NULL;
    cm_redaction *found = absolute != NULL ? cm_verify_redacted(p->v, absolute) : NULL;
    free(absolute);
    if (found != NULL)
        cm_verify_redaction_said(p->v, p->m, found, p->assertion->box->label);
    else
        cm_note_assertion(p->v, p->m, CM_ST_ACTION_REDACTION_MISMATCH, p->assertion->box->label,
                          "the action names no assertion that the claim redacts");
}

/* 2.5 14.10.4.2.4: one time, or a first and a last that come in this order. */
static void check_times(const cm_place *p, const cm_cbor_item *action) {
    const cm_cbor_item *start = cm_cbor_get(action, "whenStart");
    const cm_cbor_item *end = cm_cbor_get(action, "whenEnd");
    if (!cm_verify_since(p->v, CM_C2PA_2_5) ||
        !cm_bytes_are(p->assertion->base, CM_LABEL_ACTIONS_V2))
        return;
    if (cm_cbor_get(action, "when") != NULL && (start != NULL || end != NULL))
        malformed(p, "an action with both a time and a range of times");
    if (cm_times_reversed(start, end))
        malformed(p, "an action that ended before it began");
}

static void check_watermark(const cm_place *p) {
    if (cm_verify_since(p->v, CM_C2PA_2_4) && !has_soft_binding(p->v, p->m))
        cm_note_assertion(p->v, p->m, CM_ST_ACTION_SOFT_BINDING_MISSING, p->assertion->box->label,
                          "a bound watermark without a soft binding");
}

static void check_translation(const cm_place *p, const cm_cbor_item *action) {
    const cm_cbor_item *parameters = cm_cbor_get(action, "parameters");
    if (cm_cbor_text(cm_cbor_get(parameters, "sourceLanguage")).size == 0 ||
        cm_cbor_text(cm_cbor_get(parameters, "targetLanguage")).size == 0)
        malformed(p, "c2pa.translated without its languages");
}

static void check_by_name(const cm_place *p, const cm_cbor_item *action) {
    const cm_cbor_item *name = cm_cbor_get(action, "action");
    if (cm_cbor_is_text(name, CM_ACTION_CREATED)) {
        if (cm_cbor_text(cm_cbor_get(action, "digitalSourceType")).size == 0)
            malformed(p, "c2pa.created without a digitalSourceType");
    } else if (cm_cbor_is_text(name, CM_ACTION_OPENED))
        check_ingredients(p, action, (rule){"parentOf", true, true, false});
    else if (cm_cbor_is_text(name, CM_ACTION_PLACED))
        check_ingredients(p, action, (rule){"componentOf", true, false, false});
    else if (cm_cbor_is_text(name, CM_ACTION_REMOVED))
        check_ingredients(p, action, (rule){"componentOf", true, false, true});
    else if (cm_cbor_is_text(name, CM_ACTION_DELETED)) {
        if (cm_verify_since(p->v, CM_C2PA_2_5))
            check_ingredients(p, action, (rule){"componentOf", false, false, true});
    } else if (cm_cbor_is_text(name, CM_ACTION_TRANSCODED) ||
               cm_cbor_is_text(name, CM_ACTION_REPACKAGED))
        check_ingredients(p, action, (rule){"parentOf", false, false, false});
    else if (cm_cbor_is_text(name, CM_ACTION_REDACTED))
        check_redaction(p, action);
    else if (cm_cbor_is_text(name, CM_ACTION_TRANSLATED))
        check_translation(p, action);
    else if (cm_cbor_is_text(name, CM_ACTION_WATERMARKED_BOUND) ||
             cm_cbor_is_text(name, CM_ACTION_WATERMARKED))
        check_watermark(p);
}

void cm_verify_action(const cm_place *p, const cm_cbor_item *action) {
    const cm_cbor_item *related =
        cm_cbor_get(cm_cbor_get(action, "parameters"), "relatedAssertions");
    if (!name_ok(cm_cbor_text(cm_cbor_get(action, "action"))))
        malformed(p, "an action whose name C2PA doesn't know");
    else
        check_by_name(p, action);
    check_times(p, action);
    if (related != NULL && cm_verify_since(p->v, CM_C2PA_2_4))
        cm_verify_related(p->v, p->m, p->assertion, related, CM_ST_ACTION_MALFORMED);
}
