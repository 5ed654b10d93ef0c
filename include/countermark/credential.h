/* Signing credentials: a chain for tests, or a request to a real certificate authority. */
#ifndef COUNTERMARK_CREDENTIAL_H
#define COUNTERMARK_CREDENTIAL_H

#include <stdbool.h>
#include <countermark/error.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cm_credential_options {
    const char *alg; /* "es256" (also for NULL), "es384", "es512", "ps256", "ed25519", … */
    const char *common_name;  /* of the signer; NULL: a test name */
    const char *organisation; /* NULL: a test name */
    unsigned days;            /* validity of the signer's certificate; 0 means 365 */
    bool request;             /* a request (request.pem) instead of a chain */
    bool time_stamps;         /* a time-stamp authority for tests, instead of a signer */
} cm_credential_options;

/* Writes key.pem (owner-only), and chain.pem (leaf first) with root.pem or, for a request,
 * request.pem into a directory, which is made when it isn't there. Existing files are never
 * replaced: CM_ERR_EXISTS before anything is written. */
CM_API cm_code cm_credential_make(const char *directory, const cm_credential_options *options,
                                  cm_error *err);

#ifdef __cplusplus
}
#endif
#endif
