/* What every inspection with the same options shares. */
#ifndef CM_API_INSPECTOR_H
#define CM_API_INSPECTOR_H

#include <countermark/inspect.h>

#include "api/candidates.h"
#include "api/trust_lists.h"
#include "base/stream.h"
#include "sign/cert_cache.h"

struct cm_inspector {
    cm_inspect_options options; /* with `layers` and `limits` filled in; `trust` is read already */
    cm_limits limits;
    cm_blind_watermark blind_watermark; /* what options.blind_watermark shows */
    cm_trust *trust;
    cm_trust *tsa_trust; /* may be the same */
    cm_memo *certificates;
    cm_trust *identity_trust;
    bool
        anywhere; /* for tests of this library alone: manifests are fetched from this machine too */
    cm_candidate *candidates;
    size_t candidate_count;
};

/* Appends all of a file; its size is bounded by limits->file_bytes. */
cm_code cm_load_file(const char *path, const cm_limits *limits, cm_buf *out, cm_error *err);

#endif
