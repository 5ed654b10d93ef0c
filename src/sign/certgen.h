/* Making signing credentials: a root, an intermediate and a leaf for tests, or a request (CSR) that
 * a real certificate authority can answer. The certificates keep to C2PA 2.2 §14.5.1. */
#ifndef CM_SIGN_CERTGEN_H
#define CM_SIGN_CERTGEN_H

#include <time.h>

#include "base/buf.h"
#include "sign/sigalg.h"

typedef struct cm_certgen_options {
    cm_sig_alg alg;           /* CM_SIG_NONE: ES256 */
    const char *common_name;  /* of the leaf; NULL: "Countermark test signer" */
    const char *organisation; /* NULL: "Countermark test" */
    bool time_stamps;         /* the leaf is a time-stamp authority, and signs no claims */
    time_t now;
    unsigned days; /* validity; 0: 365 for the leaf. The authorities get ten years at least */
} cm_certgen_options;

/* PEM texts. Free with cm_certgen_free(), which wipes the key. */
typedef struct cm_certgen {
    cm_buf root;  /* to be trusted by whoever verifies */
    cm_buf chain; /* leaf first, then the intermediate */
    cm_buf key;   /* the leaf's, PKCS #8. Write it owner-only */
} cm_certgen;

/* The keys of root and intermediate are thrown away: nothing else can be issued under them.
 * CM_ERR_ARGUMENT, CM_ERR_CRYPTO. */
cm_code cm_certgen_chain(const cm_certgen_options *options, cm_certgen *out, cm_error *err);

/* A request in `out->chain` and its key in `out->key`; `out->root` stays empty. */
cm_code cm_certgen_request(const cm_certgen_options *options, cm_certgen *out, cm_error *err);

void cm_certgen_free(cm_certgen *out);

#endif
