/* Building a manifest store: what to say, how long it will be, and the signed bytes.
 *
 * The order of things is forced by the hard binding. The container must be laid out before the
 * asset can be hashed, so the store's size must be known first: cm_manifest_new() settles
 * everything but the hash, cm_manifest_size() is exact, and cm_manifest_sign() fills that size to
 * the byte. spec/manifest.md §1 and §4 describe what is written. */
#ifndef CM_SIGN_MANIFEST_H
#define CM_SIGN_MANIFEST_H

#include <countermark/limits.h>

#include "base/hash.h"
#include "base/span.h"
#include "sign/signer.h"

/* The watermark's value and the name of the algorithm that reads it. */
typedef struct cm_soft_binding {
    const char *alg;
    cm_bytes value;
} cm_soft_binding;

/* The digitalSourceType that is written unless another one is asked for. */
#define CM_SOURCE_TYPE_GENERATED                                                                   \
    "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"

/* What the manifest shall say. Texts are UTF-8; NULL leaves a field out or takes the default. */
typedef struct cm_manifest_spec {
    const char *title;               /* of the asset */
    const char *generator;           /* claim_generator_info.name; "Countermark" */
    const char *generator_version;   /* CM_VERSION; "" for none */
    const char *software_agent;      /* what made the picture; the generator's name */
    const char *digital_source_type; /* full URI; CM_SOURCE_TYPE_GENERATED */
    time_t when;                     /* of the actions */
    const cm_soft_binding *soft_bindings;
    size_t soft_binding_count;
    cm_hash_alg hash;         /* CM_HASH_NONE: SHA-256 */
    cm_bytes parent;          /* the store that the asset carries already, or {NULL, 0} */
    const char *format;       /* media type of the asset; needed with a parent */
    cm_bytes parent_findings; /* CBOR: the parent's validation results, from cm_report_results() */
    size_t signature_reserve; /* bytes kept free in the signature, for a time-stamp */
} cm_manifest_spec;

typedef struct cm_manifest cm_manifest;

/* Draws labels and salts and lays everything out. The signer must outlive the manifest, the rest is
 * copied. CM_ERR_ARGUMENT; CM_ERR_FORMAT when the parent isn't a store. Free with
 * cm_manifest_free(). */
cm_code cm_manifest_new(const cm_manifest_spec *spec, const cm_signer *signer, cm_manifest **out,
                        cm_error *err);
void cm_manifest_free(cm_manifest *m); /* NULL is allowed */

/* Bytes of the store that cm_manifest_sign() will write. */
size_t cm_manifest_size(const cm_manifest *m);

/* The hash by which the asset is to be digested. */
cm_hash_alg cm_manifest_hash(const cm_manifest *m);

/* "urn:c2pa:…", the label by which others can refer to the manifest. */
const char *cm_manifest_label(const cm_manifest *m);

/* Appends the store. `digest` is the asset's, without the bytes of `excluded`: where the store's
 * container stands; a length of 0 means that all of the asset was hashed (a sidecar). */
cm_code cm_manifest_sign(cm_manifest *m, const cm_digest *digest, cm_span excluded, cm_buf *store,
                         cm_error *err);

#endif
