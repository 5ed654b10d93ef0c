/* The signature algorithms that C2PA allows (2.2 §13.2.1), over OpenSSL. Signatures are in COSE's
 * form (RFC 9053 §2.1): ECDSA as r and s, each as long as the curve's field. */
#ifndef CM_SIGN_SIGALG_H
#define CM_SIGN_SIGALG_H

#include <openssl/evp.h>
#include <openssl/types.h>

#include "base/buf.h"

typedef enum cm_sig_alg {
    CM_SIG_NONE = 0,
    CM_SIG_ES256,
    CM_SIG_ES384,
    CM_SIG_ES512,
    CM_SIG_PS256,
    CM_SIG_PS384,
    CM_SIG_PS512,
    CM_SIG_ED25519
} cm_sig_alg;

/* "es256", …; "" for CM_SIG_NONE. */
const char *cm_sig_name(cm_sig_alg alg);
cm_sig_alg cm_sig_from_name(const char *name); /* CM_SIG_NONE when unknown */

/* COSE's numbers (RFC 9053, RFC 8230). */
int64_t cm_sig_cose_id(cm_sig_alg alg);
cm_sig_alg cm_sig_from_cose_id(int64_t id); /* CM_SIG_NONE when not allowed by C2PA */

/* The algorithm that goes with a key: by curve for EC, PS256 for RSA; CM_SIG_NONE when C2PA allows
 * none for it (other curves, RSA below 2048 bits). */
cm_sig_alg cm_sig_for_key(const EVP_PKEY *key);

/* Whether the key can be used with the algorithm. Any of the three curves goes with any ECDSA. */
bool cm_sig_fits(cm_sig_alg alg, const EVP_PKEY *key);

/* About what checking a signature under any key costs, in hundredths of a millisecond. */
uint64_t cm_sig_cost(const EVP_PKEY *key);

/* Bytes of a signature by this key. */
size_t cm_sig_size(const EVP_PKEY *key);

/* Appends the signature of `message`. CM_ERR_CRYPTO. */
cm_code cm_sig_sign(cm_sig_alg alg, EVP_PKEY *key, cm_bytes message, cm_buf *out, cm_error *err);

/* Appends the signature as OpenSSL makes it: ECDSA in DER. The key may be one that a provider of
 * `library` holds and doesn't show; NULL is OpenSSL's own library context. */
cm_code cm_sig_make(cm_sig_alg alg, EVP_PKEY *key, OSSL_LIB_CTX *library, cm_bytes message,
                    cm_buf *out, cm_error *err);

/* Appends a signature that somebody else made, in COSE's form: as it is, or, where it is an ECDSA
 * signature in DER, from that. CM_ERR_CRYPTO: it isn't one of `message` by this key. */
cm_code cm_sig_take(cm_sig_alg alg, EVP_PKEY *key, cm_bytes message, cm_bytes signature,
                    cm_buf *out, cm_error *err);

/* Whether `signature` is right. False for anything malformed too. */
bool cm_sig_verify(cm_sig_alg alg, EVP_PKEY *key, cm_bytes message, cm_bytes signature);

#endif
