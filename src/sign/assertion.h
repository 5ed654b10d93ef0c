/* The assertions that we write (C2PA 2.2 §18), each as a superbox of its own. */
#ifndef CM_SIGN_ASSERTION_H
#define CM_SIGN_ASSERTION_H

#include "sign/cbor.h"
#include "sign/jumbf.h"
#include "sign/manifest.h"

enum { CM_LABEL_MAX = 64, CM_URI_MAX = 192 };

/* An assertion box, ready to be put into a store, and the label it goes by. */
typedef struct cm_assertion {
    char label[CM_LABEL_MAX];
    uint8_t salt[CM_SALT_BYTES];
    cm_buf box;
} cm_assertion;

/* Draws the salt. */
cm_code cm_assertion_init(cm_assertion *a, const char *label, cm_error *err);
void cm_assertion_free(cm_assertion *a);

/* {url, hash} or {url, alg, hash} (§8.4.2): `covered` is the content of the superbox meant. */
cm_code cm_put_hashed_uri(cm_buf *b, const char *uri, cm_hash_alg alg, bool with_alg,
                          cm_bytes covered, cm_error *err);

/* {url, hash} of an assertion in the same manifest. */
cm_code cm_put_assertion_uri(cm_buf *b, const cm_assertion *a, cm_hash_alg alg, cm_error *err);

/* c2pa.actions.v2 (§18.15): c2pa.created, or c2pa.opened when there is a parent, and
 * c2pa.watermarked.bound when there is a soft binding. */
cm_code cm_assertion_actions(cm_assertion *a, const cm_manifest_spec *spec,
                             const cm_assertion *parent, cm_error *err);

/* c2pa.soft-binding (§18.10). */
cm_code cm_assertion_soft_binding(cm_assertion *a, const cm_soft_binding *binding, cm_error *err);

/* c2pa.hash.data (§18.5): always as long, whatever the numbers in it. */
cm_code cm_assertion_data_hash(cm_assertion *a, cm_hash_alg alg, const cm_digest *digest,
                               cm_span excluded, cm_error *err);

/* c2pa.ingredient.v3 (§18.16), parentOf: the active manifest of the store `parent`. */
cm_code cm_assertion_parent(cm_assertion *a, const cm_jumbf *parent, const char *format,
                            cm_bytes findings, cm_hash_alg alg, cm_error *err);

#endif
