/* Private keys that a PKCS #11 token holds, by OpenSSL's provider for it. They sign, and are never
 * seen. */
#ifndef CM_SIGN_HELD_KEY_H
#define CM_SIGN_HELD_KEY_H

#include "sign/sigalg.h"

typedef struct cm_held_key cm_held_key;

/* Whether it is the URI of such a key (RFC 7512), "pkcs11:…", and not a file's path. */
bool cm_held_key_uri(const char *text);

/* Finds the key; a PIN must be in the URI or in the configuration, for nobody is asked. The
 * provider is OpenSSL's module "pkcs11", which finds the token's library as its own documentation
 * says: by OpenSSL's configuration, PKCS11_PROVIDER_MODULE, or module-path in the URI.
 * CM_ERR_UNSUPPORTED: no such provider. CM_ERR_KEY: no such key. */
cm_code cm_held_key_open(const char *uri, cm_held_key **out, cm_error *err);
void cm_held_key_close(cm_held_key *k); /* NULL is allowed */

/* As cm_sig_make(). */
cm_code cm_held_key_sign(const cm_held_key *k, cm_sig_alg alg, cm_bytes message, cm_buf *out,
                         cm_error *err);

#endif
