/* Having a request answered by a key of one's own. */
#ifndef CM_SIGN_TSA_INTERNAL_H
#define CM_SIGN_TSA_INTERNAL_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/buf.h"

/* Answers it with an authority's key. CM_ERR_CRYPTO. */
cm_code cm_tsa_answer(X509 *leaf, STACK_OF(X509) * others, EVP_PKEY *key, cm_bytes request,
                      cm_buf *response, cm_error *err);

#endif
