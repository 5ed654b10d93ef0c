/* Hashed URIs in assertions of C2PA's own: 2.2 §15.10.3.3. */
#include "sign/verify_internal.h"

#include "base/mem.h"

/* Fields that are checked by other rules (§15.11.3). */
static bool has_own_rules(const cm_cbor_item *key) {
    static const char *const keys[] = {"activeManifest", "c2pa_manifest", "claimSignature"};
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
    if (!leads_inside(uri) || cm_cbor_get(link, "hash") == NULL)
        return;
    char *absolute = cm_verify_absolute(v, m, uri);
    if (absolute != NULL && !cm_verify_redacted(v, absolute)) {
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

void cm_verify_references(cm_verifier *v, const cm_view *m, const char *url,
                          const cm_cbor_item *within) {
    if (within == NULL)
        return;
    for (const cm_cbor_item *i = within; i < within + within->span && v->failed == CM_OK; i++) {
        for (const cm_cbor_item *e = cm_cbor_first(i); e != NULL; e = cm_cbor_next(i, e))
            check(v, m, url, e);
        for (const cm_cbor_item *key = cm_cbor_first_key(i); key != NULL;) {
            const cm_cbor_item *value = cm_cbor_next(i, key);
            if (!has_own_rules(key))
                check(v, m, url, value);
            key = cm_cbor_next(i, value);
        }
    }
}
