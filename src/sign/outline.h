/* What a manifest store holds, for showing and without judging: whatever can be read of any
 * manifest, also of one that doesn't hold. Judging is verify.h's part. */
#ifndef CM_SIGN_OUTLINE_H
#define CM_SIGN_OUTLINE_H

#include "sign/cose.h"
#include "sign/jumbf.h"
#include "sign/unpack.h"

/* How an assertion's content is written. */
typedef enum cm_outline_form {
    CM_OUTLINE_CBOR,
    CM_OUTLINE_JSON,
    CM_OUTLINE_FILE, /* an embedded file: a thumbnail, data of an ingredient */
    CM_OUTLINE_OTHER
} cm_outline_form;

typedef struct cm_outline_assertion {
    cm_bytes label; /* with "__1", where there are several */
    cm_outline_form form;
    cm_bytes content;    /* of its first content box; a file's own bytes */
    cm_bytes media_type; /* of a file */
} cm_outline_assertion;

typedef struct cm_outline_manifest {
    cm_bytes label;
    bool update;
    int claim_version;  /* 1 or 2; 0 when there is no claim that can be read */
    cm_cbor claim;      /* count is 0 then */
    cm_bytes signature; /* the signature box's CBOR, or {NULL, 0} */
    cm_outline_assertion *assertions;
    size_t assertion_count;
    cm_unpacked unpacked;
} cm_outline_manifest;

typedef struct cm_outline {
    cm_jumbf store;
    cm_outline_manifest *manifests; /* in the store's order, the active one last */
    size_t count;
} cm_outline;

/* Reads a store, whose bytes must outlive the outline; what can't be read in it is left out, and a
 * store that is none gives an empty outline. CM_ERR_MEMORY. Free with cm_outline_free(). */
cm_code cm_outline_read(cm_bytes store, const cm_limits *limits, cm_outline *out, cm_error *err);
void cm_outline_free(cm_outline *o);

/* The manifest of this label; NULL when there is none. */
const cm_outline_manifest *cm_outline_find(const cm_outline *o, cm_bytes label);

#endif
