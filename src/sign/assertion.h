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
cm_code cm_assertion_init(cm_assertion *a, const char *label, cm_drawing *drawing, cm_error *err);
void cm_assertion_free(cm_assertion *a);

/* {url, hash} or {url, alg, hash} (§8.4.2): `covered` is the content of the superbox meant. */
cm_code cm_put_hashed_uri(cm_buf *b, const char *uri, cm_hash_alg alg, bool with_alg,
                          cm_bytes covered, cm_error *err);

/* {url, hash} of an assertion in the same manifest. */
cm_code cm_put_assertion_uri(cm_buf *b, const cm_assertion *a, cm_hash_alg alg, cm_error *err);

/* Puts content into the assertion's box: CBOR, JSON, or a file (an embedded-data box). The first
 * takes the buffer. */
cm_code cm_assertion_cbor(cm_assertion *a, cm_buf *content, cm_error *err);
cm_code cm_assertion_json(cm_assertion *a, cm_bytes content, cm_error *err);
cm_code cm_assertion_embedded(cm_assertion *a, const cm_embedded *file, cm_error *err);

/* CBOR's tdate: an RFC 3339 text under tag 0. */
void cm_put_time(cm_buf *b, time_t when);

/* What actions refer to. */
typedef struct cm_action_links {
    const cm_assertion **ingredients; /* of spec->ingredients */
    const cm_assertion **icons;       /* of the agents of spec->actions; NULL for those without */
    const char *const *redacted;      /* absolute URIs of what is left out */
} cm_action_links;

/* c2pa.actions.v2 (§18.15): those of the specification, and those that follow from the rest of it.
 * CM_ERR_ARGUMENT for actions that break the rules. */
cm_code cm_assertion_actions(cm_assertion *a, const cm_manifest_spec *spec,
                             const cm_action_links *links, cm_error *err);

/* c2pa.soft-binding (§18.10). */
cm_code cm_assertion_soft_binding(cm_assertion *a, const cm_soft_binding *binding, cm_error *err);

/* c2pa.hash.data (§18.5): always as long, whatever the numbers in it. */
cm_code cm_assertion_data_hash(cm_assertion *a, cm_hash_alg alg, const cm_digest *digest,
                               cm_span excluded, cm_error *err);

/* c2pa.hash.boxes (§18.7). */
cm_code cm_assertion_box_hash(cm_assertion *a, const cm_manifest_spec *spec,
                              const cm_digest *before, const cm_digest *behind, cm_error *err);

/* What an ingredient assertion refers to; NULL for what isn't there. */
typedef struct cm_ingredient_links {
    const cm_assertion *thumbnail;
    const cm_assertion *data;
    const cm_box *manifest; /* its active one, as the new store will hold it */
    const char *instance;   /* used where the specification has none */
} cm_ingredient_links;

/* c2pa.ingredient.v3 (§18.16). */
cm_code cm_assertion_ingredient(cm_assertion *a, const cm_ingredient_spec *spec,
                                const cm_ingredient_links *links, cm_hash_alg alg, cm_error *err);

#endif
