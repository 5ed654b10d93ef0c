/* Whether a signer's certificate had been revoked when it signed, by the OCSP responses (RFC 6960)
 * that a manifest store carries (C2PA 2.2 §15.9.1). Nothing is fetched. */
#ifndef CM_SIGN_REVOCATION_H
#define CM_SIGN_REVOCATION_H

#include "sign/cert.h"
#include "sign/sigalg.h"

typedef enum cm_revocation {
    CM_REVOCATION_NO_METHOD, /* the certificate names no OCSP service: it counts as not revoked */
    CM_REVOCATION_NOT_KNOWN, /* it names one, and no response here settles it */
    CM_REVOCATION_GOOD,
    CM_REVOCATION_REVOKED
} cm_revocation;

/* When the claim was signed, as far as it is known. */
typedef struct cm_signing_time {
    bool attested; /* by a trusted time-stamp */
    time_t at;
    time_t now;
    uint64_t *work; /* NULL, or what looking for it may cost, in units of cm_sig_cost() */
} cm_signing_time;

/* Judges `certificate` of `issuer` by the first response that settles it. A response counts if its
 * signature is right and is that of a responder that the issuer itself has certified for OCSP and
 * for nothing else; others are passed over. */
cm_revocation cm_revocation_check(X509 *certificate, X509 *issuer, const cm_bytes *responses,
                                  size_t count, cm_signing_time when);

#endif
