/* What each format does for metadata.c. */
#ifndef CM_ASSET_METADATA_INTERNAL_H
#define CM_ASSET_METADATA_INTERNAL_H

#include "asset/metadata.h"
#include "base/span.h"

cm_code cm_metadata_png(const cm_source *in, const cm_metadata *m, cm_buf *out, cm_error *err);
cm_code cm_metadata_jpeg(const cm_source *in, const cm_metadata *m, cm_buf *out, bool *commented,
                         cm_error *err);
cm_code cm_metadata_webp(const cm_source *in, const cm_metadata *m, cm_buf *out, cm_error *err);

/* Loads the packet at `from` (none where the length is 0) and appends it, merged, to `out`. */
cm_code cm_metadata_merge(const cm_source *in, cm_span from, const cm_metadata *m, cm_buf *out,
                          cm_error *err);

/* Copies a span of the input. */
static inline cm_code cm_metadata_copy(const cm_source *in, cm_span from, cm_buf *out,
                                       cm_error *err) {
    return cm_source_load(in, from.start, from.length, out, err);
}

#endif
