/* The claim's signature, its time-stamp and its credential: C2PA 2.2 §15.7 and §15.8. */
#include "sign/verify_internal.h"

#include "base/mem.h"
#include "sign/cose.h"

/* What is known of one signature while it is judged. */
typedef struct signature {
    char url[2 * CM_URI_MAX];
    cm_cose cose;
    cm_sig_alg alg;
    STACK_OF(X509) * chain; /* NULL when it can't be had */
    cm_stamp stamp;
    bool right;
    bool exact; /* the algorithm names the curve too */
} signature;

/* The claim must point at the signature box of its own manifest. */
static const cm_box *find_signature(cm_verifier *v, const cm_view *m) {
    cm_bytes uri = cm_cbor_text(cm_cbor_get(m->map, "signature"));
    const cm_box *box = uri.data != NULL ? cm_verify_resolve(v, m, uri) : NULL;
    if (box == NULL || box != cm_box_of_kind(m->box, CM_LABEL_SIGNATURE, CM_KIND_SIGNATURE))
        return NULL;
    return cm_box_of_type(box, CM_BOX_CBOR);
}

/* False: by an algorithm that is allowed, and that we can't verify. */
static bool read_alg(cm_verifier *v, const cm_view *m, signature *s) {
    bool other = false;
    s->alg = cm_verify_since(v, CM_C2PA_2_5) ? cm_cose_alg_2_5(&s->cose, &s->exact, &other)
                                             : cm_cose_alg(&s->cose);
    if (other) {
        v->report->unbound = true; /* by an ingredient, too: its claim may be anybody's */
        cm_report_limit(v->report, "a signature is by ML-DSA, which is not supported: it was not "
                                   "verified");
    } else if (s->alg == CM_SIG_NONE)
        cm_note(v, m, CM_ST_ALGORITHM_UNSUPPORTED, s->url,
                "unknown or missing signature algorithm");
    return !other;
}

static void read_chain(cm_verifier *v, const cm_view *m, signature *s) {
    size_t most = v->limits.certificates;
    cm_bytes *ders = cm_calloc(most, sizeof *ders);
    if (ders == NULL) {
        cm_verify_fail(v, cm_fail_memory(v->err));
        return;
    }
    size_t count = cm_cose_chain(&s->cose, ders, most);
    s->chain = count > 0 && cm_verify_certificates(v, count)
                   ? cm_cert_cached(v->options->certificates, ders, count)
                   : NULL;
    free(ders);
    if (s->chain == NULL)
        cm_note(v, m, CM_ST_CREDENTIAL_INVALID, s->url,
                count > 0 ? "a certificate in the signature can't be read"
                          : "the signature carries no usable certificate chain");
}

static void check_bytes(cm_verifier *v, const cm_view *m, signature *s) {
    cm_buf message = {0};
    X509 *leaf = s->chain != NULL ? sk_X509_value(s->chain, 0) : NULL;
    EVP_PKEY *key = leaf != NULL ? X509_get0_pubkey(leaf) : NULL;
    bool critical = cm_cose_critical_ok(&s->cose);
    cm_cose_to_be_signed(&message, "Signature1", s->cose.protected_bytes, m->claim_bytes);
    if (message.failed != CM_OK)
        cm_verify_fail(v, cm_buf_status(&message, v->err));
    s->right = key != NULL && critical && (!s->exact || cm_sig_for_key(key) == s->alg) &&
               cm_verify_signing(v, key) &&
               cm_sig_verify(s->alg, key, cm_buf_bytes(&message), s->cose.signature);
    cm_buf_free(&message);
    if (s->right)
        cm_note(v, m, CM_ST_CLAIM_SIGNATURE_VALIDATED, s->url, "the claim's signature is right");
    else
        cm_note(v, m, CM_ST_CLAIM_SIGNATURE_MISMATCH, s->url, "%s",
                critical ? "the claim's signature is wrong"
                         : "the signature has a critical header that isn't understood");
}

/* When the certificate must have been valid: at the attested time if its authority is trusted, and
 * now otherwise (§15.8). Claims of the first version were made before there was a list of
 * authorities; for them a sound stamp by anybody counts, but then nobody is called trusted by it
 * (spec/manifest.md §5.3). */
