/* Two ways to have a request answered. */
#ifndef CM_SIGN_TSA_INTERNAL_H
#define CM_SIGN_TSA_INTERNAL_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/buf.h"

/* Whether a URL is one that can be asked. */
bool cm_tsa_url_ok(const char *url);

/* Posts the request (DER) and appends the response. CM_ERR_IO. */
cm_code cm_tsa_post(const char *url, cm_bytes request, cm_buf *response, cm_error *err);

/* Answers it with an authority's key. CM_ERR_CRYPTO. */
cm_code cm_tsa_answer(X509 *leaf, STACK_OF(X509) * others, EVP_PKEY *key, cm_bytes request,
                      cm_buf *response, cm_error *err);

#endif
