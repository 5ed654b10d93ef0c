/* Hashed URIs in assertions of C2PA's own: 2.2 §15.10.3.3. */
#include "sign/verify_internal.h"

#include "base/mem.h"

enum { LINK_STEPS = 500 /* what following a link costs, whatever it leads to */ };

/* Fields that are checked by other rules (§15.11.3, 2.4 §15.10.3.2.7). */
static bool has_own_rules(const cm_cbor_item *key) {
    static const char *const keys[] = {"activeManifest", "c2pa_manifest", "claimSignature",
                                       "embeddedOriginalPreservationImage"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (cm_cbor_is_text(key, keys[i]))
            return true;
    return false;
}

/* Others lead out of the store, and aren't followed; and where no hash is, as in the statuses that
 * an ingredient records, none is meant. */
static bool leads_inside(cm_bytes uri) {
    const size_t n = strlen(CM_URI_SELF);
    return uri.size > n && memcmp(uri.data, CM_URI_SELF, n) == 0;
}

/* Adobe's programs of 2022 wrote wrong hashes of ingredients into actions of version 1 claims;
 * those of such claims are not compared. */
static void check(cm_verifier *v, const cm_view *m, const char *url, const cm_cbor_item *link) {
    cm_bytes uri = cm_cbor_text(cm_cbor_get(link, "url"));
    const cm_box *box;
    if (!leads_inside(uri) || cm_cbor_get(link, "hash") == NULL || !cm_verify_steps(v, LINK_STEPS))
        return;
    char *absolute = cm_verify_absolute(v, m, uri);
    if (absolute != NULL && cm_verify_redacted(v, absolute) == NULL) {
        cm_link found = cm_verify_link(v, m, link, &box);
        if (found == CM_LINK_MISSING)
            cm_note(v, m, CM_ST_HASHED_URI_MISSING, url, "it refers to what isn't there: %s",
                    absolute);
        else if (found == CM_LINK_MISMATCH && m->version > 1)
            cm_note(v, m, CM_ST_HASHED_URI_MISMATCH, url,
                    "it refers to what is no longer as it was: %s", absolute);
    }
    free(absolute);
}

/* A link's algorithm is its own, or that of what it stands in, or the claim's (§15.4.1). What else
 * goes by "alg", a soft binding's say, is none. */
static cm_bytes enclosing_alg(const cm_cbor_item *holder, cm_bytes outer) {
    cm_bytes alg = cm_cbor_text(cm_cbor_get(holder, "alg"));
    return cm_hash_from_name(alg) != CM_HASH_NONE ? alg : outer;
}

void cm_verify_references(cm_verifier *v, const cm_view *m, const char *url,
                          const cm_cbor_item *within) {
    cm_view inner = *m;
    if (within == NULL)
        return;
    const cm_bytes common = enclosing_alg(within, m->alg);
    for (const cm_cbor_item *i = within;
         i < within + within->span && v->failed == CM_OK && !v->exhausted; i++) {
        inner.alg = enclosing_alg(i, common);
        for (const cm_cbor_item *e = cm_cbor_first(i); e != NULL; e = cm_cbor_next(i, e))
            check(v, &inner, url, e);
        for (const cm_cbor_item *key = cm_cbor_first_key(i); key != NULL;) {
            const cm_cbor_item *value = cm_cbor_next(i, key);
            if (!has_own_rules(key))
                check(v, &inner, url, value);
            key = cm_cbor_next(i, value);
        }
    }
}
