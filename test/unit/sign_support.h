/* What the tests of signing share. */
#ifndef CM_TEST_SIGN_SUPPORT_H
#define CM_TEST_SIGN_SUPPORT_H

#include "asset/asset.h"
#include "sign/certgen.h"
#include "sign/manifest.h"
#include "sign/verify.h"

#define SIGN_DATA "test/data/sign/"

/* A test's own randomness: the same in every run. */
typedef struct sign_random {
    uint64_t state;
} sign_random;
uint32_t sign_next(sign_random *r);

/* The bytes of test/data/sign/NAME. Fails the test when it isn't there. */
cm_buf sign_load(const char *name);

/* The boxes of an asset in the verifier's words, as many as fit; 0 for a format without. */
size_t sign_boxes(const cm_source *asset, cm_verify_box *boxes, size_t most);

/* "a0 01ff" as bytes, in a buffer. */
cm_buf sign_hex(const char *text);

static inline cm_bytes sign_text(const char *text) {
    return (cm_bytes){(const uint8_t *)text, strlen(text)};
}

/* Bytes as a source. */
cm_source *sign_source_over(cm_bytes bytes);

/* Bytes that a container takes for a store, and nobody else. */
cm_buf sign_filler_store(size_t size);

/* cm_asset_read() of bytes. */
cm_code sign_read_asset(cm_bytes bytes, cm_asset_manifest *m);

/* Credentials of our own making, and a signer with them. */
typedef struct sign_credentials {
    cm_certgen pem;
    cm_signer *signer;
    cm_trust *trust; /* their root */
} sign_credentials;

sign_credentials sign_make_credentials(cm_sig_alg alg);
void sign_free_credentials(sign_credentials *c);

/* An asset that is 100 bytes, a store made by `spec`, and 50 bytes. */
typedef struct sign_asset {
    cm_buf bytes;
    cm_span where;
} sign_asset;

sign_asset sign_make_asset(const cm_manifest_spec *spec, const cm_signer *signer);
void sign_free_asset(sign_asset *a);

/* Verifies it as it is now. Free the report. */
cm_report *sign_verify_asset(const sign_asset *a, const cm_trust *trust, time_t now);

/* The same, as the options say. */
cm_report *sign_verify_so(const sign_asset *a, const cm_verify_options *options);

/* A time-stamp token of some length and of one byte over and over, which need not be one; the stamp
 * of a cm_cose_more, whose context this is. */
typedef struct sign_fake {
    size_t size;
    uint8_t byte;
    int made; /* how often */
} sign_fake;

cm_code sign_make_fake(void *context, cm_bytes message, cm_buf *token, cm_error *err);

/* "failure codes of the report, separated by spaces". */
void sign_failures(const cm_report *r, char *text, size_t size);

#endif
