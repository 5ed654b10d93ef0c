/* X.509: reading certificates, C2PA's certificate profile, and chains of trust. */
#ifndef CM_SIGN_CERT_H
#define CM_SIGN_CERT_H

#include <openssl/x509.h>
#include <time.h>

#include "base/buf.h"

/* c2pa-kp-claimSigning, C2PA 2.2 §14.5.1.1. */
#define CM_OID_CLAIM_SIGNING "1.3.6.1.4.1.62558.2.1"

enum { CM_CERT_TEXT = 128 };

/* All certificates in a PEM text, in order. CM_ERR_KEY when there are none or one is broken.
 * Free with sk_X509_pop_free(…, X509_free). */
cm_code cm_cert_read_pem(cm_bytes pem, STACK_OF(X509) * *out, cm_error *err);

/* Certificates in DER, in order; NULL when one is broken or memory is short. */
STACK_OF(X509) * cm_cert_from_der(const cm_bytes *ders, size_t count);

/* Whether the certificate may sign claims (C2PA 2.2 §14.5.1); when not, `why` says so in a few
 * words. Dates are not looked at. */
bool cm_cert_profile_ok(X509 *leaf, char why[static CM_CERT_TEXT]);

/* -1: not yet valid at that time, 1: not any more, 0: valid. */
int cm_cert_validity(const X509 *certificate, time_t at);

bool cm_cert_self_signed(X509 *certificate);

/* The subject's common name, or the organisation, or "". UTF-8, control characters made '?'. */
void cm_cert_subject(const X509 *certificate, char name[static CM_CERT_TEXT]);
void cm_cert_issuer(const X509 *certificate, char name[static CM_CERT_TEXT]);

/* Anchors of trust. Nothing else is trusted: the system's own roots are never used. */
typedef struct cm_trust cm_trust;

/* From a PEM text; an empty one gives a list that trusts nobody. Free with cm_trust_free(). */
cm_code cm_trust_new(cm_bytes pem, cm_trust **out, cm_error *err);
void cm_trust_free(cm_trust *t); /* NULL is allowed */

/* Adds certificates that are trusted by themselves, as signers of claims and as nothing else: PEM,
 * or the SHA-256 of their DER in base64 on lines of their own (as in c2pa-rs's allowed lists);
 * other lines outside of PEM are passed over. CM_ERR_KEY when there are none. */
cm_code cm_trust_allow(cm_trust *t, cm_bytes list, cm_error *err);
bool cm_trust_allows(const cm_trust *t, const X509 *leaf); /* `t` may be NULL */

/* Adds extended key usages that a signer's certificate may have: object identifiers, one a line,
 * behind "#" or "//" a remark. C2PA's own counts always; once any is given, the other usual ones no
 * more. CM_ERR_KEY. */
cm_code cm_trust_purposes(cm_trust *t, cm_bytes list, cm_error *err);

/* As cm_cert_profile_ok(), by the purposes that go with the anchors. Of a certificate that is
 * allowed by itself only algorithm and key are looked at (§14.5.1). */
bool cm_trust_profile_ok(const cm_trust *t, X509 *leaf, char why[static CM_CERT_TEXT]);

/* The anchor that issued the certificate, or NULL; free with X509_free(). */
X509 *cm_trust_issuer(const cm_trust *t, X509 *certificate);

typedef enum cm_cert_use { CM_CERT_CLAIMS, CM_CERT_TIME_STAMPS } cm_cert_use;

/* Whether chain[0] leads to an anchor at that time, over the others of the chain. An anchor may be
 * a root, an intermediate or the certificate's issuer itself. `t` may be NULL: nobody is trusted.
 */
bool cm_trust_chain(const cm_trust *t, STACK_OF(X509) * chain, cm_cert_use use, time_t at,
                    char why[static CM_CERT_TEXT]);

#endif
