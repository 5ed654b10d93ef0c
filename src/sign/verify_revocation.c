/* Revocation, by what the store itself carries: C2PA 2.2 §15.9.1. */
#include "sign/verify_internal.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/mem.h"
#include "sign/revocation.h"

enum { MOST_RESPONSES = 64 /* each may cost two signatures */ };

static void add_responses(const cm_cbor_item *holder, cm_bytes *list, size_t *count) {
    const cm_cbor_item *values = cm_cbor_get(holder, "ocspVals");
    for (const cm_cbor_item *i = cm_cbor_first(values); i != NULL; i = cm_cbor_next(values, i))
        if (cm_cbor_is(i, CM_CBOR_BYTES) && *count < MOST_RESPONSES)
            list[(*count)++] = cm_cbor_string(i);
}

/* Only an assertion that is what the claim says was vouched for; a wrong one fails anyway. */
void cm_verify_keep_responses(cm_verifier *v, const cm_view *m) {
    for (size_t i = 0; i < m->declared_count; i++) {
        const cm_declared *d = &m->declared[i];
        if (!cm_bytes_are(d->base, CM_LABEL_CERTIFICATE_STATUS))
            continue;
        if (v->responses == NULL)
            v->responses = cm_calloc(MOST_RESPONSES, sizeof *v->responses);
        if (v->responses == NULL) {
            cm_verify_fail(v, cm_fail_memory(v->err));
            return;
        }
        add_responses(cm_cbor_root(&d->cbor), v->responses, &v->response_count);
    }
}

/* The certificate of the chain that issued this one, as its signature says: whoever sent the chain
 * may have put anything beside it. */
static X509 *find_issuer(cm_verifier *v, STACK_OF(X509) * chain, X509 *certificate) {
    for (int i = 0; i < sk_X509_num(chain); i++) {
        X509 *other = sk_X509_value(chain, i);
        EVP_PKEY *key = X509_get0_pubkey(other);
        if (other != certificate && key != NULL &&
            X509_check_issued(other, certificate) == X509_V_OK && cm_verify_signing(v, key) &&
            X509_verify(certificate, key) == 1)
            return other;
    }
    ERR_clear_error();
    return NULL;
}

/* What is known of the i-th certificate of the chain. */
static cm_revocation look_up(cm_verifier *v, STACK_OF(X509) * chain, int i,
                             const cm_bytes *responses, size_t count, cm_signing_time when) {
    X509 *certificate = sk_X509_value(chain, i);
    X509 *next = count > 0 ? find_issuer(v, chain, certificate) : NULL;
    X509 *anchor =
        next == NULL && count > 0 ? cm_trust_issuer(v->options->signers, certificate) : NULL;
    cm_revocation found =
        cm_revocation_check(certificate, next != NULL ? next : anchor, responses, count, when);
    X509_free(anchor);
    return found;
}

bool cm_verify_revocation(cm_verifier *v, const cm_view *m, const cm_cose *cose,
                          STACK_OF(X509) * chain, const cm_stamp *stamp, const char *url) {
    cm_bytes responses[2 * MOST_RESPONSES];
    size_t count = 0;
    cm_signing_time when = {.attested = stamp->result == CM_STAMP_TRUSTED,
                            .at = stamp->time,
                            .now = v->options->now,
                            .work = &v->signing_left};
    add_responses(cm_cbor_get(cose->loose, "rVals"), responses, &count);
    for (size_t i = 0; i < v->response_count; i++)
        responses[count++] = v->responses[i];
    switch (look_up(v, chain, 0, responses, count, when)) {
    case CM_REVOCATION_GOOD:
        cm_note(v, m, CM_ST_OCSP_NOT_REVOKED, url,
                "the signer's certificate was not revoked when it signed");
        break;
    case CM_REVOCATION_REVOKED:
        cm_note(v, m, CM_ST_OCSP_REVOKED, url, "the signer's certificate was revoked");
        break;
    case CM_REVOCATION_NOT_KNOWN:
        cm_note(v, m, CM_ST_OCSP_SKIPPED, url,
                "whether the signer's certificate was revoked is not known");
        break;
    case CM_REVOCATION_NO_METHOD:
        break;
    }
    bool standing = true;
    for (int i = 1; i < sk_X509_num(chain) && count > 0 && standing; i++)
        standing = look_up(v, chain, i, responses, count, when) != CM_REVOCATION_REVOKED;
    if (v->signing_left == 0)
        cm_verify_exhaust(v);
    return standing;
}
