/* The hard binding of what is written: the asset's hashes, by bytes or by boxes. */
#ifndef CM_API_BINDING_H
#define CM_API_BINDING_H

#include "asset/asset.h"
#include "sign/manifest.h"

typedef struct cm_bound {
    bool boxes; /* else: by bytes */
    cm_names before, behind;
    const char **names;  /* of both */
    cm_asset_boxes list; /* whose names these are */
} cm_bound;

/* The boxes of the file that will be written from `source`. CM_ERR_UNSUPPORTED: its format has no
 * names for them, or there are bytes in no box. Free with cm_bound_free(). */
cm_code cm_bound_boxes(const cm_source *source, bool beside, cm_bound *out, cm_error *err);
void cm_bound_free(cm_bound *b);

/* Hashes what is planned, but for the store (plan->store_size 0: there's none in the file). By
 * boxes the two digests are of what is before its place and behind it, else the first is of
 * everything. With `out` the file is written there on the way, zeros where the store will go: the
 * input's bytes are read once. */
cm_code cm_bound_hash(const cm_bound *b, const cm_source *source, const cm_asset_plan *plan,
                      cm_hash_alg alg, const cm_sink *out, cm_digest digest[static 2],
                      cm_error *err);

/* Signs these digests. */
cm_code cm_bound_sign(const cm_bound *b, const cm_asset_plan *plan,
                      const cm_digest digest[static 2], cm_manifest *manifest, cm_buf *store,
                      cm_error *err);

#endif
