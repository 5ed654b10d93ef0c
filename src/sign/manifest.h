/* Building a manifest store: what to say, how long it will be, and the signed bytes.
 *
 * The order of things is forced by the hard binding. The container must be laid out before the
 * asset can be hashed, so the store's size must be known first: cm_manifest_new() settles
 * everything but the hash, cm_manifest_size() is exact, and cm_manifest_sign() fills that size to
 * the byte. Where the container's length hangs on the store's bytes, cm_manifest_sign_fitted()
 * comes out at a length that was signed instead. spec/manifest.md §1 and §4 describe what is
 * written. */
#ifndef CM_SIGN_MANIFEST_H
#define CM_SIGN_MANIFEST_H

#include <countermark/limits.h>

#include "base/hash.h"
#include "base/span.h"
#include "sign/cbor_map.h"
#include "sign/cose.h"
#include "sign/drawing.h"

/* The watermark's value and the name of the algorithm that reads it. */
typedef struct cm_soft_binding {
    const char *alg;
    cm_bytes value;
} cm_soft_binding;

/* The digitalSourceType that is written unless another one is asked for. */
#define CM_SOURCE_TYPE_GENERATED                                                                   \
    "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"

/* A file within the manifest: a thumbnail, an icon, or data of an ingredient. None when media_type
 * is NULL.
 */
typedef struct cm_embedded {
    const char *media_type;
    cm_bytes data;
} cm_embedded;

typedef enum cm_relation {
    CM_RELATION_PARENT,    /* what the asset was made from by editing: one at most */
    CM_RELATION_COMPONENT, /* is a part of it */
    CM_RELATION_INPUT      /* was given to what generated it */
} cm_relation;

typedef struct cm_ingredient_spec {
    cm_relation relation;
    const char *title, *format, *description, *information_uri;
    const char *instance; /* NULL: drawn, where it came without a manifest */
    cm_bytes store;       /* the one that it carries, or {NULL, 0} */
    cm_bytes findings;    /* with a store: CBOR, its validation results (cm_report_results()) */
    cm_embedded thumbnail;
    cm_embedded data;
} cm_ingredient_spec;

/* Something that was done. Keys that the action needs and that aren't given are added. */
typedef struct cm_action_spec {
    const char *name;
    cm_cbor_map fields;     /* but "action", "parameters" and "softwareAgent" */
    cm_cbor_map agent;      /* "softwareAgent" but its "icon"; none when it is empty */
    cm_embedded agent_icon; /* of an agent */
    cm_cbor_map parameters; /* but "ingredients" */
    const size_t *ingredients;
    size_t ingredient_count;
} cm_action_spec;

/* Any other assertion. */
typedef struct cm_extra_spec {
    const char *label; /* without "__1" */
    cm_bytes content;
    bool json;     /* else CBOR */
    bool gathered; /* the signer passes it on without vouching for it */
} cm_extra_spec;

typedef enum cm_binding_kind {
    CM_BINDING_DATA,  /* one hash over all bytes but the store's */
    CM_BINDING_BOXES, /* hashes of named boxes, before and behind the store */
    CM_BINDING_NONE   /* an update manifest: its parent's binding holds */
} cm_binding_kind;

/* Names of the asset's boxes, in order. */
typedef struct cm_names {
    const char *const *list;
    size_t count;
} cm_names;

/* What the manifest shall say. Texts are UTF-8; NULL leaves a field out or takes the default. */
typedef struct cm_manifest_spec {
    const char *title;                 /* of the asset */
    const char *instance;              /* of the asset; drawn */
    const char *generator;             /* claim_generator_info.name; "Countermark" */
    const char *generator_version;     /* CM_VERSION; "" for none */
    const cm_cbor_map *generator_more; /* what else there is about it, or NULL */
    cm_embedded generator_icon;
    const char *software_agent;         /* what made the picture; the generator's name */
    const char *software_agent_version; /* none */
    const char *digital_source_type;    /* full URI; CM_SOURCE_TYPE_GENERATED */
    time_t when;                        /* of the actions */
    const cm_soft_binding *soft_bindings;
    size_t soft_binding_count;
    cm_hash_alg hash; /* CM_HASH_NONE: SHA-256 */
    const cm_ingredient_spec *ingredients;
    size_t ingredient_count;
    const cm_action_spec *actions; /* none: how the asset began, and what follows from the rest */
    size_t action_count;
    bool actions_incomplete; /* more was done than is said */
    const cm_extra_spec *extras;
    size_t extra_count;
    cm_embedded thumbnail;
    cm_binding_kind binding;
    cm_names boxes_before, boxes_behind; /* BOXES: the asset's boxes before and behind the store */
    bool beside;                         /* BOXES: the store is no box of the asset: a sidecar */
    const char *const *redactions;       /* URIs of ingredients' assertions that are left out, or
                                          * labels of the parent's */
    size_t redaction_count;
    const char *redaction_reason; /* "c2pa.PII.present" */
    const cm_cose_more *more;     /* what goes with the signature, or NULL. Borrowed */
    size_t signature_reserve;     /* bytes kept free in the signature, for a time-stamp */
    cm_drawing *drawing;          /* of names and salts; NULL: random ones. Borrowed */
} cm_manifest_spec;

typedef struct cm_manifest cm_manifest;

/* Draws labels and salts and lays everything out. The signer must outlive the manifest, the rest is
 * copied. CM_ERR_ARGUMENT; CM_ERR_FORMAT when an ingredient's store isn't one. Free with
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
 * container stands; a length of 0 means that all of the asset was hashed (a sidecar). An update
 * manifest takes NULL. CM_ERR_LIMIT: what goes with the signature needs more than was reserved;
 * after cm_manifest_grow() it fits, unless it differs from one time to the next. */
cm_code cm_manifest_sign(cm_manifest *m, const cm_digest *digest, cm_span excluded, cm_buf *store,
                         cm_error *err);

/* The same with a hash of the boxes before the store, and one of those behind it. */
cm_code cm_manifest_sign_boxes(cm_manifest *m, const cm_digest *before, const cm_digest *behind,
                               cm_buf *store, cm_error *err);

/* How long a container is for this store: the more, the more bytes the store has, and for bytes
 * above 15 by one more. */
typedef uint64_t (*cm_store_length)(cm_bytes store);

/* The same for a container whose length hangs on the bytes in it. `excluded` has its start, and a
 * guess of its length; the store is signed for a length that it then comes out at. It takes the
 * place of what is in `store`, and is not cm_manifest_size() bytes long. */
cm_code cm_manifest_sign_fitted(cm_manifest *m, const cm_digest *digest, cm_span excluded,
                                cm_store_length length, cm_buf *store, cm_error *err);

/* Makes room for what did not fit, which changes the size; false when nothing lacked. */
bool cm_manifest_grow(cm_manifest *m);

#endif
