/* OCSP responses that a signer puts beside the signature (C2PA 2.2 §10.3.2.6). */
#ifndef CM_SIGN_OCSP_H
#define CM_SIGN_OCSP_H

#include "sign/signer.h"

/* Whether the response (DER) says that the signer's certificate is good. CM_ERR_FORMAT: it is none,
 * or about another certificate. CM_ERR_KEY: it says something else. Its signature is for
 * validators. */
cm_code cm_ocsp_check(cm_bytes response, const cm_signer *signer, cm_error *err);

#endif
