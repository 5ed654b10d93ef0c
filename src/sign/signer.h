/* Who signs: a private key and the certificate chain that vouches for it. */
#ifndef CM_SIGN_SIGNER_H
#define CM_SIGN_SIGNER_H

#include <time.h>

#include "sign/sigalg.h"

typedef struct cm_signer cm_signer;

/* Reads a chain (PEM, leaf first) and a key (PEM, PKCS #8 or the older forms) from files; in place
 * of the key's, a token's URI, "pkcs11:…", will do (sign/held_key.h). The key's file must be a
 * regular one that nobody but its owner can read: CM_ERR_KEY otherwise, as for an encrypted key, a
 * key that isn't the leaf's, a leaf that breaks C2PA's certificate profile, and one that isn't
 * valid at `now`. A self-signed root at the chain's end is left out of signatures. `alg` picks
 * among those that fit the key; CM_SIG_NONE takes cm_sig_for_key(). Close with cm_signer_close().
 */
cm_code cm_signer_open(const char *chain_path, const char *key_path, cm_sig_alg alg, time_t now,
                       cm_signer **out, cm_error *err);

/* The same, but the key is held by somebody else: `command` gets the bytes to be signed on its
 * standard input and writes the signature to its standard output (base/process.h says how it is
 * run), raw or, for ECDSA, in DER. Its signatures are checked against the leaf. */
cm_code cm_signer_command(const char *chain_path, const char *command, cm_sig_alg alg, time_t now,
                          cm_signer **out, cm_error *err);

/* The same from memory. */
cm_code cm_signer_from_pem(cm_bytes chain, cm_bytes key, cm_sig_alg alg, time_t now,
                           cm_signer **out, cm_error *err);
void cm_signer_close(cm_signer *s); /* NULL is allowed */

cm_sig_alg cm_signer_alg(const cm_signer *s);
size_t cm_signer_certificates(const cm_signer *s);
cm_bytes cm_signer_certificate(const cm_signer *s, size_t index); /* DER; 0 is the leaf */
size_t cm_signer_signature_size(const cm_signer *s);

/* Appends the signature of `message` in COSE's form. */
cm_code cm_signer_sign(const cm_signer *s, cm_bytes message, cm_buf *out, cm_error *err);

#endif
