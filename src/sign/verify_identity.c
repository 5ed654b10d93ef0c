/* Identity assertions of the Creator Assertions Working Group (CAWG, identity 1.1): who says that
 * they had a part in the asset, besides the claim's signer. Those signed with an X.509 certificate
 * (§8.2 there) are verified; a C2PA verdict doesn't depend on them (spec/manifest.md §6.1). */
#include "sign/verify_internal.h"

#include "base/mem.h"
#include "sign/cose.h"

static const char SIG_TYPE_X509[] = "cawg.x509.cose";

/* One assertion while it is judged. */
typedef struct identity {
    const cm_declared *declared;
    const cm_cbor_item *map, *payload;
    cm_bytes sig_type;
    cm_report_identity shown;
} identity;

static bool fail(cm_verifier *v, const cm_view *m, identity *id, cm_status_id status,
                 const char *why) {
    id->shown.state = "invalid";
    cm_note_assertion(v, m, status, id->declared->box->label, why);
    return false;
}

static bool is_padding(const cm_cbor_item *item, bool needed) {
    cm_bytes pad = cm_cbor_string(item);
    if (item == NULL)
        return !needed;
    for (size_t i = 0; i < pad.size; i++)
        if (pad.data[i] != 0)
            return false;
    return cm_cbor_is(item, CM_CBOR_BYTES);
}

static bool read_fields(cm_verifier *v, const cm_view *m, identity *id) {
    id->map = cm_cbor_root(&id->declared->cbor);
    id->payload = cm_cbor_get(id->map, "signer_payload");
    id->sig_type = cm_cbor_text(cm_cbor_get(id->payload, "sig_type"));
    if (id->sig_type.size == 0 || !cm_cbor_is(cm_cbor_get(id->map, "signature"), CM_CBOR_BYTES) ||
        cm_cbor_first(cm_cbor_get(id->payload, "referenced_assertions")) == NULL)
        return fail(v, m, id, CM_ST_IDENTITY_CBOR_INVALID, "the identity assertion is malformed");
    id->shown.type = cm_report_text(v->report, id->sig_type);
    if (!is_padding(cm_cbor_get(id->map, "pad1"), true) ||
        !is_padding(cm_cbor_get(id->map, "pad2"), false))
        return fail(v, m, id, CM_ST_IDENTITY_PAD_INVALID, "its padding is not zeros");
    return true;
}

/* Which of the claim's references has this label; NULL: none. */
static const cm_cbor_item *find_reference(cm_verifier *v, const cm_view *m, const cm_box *box) {
    static const char *const lists[] = {"assertions", "created_assertions", "gathered_assertions"};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        const cm_cbor_item *list = cm_cbor_get(m->map, lists[i]);
        for (const cm_cbor_item *r = cm_cbor_first(list); r != NULL; r = cm_cbor_next(list, r))
            if (cm_verify_resolve(v, m, cm_cbor_text(cm_cbor_get(r, "url"))) == box)
                return r;
    }
    return NULL;
}

/* Each reference has to be one of the claim's, with the same hash, and one of them the hard
 * binding. */
static bool check_references(cm_verifier *v, const cm_view *m, identity *id) {
    enum { MOST = 64 };
    const cm_cbor_item *list = cm_cbor_get(id->payload, "referenced_assertions");
    const cm_box *seen[MOST];
    size_t count = 0;
    bool bound = false;
    for (const cm_cbor_item *r = cm_cbor_first(list); r != NULL; r = cm_cbor_next(list, r)) {
        const cm_box *box = cm_verify_resolve(v, m, cm_cbor_text(cm_cbor_get(r, "url")));
        const cm_declared *d = cm_view_find(m, box);
        const cm_cbor_item *own = d != NULL ? find_reference(v, m, box) : NULL;
        if (own == NULL || !cm_bytes_equal(cm_cbor_string(cm_cbor_get(own, "hash")),
                                           cm_cbor_string(cm_cbor_get(r, "hash"))))
            return fail(v, m, id, CM_ST_IDENTITY_ASSERTION_MISMATCH,
                        "it refers to an assertion that the claim doesn't hold so");
        for (size_t i = 0; i < count; i++)
            if (seen[i] == box)
                return fail(v, m, id, CM_ST_IDENTITY_ASSERTION_DUPLICATE,
                            "it refers to an assertion twice");
        if (count == MOST)
            return fail(v, m, id, CM_ST_IDENTITY_CBOR_INVALID, "it refers to too many assertions");
        seen[count++] = box;
        bound = bound || cm_is_hard_binding(d->base);
    }
    return bound || fail(v, m, id, CM_ST_IDENTITY_HARD_BINDING_MISSING,
                         "it doesn't refer to what binds the asset");
}

/* The leaf first; NULL when the signature carries none that can be read. */
static STACK_OF(X509) * chain_of(cm_verifier *v, const cm_cose *cose) {
    cm_bytes *ders = cm_calloc(v->limits.certificates, sizeof *ders);
    size_t count = ders != NULL ? cm_cose_chain(cose, ders, v->limits.certificates) : 0;
    STACK_OF(X509) *chain =
        count > 0 && cm_verify_certificates(v, count) ? cm_cert_from_der(ders, count) : NULL;
    if (ders == NULL)
        cm_verify_fail(v, cm_fail_memory(v->err));
    free(ders);
    return chain;
}