static void check_credential(cm_verifier *v, const cm_view *m, const signature *s) {
    char why[CM_CERT_TEXT];
    X509 *leaf = sk_X509_value(s->chain, 0);
    time_t now = v->options->now;
    bool attested = s->stamp.result == CM_STAMP_TRUSTED;
    bool legacy = m->version == 1 && s->stamp.result == CM_STAMP_UNTRUSTED;
    int validity = cm_cert_validity(leaf, attested || legacy ? s->stamp.time : now);
    if (!cm_trust_profile_ok(v->options->signers, leaf, why))
        cm_note(v, m, CM_ST_CREDENTIAL_INVALID, s->url, "the signer's certificate: %s", why);
    if (validity == 0)
        cm_note(v, m, CM_ST_CLAIM_SIGNATURE_INSIDE_VALIDITY, s->url,
                "the signer's certificate was valid");
    else
        cm_note(v, m, CM_ST_CLAIM_SIGNATURE_OUTSIDE_VALIDITY, s->url,
                "the signer's certificate %s, and no trusted time-stamp says that it was valid "
                "when it signed",
                validity > 0 ? "has expired" : "is not valid yet");
    bool standing = cm_verify_revocation(v, m, &s->cose, s->chain, &s->stamp, s->url);
    if (!standing)
        cm_note(v, m, CM_ST_CREDENTIAL_UNTRUSTED, s->url,
                "an authority's certificate in the signer's chain was revoked");
    else if (cm_trust_chain(v->options->signers, s->chain, CM_CERT_CLAIMS,
                            attested ? s->stamp.time : now, why))
        cm_note(v, m, CM_ST_CREDENTIAL_TRUSTED, s->url, "%s",
                cm_trust_allows(v->options->signers, leaf) ? "on the list of allowed certificates"
                                                           : "under a trust anchor");
    else
        cm_note(v, m, CM_ST_CREDENTIAL_UNTRUSTED, s->url, "not under a trust anchor: %s", why);
}

/* A name is given only for a signature that is right: a wrong one is nobody's. */
static void report_signer(cm_verifier *v, const signature *s) {
    char text[CM_CERT_TEXT];
    cm_report *r = v->report;
    X509 *leaf = sk_X509_value(s->chain, 0);
    cm_cert_subject(leaf, text);
    r->signer_name = cm_report_text(r, (cm_bytes){(const uint8_t *)text, strlen(text)});
    cm_cert_issuer(leaf, text);
    r->signer_issuer = cm_report_text(r, (cm_bytes){(const uint8_t *)text, strlen(text)});
    r->signer_alg = s->alg;
    if (s->stamp.result != CM_STAMP_TRUSTED)
        return;
    r->time_known = true;
    r->time = s->stamp.time;
    r->time_authority = cm_report_text(
        r, (cm_bytes){(const uint8_t *)s->stamp.authority, strlen(s->stamp.authority)});
}

void cm_verify_signature(cm_verifier *v, cm_view *m) {
    signature s = {0};
    cm_error fault = {0};
    (void)snprintf(s.url, sizeof s.url, "%s/" CM_LABEL_SIGNATURE, m->uri);
    const cm_box *box = find_signature(v, m);
    if (box == NULL) {
        cm_note(v, m, CM_ST_CLAIM_SIGNATURE_MISSING, s.url,
                "the claim doesn't lead to a signature in its own manifest");
        return;
    }
    cm_code code = cm_cose_parse(box->content, &v->limits, &s.cose, &fault);
    if (code != CM_OK) {
        if (code == CM_ERR_MEMORY)
            cm_verify_fail(v, cm_fail_memory(v->err));
        cm_note(v, m, CM_ST_CLAIM_SIGNATURE_MISMATCH, s.url, "%s", fault.message);
        return;
    }
    if (read_alg(v, m, &s)) {
        read_chain(v, m, &s);
        check_bytes(v, m, &s);
        cm_verify_stamp(v, m, &s.cose, s.url, &s.stamp);
        if (s.chain != NULL)
            check_credential(v, m, &s);
    }
    if (m->active && s.right)
        report_signer(v, &s);
    sk_X509_pop_free(s.chain, X509_free);
    cm_cose_free(&s.cose);
}
