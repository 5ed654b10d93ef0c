/* Time-stamps for our own signatures (RFC 3161, C2PA 2.2 §10.3.2.5): from an authority on the
 * network, or made here with an authority's key. */
#ifndef CM_SIGN_TSA_H
#define CM_SIGN_TSA_H

#include "base/buf.h"

typedef struct cm_tsa cm_tsa;

/* An authority at an http:// or https:// URL, which is asked at each stamp. The answer is signed,
 * so that http does. CM_ERR_ARGUMENT for other URLs; CM_ERR_UNSUPPORTED when built without HTTP. */
cm_code cm_tsa_remote(const char *url, cm_tsa **out, cm_error *err);

/* An authority's own chain (PEM, leaf first) and key, as cm_signer_open() takes them. CM_ERR_KEY:
 * they can't be used, or the leaf isn't for time-stamps. */
cm_code cm_tsa_local(const char *chain_path, const char *key_path, cm_tsa **out, cm_error *err);

void cm_tsa_close(cm_tsa *t); /* NULL is allowed */

/* Appends a token for `message`, having made sure that it is one: granted, with our nonce, of these
 * bytes, and rightly signed by whom it names. `tsa` is a cm_tsa. CM_ERR_IO: no answer.
 * CM_ERR_FORMAT: none that can be used. */
cm_code cm_tsa_stamp(void *tsa, cm_bytes message, cm_buf *token, cm_error *err);

/* Bytes to reserve for a token and its header. Of a key at hand one is made for trial; a third is
 * added, as a text's wrapper is longer for a token's bytes than for the zeros that hold their place
 * (spec/containers.md §8.1). Of an authority it is what is usual, with its chain in it. */
cm_code cm_tsa_reserve(cm_tsa *t, size_t *bytes, cm_error *err);
enum { CM_TSA_RESERVE = 8192 };

#endif
