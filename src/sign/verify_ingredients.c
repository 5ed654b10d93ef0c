/* Ingredients, and the manifests that came with them: C2PA 2.2 §15.11. The manifests are put on a
 * list of work, each once, so that rings and towers of ingredients end. */
#include "sign/verify_internal.h"

#include "base/mem.h"

static bool add_recorded(cm_verifier *v, cm_bytes code, cm_bytes url) {
    enum { MOST_RECORDED = 4096 };
    if (v->recorded_count == MOST_RECORDED)
        return true; /* what else was recorded counts as unrecorded */
    if ((v->recorded_count & (v->recorded_count - 1)) == 0) {
        size_t capacity = v->recorded_count != 0 ? v->recorded_count * 2 : 1;
        cm_recorded *larger = realloc(v->recorded, capacity * sizeof *larger);
        if (larger == NULL)
            return false;
        v->recorded = larger;
    }
    cm_recorded *r = &v->recorded[v->recorded_count];
    r->code = cm_strndup((const char *)code.data, code.size);
    r->url = cm_strndup(url.size != 0 ? (const char *)url.data : "", url.size);
    v->recorded_count++;
    return r->code != NULL && r->url != NULL;
}

static void add_statuses(cm_verifier *v, const cm_cbor_item *list) {
    for (const cm_cbor_item *s = cm_cbor_first(list); s != NULL; s = cm_cbor_next(list, s)) {
        cm_bytes code = cm_cbor_text(cm_cbor_get(s, "code"));
        if (code.size != 0 && !add_recorded(v, code, cm_cbor_text(cm_cbor_get(s, "url"))))
            cm_verify_fail(v, cm_fail_memory(v->err));
    }
}

/* What the claim generator found when it took the ingredient in: validationResults of the third
 * version, validationStatus of the others. */
static void read_recorded(cm_verifier *v, const cm_cbor_item *map) {
    const cm_cbor_item *results = cm_cbor_get(map, "validationResults");
    const cm_cbor_item *active = cm_cbor_get(results, "activeManifest");
    const cm_cbor_item *deltas = cm_cbor_get(results, "ingredientDeltas");
    add_statuses(v, cm_cbor_get(map, "validationStatus"));
    add_statuses(v, cm_cbor_get(active, "failure"));
    add_statuses(v, cm_cbor_get(active, "informational"));
    for (const cm_cbor_item *d = cm_cbor_first(deltas); d != NULL; d = cm_cbor_next(deltas, d)) {
        const cm_cbor_item *delta = cm_cbor_get(d, "validationDeltas");
        add_statuses(v, cm_cbor_get(delta, "failure"));
        add_statuses(v, cm_cbor_get(delta, "informational"));
    }
}

static cm_listed *find_listed(cm_verifier *v, const cm_box *box) {
    for (size_t i = 0; i < v->manifest_count; i++)
        if (box != NULL && (v->manifests[i].box == box || v->manifests[i].placed == box))
            return &v->manifests[i];
    return NULL;
}

static bool has_redactions(cm_verifier *v, const cm_box *manifest) {
    char prefix[CM_URI_MAX];
    (void)snprintf(prefix, sizeof prefix, CM_URI_SELF "/" CM_LABEL_STORE "/%.*s/",
                   manifest->label.size < CM_LABEL_MAX * 2 ? (int)manifest->label.size : 0,
                   (const char *)manifest->label.data);
    if (!cm_verify_steps(v, v->redacted_count * CM_STEPS_STRING))
        return false;
    for (size_t i = 0; i < v->redacted_count; i++)
        if (strncmp(v->redacted[i].uri, prefix, strlen(prefix)) == 0)
            return true;
    return false;
}

/* C2PA 1.0 hashed the claim's bytes instead of the manifest box. */
static bool legacy_hash_right(cm_verifier *v, const cm_view *m, const cm_cbor_item *link,
                              const cm_box *manifest) {
    const cm_box *claim = cm_box_of_type(cm_box_named(manifest, CM_LABEL_CLAIM), CM_BOX_CBOR);
    cm_bytes name = cm_cbor_text(cm_cbor_get(link, "alg"));
    cm_hash_alg alg = cm_hash_from_name(name.data != NULL ? name : m->alg);
    cm_digest digest;
    return claim != NULL && alg != CM_HASH_NONE && cm_verify_hashing(v, claim->content.size) &&
           cm_hash_bytes(alg, claim->content, &digest, v->err) == CM_OK &&
           cm_bytes_equal(cm_digest_bytes(&digest), cm_cbor_string(cm_cbor_get(link, "hash")));
}

/* A manifest from which assertions were redacted can't have its old hash: then its signature box is
 * compared (§15.11.3.2.2). */
static void check_by_signature(cm_verifier *v, const cm_view *m, const cm_cbor_item *map,
                               const char *url) {
    const cm_cbor_item *link = cm_cbor_get(map, "claimSignature");
    const cm_box *box;
    if (link == NULL) {
        cm_note(v, m, CM_ST_INGREDIENT_CLAIM_SIGNATURE_MISSING, url,
                "redacted, and its signature's hash was not kept");
        return;
    }
    bool right = cm_verify_link(v, m, link, &box) == CM_LINK_RIGHT;
    cm_note(v, m,
            right ? CM_ST_INGREDIENT_CLAIM_SIGNATURE_VALIDATED
                  : CM_ST_INGREDIENT_CLAIM_SIGNATURE_MISMATCH,
            url,
            right ? "the ingredient's signature is the one meant"
                  : "the ingredient's signature is another one");
}

