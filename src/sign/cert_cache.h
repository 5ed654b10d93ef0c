/* Certificates that were decoded before. Whoever judges many files meets the same few signers over
 * and over, and OpenSSL takes as long to decode a public key as to check a signature with it. What
 * is kept is the decoded form alone: whether a certificate is good is judged anew each time. */
#ifndef CM_SIGN_CERT_CACHE_H
#define CM_SIGN_CERT_CACHE_H

#include <openssl/x509.h>

#include "base/reader.h"
#include "sign/memo.h"

/* NULL when memory is short, which costs time and nothing else. Free with cm_memo_free(). */
cm_memo *cm_cert_cache_new(void);

/* As cm_cert_from_der(), with the help of the cache, which may be NULL and which threads may share.
 */
STACK_OF(X509) * cm_cert_cached(cm_memo *c, const cm_bytes *ders, size_t count);

#endif
