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
    char **redacted; /* absolute URIs */
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

#endif
