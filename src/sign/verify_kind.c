/* What a standard manifest must hold, and what an update manifest must not: C2PA 2.2 §11.2 and
 * §15.10.1. */
#include "sign/verify_internal.h"

static size_t count_hard_bindings(const cm_view *m) {
    size_t count = 0;
    for (size_t i = 0; i < m->declared_count; i++) {
        const cm_declared *d = &m->declared[i];
        if (d->created && cm_is_hard_binding(d->base))
            count++;
    }
    return count;
}

static size_t count_parents(const cm_view *m, size_t *ingredients) {
    size_t parents = 0;
    *ingredients = 0;
    for (size_t i = 0; i < m->declared_count; i++) {
        const cm_declared *d = &m->declared[i];
        if (!cm_is_ingredient(d->base))
            continue;
        ++*ingredients;
        parents += cm_cbor_is_text(cm_cbor_get(cm_cbor_root(&d->cbor), "relationship"), "parentOf");
    }
    return parents;
}

/* The actions that an update manifest may hold (§11.2.3). */
static bool update_action(const cm_cbor_item *action) {
    static const char *const allowed[] = {"c2pa.edited.metadata", CM_ACTION_OPENED,
                                          "c2pa.published", CM_ACTION_REDACTED};
    for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++)
        if (cm_cbor_is_text(action, allowed[i]))
            return true;
    return false;
}

static bool update_actions_ok(const cm_view *m) {
    for (size_t i = 0; i < m->declared_count; i++) {
        const cm_declared *d = &m->declared[i];
        const cm_cbor_item *list = cm_cbor_get(cm_cbor_root(&d->cbor), "actions");
        if (!cm_is_actions(d->base))
            continue;
        for (const cm_cbor_item *a = cm_cbor_first(list); a != NULL; a = cm_cbor_next(list, a))
            if (!update_action(cm_cbor_get(a, "action")))
                return false;
    }
    return true;
}

/* What an update manifest can't have, vouched for or not: bindings of any kind, thumbnails. */
static bool holds_content(const cm_view *m) {
    for (size_t i = 0; i < m->declared_count; i++)
        if (cm_is_hash(m->declared[i].base) || cm_is_thumbnail(m->declared[i].base))
            return true;
    return false;
}

void cm_verify_kind(cm_verifier *v, const cm_view *m) {
    size_t ingredients;
    size_t bindings = count_hard_bindings(m);
    size_t parents = count_parents(m, &ingredients);
    if (parents > 1)
        cm_note(v, m, CM_ST_MANIFEST_MULTIPLE_PARENTS, m->uri, "more than one parent");
    if (!m->update) {
        if (bindings == 0)
            cm_note(v, m, CM_ST_HARD_BINDINGS_MISSING, m->uri,
                    "nothing binds the manifest to an asset");
        if (bindings > 1)
            cm_note(v, m, CM_ST_MULTIPLE_HARD_BINDINGS, m->uri, "more than one hard binding");
        return;
    }
    if (holds_content(m))
        cm_note(v, m, CM_ST_MANIFEST_UPDATE_INVALID, m->uri,
                "an update manifest must not bind the asset, nor show it");
    if (!update_actions_ok(m))
        cm_note(v, m, CM_ST_MANIFEST_UPDATE_INVALID, m->uri,
                "an update manifest must not change the asset");
    if (parents != 1 || ingredients != 1)
        cm_note(v, m, CM_ST_MANIFEST_UPDATE_WRONG_PARENTS, m->uri,
                "an update manifest must have one parent and no other ingredient");
}