static void name(cm_verifier *v, identity *id, X509 *leaf) {
    char text[CM_CERT_TEXT];
    cm_cert_subject(leaf, text);
    id->shown.name = cm_report_text(v->report, (cm_bytes){(const uint8_t *)text, strlen(text)});
    cm_cert_issuer(leaf, text);
    id->shown.issuer = cm_report_text(v->report, (cm_bytes){(const uint8_t *)text, strlen(text)});
}

static bool is_signed(const cm_cose *cose, X509 *leaf, cm_bytes payload) {
    cm_buf message = {0};
    cm_cose_to_be_signed(&message, "Signature1", cose->protected_bytes, payload);
    bool right = message.failed == CM_OK && cm_sig_verify(cm_cose_alg(cose), X509_get0_pubkey(leaf),
                                                          cm_buf_bytes(&message), cose->signature);
    cm_buf_free(&message);
    return right;
}

/* Over the payload as it is encoded, or as it should have been: core deterministically. */
static bool is_signed_somehow(const cm_cose *cose, X509 *leaf, const cm_cbor_item *payload) {
    cm_buf canonical = {0};
    if (!cm_cose_critical_ok(cose))
        return false;
    if (is_signed(cose, leaf, payload->bytes))
        return true;
    cm_cbor_put_canonical(&canonical, payload);
    bool right = canonical.failed == CM_OK && is_signed(cose, leaf, cm_buf_bytes(&canonical));
    cm_buf_free(&canonical);
    return right;
}

/* By the certificate in it, valid by now or at a trusted time-stamp's time. */
static void judge_signature(cm_verifier *v, const cm_view *m, identity *id, const cm_cose *cose,
                            STACK_OF(X509) * chain) {
    X509 *leaf = sk_X509_value(chain, 0);
    cm_stamp stamp = {0};
    const EVP_PKEY *key = X509_get0_pubkey(leaf);
    bool right = cm_verify_signing(v, key) && cm_verify_signing(v, key) && /* may be tried twice */
                 is_signed_somehow(cose, leaf, id->payload);
    if (cm_stamp_present(cose) && cm_verify_stamping(v)) {
        cm_stamp_check(cose, id->payload->bytes, v->options->authorities, &stamp);
        cm_verify_stamped(v, &stamp);
    }
    time_t at = stamp.result == CM_STAMP_TRUSTED ? stamp.time : v->options->now;
    if (!right)
        (void)fail(v, m, id, CM_ST_IDENTITY_SIGNATURE_MISMATCH, "its signature is wrong");
    else if (cm_cert_validity(leaf, at) != 0)
        (void)fail(v, m, id, CM_ST_IDENTITY_CREDENTIAL_EXPIRED,
                   "its signer's certificate wasn't valid");
    else {
        char why[CM_CERT_TEXT];
        const cm_trust *anchors = v->options->identities;
        bool trusted = cm_trust_profile_ok(anchors, leaf, why) &&
                       cm_trust_chain(anchors, chain, CM_CERT_CLAIMS, at, why);
        id->shown.state = trusted ? "trusted" : "valid";
        name(v, id, leaf);
        if (trusted)
            cm_note_assertion(v, m, CM_ST_IDENTITY_TRUSTED, id->declared->box->label,
                              "the identity's signature is right, and its signer trusted");
        else
            cm_note_assertion(v, m, CM_ST_IDENTITY_WELL_FORMED, id->declared->box->label,
                              "the identity's signature is right; nobody vouches for its signer");
    }
}

static void check_signature(cm_verifier *v, const cm_view *m, identity *id) {
    cm_cose cose = {0};
    cm_bytes signature = cm_cbor_string(cm_cbor_get(id->map, "signature"));
    cm_code code = cm_cose_parse(signature, &v->limits, &cose, NULL);
    STACK_OF(X509) *chain = code == CM_OK ? chain_of(v, &cose) : NULL;
    if (code == CM_ERR_MEMORY)
        cm_verify_fail(v, cm_fail_memory(v->err));
    if (chain == NULL)
        (void)fail(v, m, id, CM_ST_IDENTITY_CREDENTIAL_INVALID,
                   "its signature, or the certificate in it, can't be read");
    else
        judge_signature(v, m, id, &cose, chain);
    sk_X509_pop_free(chain, X509_free);
    cm_cose_free(&cose);
}

static void check_identity(cm_verifier *v, const cm_view *m, const cm_declared *d) {
    identity id = {.declared = d, .shown = {.type = "", .state = "unverified"}};
    if (read_fields(v, m, &id) && check_references(v, m, &id)) {
        if (cm_bytes_are(id.sig_type, SIG_TYPE_X509))
            check_signature(v, m, &id);
        else
            cm_report_limit(v->report, "an identity assertion isn't signed with a certificate of "
                                       "its own: it was not verified");
    }
    cm_report_identity_add(v->report, &id.shown);
}

void cm_verify_identities(cm_verifier *v, const cm_view *m) {
    enum { MOST = 16 };
    int count = 0;
    for (size_t i = 0; m->active && i < m->declared_count && v->failed == CM_OK; i++)
        if (cm_bytes_are(m->declared[i].base, CM_LABEL_IDENTITY) && count++ < MOST)
            check_identity(v, m, &m->declared[i]);
}
