/* A manifest between its parts: composing (manifest_compose.c), and writing (manifest.c). */
#ifndef CM_SIGN_MANIFEST_INTERNAL_H
#define CM_SIGN_MANIFEST_INTERNAL_H

#include "sign/assertion.h"
#include "sign/carried.h"
#include "sign/labels.h"

struct cm_manifest {
    const cm_signer *signer;
    const cm_cose_more *more;
    cm_drawing *drawing; /* the specification's, or the next */
    cm_drawing random;
    cm_hash_alg hash;
    cm_binding_kind binding;
    char label[CM_LABEL_MAX];    /* urn:c2pa:… */
    char instance[CM_LABEL_MAX]; /* xmp:iid:…, where none was given */
    cm_cbor_map claim;           /* the claim's fields that don't depend on any hash */
    cm_carried carried;          /* the manifests of the ingredients */
    cm_assertion *assertions;    /* in the claim's order; a hard binding is the last one */
    bool *gathered;              /* of each */
    size_t assertion_count;
    const cm_assertion *icon; /* the generator's among them, or NULL */
    char **redacted;          /* absolute URIs */
    size_t redacted_count;
    cm_manifest_spec boxes; /* hash, boxes and beside alone; the names are copies */
    char **names;
    size_t name_count;
    size_t signature_size;
    size_t needed; /* what signing last asked for */
    size_t size;
};

/* Fills in the assertions, the carried manifests and the redactions. The hard binding's assertion
 * stays empty. */
cm_code cm_manifest_compose(cm_manifest *m, const cm_manifest_spec *spec, cm_error *err);

/* What the hard binding says, as far as the kind of it asks for it. */
typedef struct cm_bound_to {
    const cm_digest *digest, *behind;
    cm_span excluded;
} cm_bound_to;

/* CM_ERR_ARGUMENT: the digest isn't one of the manifest's algorithm. */
cm_code cm_manifest_check_digest(const cm_manifest *m, const cm_bound_to *to, cm_error *err);

/* Puts the binding in its place and appends the claim. */
cm_code cm_manifest_claim(cm_manifest *m, const cm_bound_to *to, cm_buf *claim, cm_error *err);

/* Appends the whole store (C2PA 2.2 §11.1.4). `salt` is the claim's box's, or NULL. */
void cm_manifest_put_store(cm_buf *out, const cm_manifest *m, cm_bytes claim, cm_bytes signature,
                           const uint8_t *salt);

#endif
