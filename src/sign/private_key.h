/* Private keys from files and memory. */
#ifndef CM_SIGN_PRIVATE_KEY_H
#define CM_SIGN_PRIVATE_KEY_H

#include <openssl/evp.h>

#include "base/buf.h"

/* PEM, PKCS #8 or the older forms. The file must be a regular one that nobody but its owner can
 * read: CM_ERR_KEY otherwise, as for an encrypted key. Free with EVP_PKEY_free(). */
cm_code cm_private_key_open(const char *path, EVP_PKEY **out, cm_error *err);
cm_code cm_private_key_from_pem(cm_bytes pem, EVP_PKEY **out, cm_error *err);

#endif
