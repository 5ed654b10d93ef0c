/* What was done to the asset: C2PA 2.2 §15.10.3.2.2 and §18.15, with 2.4's watermark actions.
 * Claims of the first version were written to looser rules and are not held to these. */
#include "sign/verify_actions.h"

static void malformed(const cm_place *p, const char *text) {
    cm_note_assertion(p->v, p->m, CM_ST_ACTION_MALFORMED, p->assertion->box->label, text);
}

static bool is_inception(const cm_cbor_item *action) {
    const cm_cbor_item *name = cm_cbor_get(action, "action");
    return cm_cbor_is_text(name, CM_ACTION_CREATED) || cm_cbor_is_text(name, CM_ACTION_OPENED);
}

/* The actions assertions that may begin with how the asset began: the first created one, and the
 * first gathered one. */
typedef struct firsts {
    const cm_declared *created, *gathered;
} firsts;

static firsts find_firsts(const cm_view *m) {
    firsts f = {0};
    for (size_t i = 0; i < m->declared_count; i++) {
        const cm_declared *d = &m->declared[i];
        const cm_declared **first = d->created ? &f.created : &f.gathered;
        if (cm_is_actions(d->base) && *first == NULL)
            *first = d;
    }
    return f;
}

static const cm_cbor_item *first_action(const cm_declared *d) {
    return d != NULL ? cm_cbor_first(cm_cbor_get(cm_cbor_root(&d->cbor), "actions")) : NULL;
}

static bool begins(const cm_declared *d) {
    return is_inception(first_action(d));
}

static void check_assertion(const cm_place *p, bool may_begin) {
    const cm_cbor_item *list = cm_cbor_get(cm_cbor_root(&p->assertion->cbor), "actions");
    const cm_cbor_item *action = cm_cbor_first(list);
    if (!cm_cbor_is(list, CM_CBOR_ARRAY) || action == NULL) {
        malformed(p, "no list of actions");
        return;
    }
    for (bool leading = may_begin; action != NULL; action = cm_cbor_next(list, action)) {
        if (!leading && is_inception(action))
            malformed(p, "c2pa.created or c2pa.opened after other actions");
        leading = false;
        cm_verify_action(p, action);
    }
}

/* digitalSourceType of the first action, for the report: in a version 1 claim, too. */
static void report_source_type(cm_verifier *v, const firsts *f) {
    bool gathered = f->created == NULL || (!begins(f->created) && begins(f->gathered));
    const cm_cbor_item *action = first_action(gathered ? f->gathered : f->created);
    cm_bytes type = cm_cbor_text(cm_cbor_get(action, "digitalSourceType"));
    if (type.size > 0)
        v->report->digital_source_type = cm_report_text(v->report, type);
}

/* A standard manifest says once how the asset began (§15.10.1.2). */
static void check_inception(cm_verifier *v, const cm_view *m, const firsts *f) {
    cm_place p = {v, m, f->created != NULL ? f->created : f->gathered};
    if (p.assertion == NULL && !m->update)
        cm_note(v, m,
                cm_verify_since(v, CM_C2PA_2_5) ? CM_ST_ACTIONS_MISSING : CM_ST_ACTION_MALFORMED,
                m->uri, "the manifest has no actions");
    else if (begins(f->created) && begins(f->gathered))
        malformed(&p, "two assertions say how the asset began");
    else if (!m->update && !begins(f->created) && !begins(f->gathered))
        malformed(&p, "the first action is neither c2pa.created nor c2pa.opened");
}

void cm_verify_actions(cm_verifier *v, const cm_view *m) {
    firsts f = find_firsts(m);
    if (m->active)
        report_source_type(v, &f);
    if (m->version == 1)
        return;
    check_inception(v, m, &f);
    for (size_t i = 0; i < m->declared_count; i++) {
        cm_place p = {v, m, &m->declared[i]};
        if (cm_is_actions(p.assertion->base))
            check_assertion(&p, p.assertion == f.created || p.assertion == f.gathered);
    }
}
