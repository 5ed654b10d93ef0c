/* OCSP responses (RFC 6960), read in one way for those that sign and those that verify. */
#ifndef CM_SIGN_OCSP_H
#define CM_SIGN_OCSP_H

#include <openssl/ocsp.h>

#include "sign/signer.h"

/* The basic response in a successful response (DER) that fills its bytes; NULL for anything else.
 * Nothing is verified. Free with OCSP_BASICRESP_free(). */
OCSP_BASICRESP *cm_ocsp_read(cm_bytes response);

/* What it says of this certificate, or NULL. Without an issuer the serial number tells. */
OCSP_SINGLERESP *cm_ocsp_about(OCSP_BASICRESP *basic, X509 *certificate, X509 *issuer);

/* Whether the response, which is to be put beside the signature (C2PA 2.2 §10.3.2.6), says that the
 * signer's certificate is good. CM_ERR_FORMAT: it is none, or about another certificate.
 * CM_ERR_KEY: it says something else. Its signature is for validators. */
cm_code cm_ocsp_check(cm_bytes response, const cm_signer *signer, cm_error *err);

#endif