/* Each manifest once, whatever refers to it: so rings end, and a history is as long as the number
 * of manifests allows. */
static void queue(cm_verifier *v, cm_listed *l, const char *url) {
    if (l->queued)
        return;
    l->queued = true;
    l->ingredient = cm_strndup(url, strlen(url));
    if (l->ingredient == NULL)
        cm_verify_fail(v, cm_fail_memory(v->err));
    v->queue[v->queue_count++] = (size_t)(l - v->manifests);
}

/* The manifest that an ingredient came with. `url` is the ingredient assertion's. */
static void check_manifest(cm_verifier *v, const cm_view *m, const cm_cbor_item *map,
                           const cm_cbor_item *link, const char *url) {
    const cm_box *box;
    cm_link found = cm_verify_link(v, m, link, &box);
    cm_listed *l = find_listed(v, box);
    if (l == NULL) {
        cm_note(v, m, CM_ST_INGREDIENT_MANIFEST_MISSING, url,
                "the ingredient's manifest is not in the store");
        return;
    }
    if (found == CM_LINK_RIGHT ||
        (found == CM_LINK_MISMATCH && legacy_hash_right(v, m, link, l->box)))
        cm_note(v, m, CM_ST_INGREDIENT_MANIFEST_VALIDATED, url,
                "the ingredient's manifest is the one meant");
    else if (found == CM_LINK_MISMATCH && has_redactions(v, box))
        check_by_signature(v, m, map, url);
    else if (found == CM_LINK_MISMATCH)
        cm_note(v, m, CM_ST_INGREDIENT_MANIFEST_MISMATCH, url,
                "the ingredient's manifest is another one");
    bool parent = cm_cbor_is_text(cm_cbor_get(map, "relationship"), "parentOf");
    if (m->box == v->bound && m->update && parent && !l->queued) {
        v->bound = l->box; /* an update manifest's binding is its parent's (§15.12) */
        v->updated = true;
    }
    queue(v, l, url);
}

static bool relationship_ok(const cm_cbor_item *map) {
    static const char *const known[] = {"parentOf", "componentOf", "inputTo"};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (cm_cbor_is_text(cm_cbor_get(map, "relationship"), known[i]))
            return true;
    return false;
}

/* Fields that came later, and don't go with a manifest (2.4 §15.11.3.2, 2.5 §14.11.3.2). */
static void check_fields(cm_verifier *v, const cm_view *m, const cm_declared *d, const char *url) {
    const cm_cbor_item *map = cm_cbor_root(&d->cbor);
    const cm_cbor_item *related = cm_cbor_get(map, "relatedAssertions");
    bool with = cm_cbor_get(map, "activeManifest") != NULL;
    if (with && cm_cbor_get(map, "digitalSourceType") != NULL && cm_verify_since(v, CM_C2PA_2_4))
        cm_note(v, m, CM_ST_INGREDIENT_MALFORMED, url, "a manifest and a digitalSourceType");
    if (related == NULL || !cm_verify_since(v, CM_C2PA_2_5))
        return;
    if (with)
        cm_note(v, m, CM_ST_INGREDIENT_MALFORMED, url, "a manifest and relatedAssertions");
    cm_verify_related(v, m, d, related, CM_ST_INGREDIENT_MALFORMED);
}

static void check_ingredient(cm_verifier *v, const cm_view *m, const cm_declared *d) {
    const cm_cbor_item *map = cm_cbor_root(&d->cbor);
    const cm_cbor_item *link = cm_cbor_get(map, "activeManifest");
    bool third = cm_bytes_are(d->base, CM_LABEL_INGREDIENT_V3);
    char url[2 * CM_URI_MAX];
    cm_assertion_url(m, d->box->label, url, sizeof url);
    if (map == NULL)
        return; /* not CBOR: noted before */
    if (!relationship_ok(map))
        cm_note(v, m, CM_ST_INGREDIENT_MALFORMED, url, "no relationship, or an unknown one");
    check_fields(v, m, d, url);
    if (!third)
        link = cm_cbor_get(map, "c2pa_manifest");
    if (link == NULL) {
        if (!cm_cbor_is_text(cm_cbor_get(map, "relationship"), "inputTo"))
            cm_note(v, m, CM_ST_INGREDIENT_UNKNOWN_PROVENANCE, url,
                    "the ingredient came without a manifest");
        return;
    }
    if (third && cm_cbor_get(map, "validationResults") == NULL)
        cm_note(v, m, CM_ST_INGREDIENT_MALFORMED, url, "a manifest without validationResults");
    read_recorded(v, map);
    check_manifest(v, m, map, link, url);
}

void cm_verify_ingredients(cm_verifier *v, const cm_view *m) {
    for (size_t i = 0; i < m->declared_count && v->failed == CM_OK && !v->exhausted; i++)
        if (cm_is_ingredient(m->declared[i].base))
            check_ingredient(v, m, &m->declared[i]);
    if (m->box == v->bound && m->update)
        cm_note(v, m, CM_ST_HARD_BINDINGS_MISSING, m->uri,
                "the update manifest leads to none that binds the asset");
}
