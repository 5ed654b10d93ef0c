/* Compressed manifests (C2PA 2.2 §11.2.4, §15.5.4): a superbox that holds another one,
 * Brotli-packed (RFC 7932). */
#ifndef CM_SIGN_UNPACK_H
#define CM_SIGN_UNPACK_H

#include "sign/jumbf.h"

/* A manifest as it was before it was packed. */
typedef struct cm_unpacked {
    cm_buf bytes;
    cm_jumbf tree; /* its root is the manifest; count is 0 where there was none to be had */
} cm_unpacked;

/* The bytes to which the compressed manifests of a store may unpack, all together: a hostile store
 * of a few bytes could ask for gigabytes. */
size_t cm_unpacking_budget(size_t store_bytes);

/* Unpacks the manifest in a superbox of kind CM_KIND_COMPRESSED, to `most` bytes at most.
 * CM_ERR_FORMAT: damaged, or it isn't a standard or update manifest of the same label;
 * CM_ERR_LIMIT. Free with cm_unpacked_free(), also after a failure. */
cm_code cm_manifest_unpack(const cm_box *compressed, size_t most, const cm_limits *limits,
                           cm_unpacked *out, cm_error *err);
void cm_unpacked_free(cm_unpacked *u);

#endif
