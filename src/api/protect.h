/* The two steps of protecting a file, from bytes to bytes. */
#ifndef CM_API_PROTECT_H
#define CM_API_PROTECT_H

#include <countermark/protect.h>

#include "api/signing.h"
#include "asset/asset.h"
#include "base/stream.h"

/* Marks the picture `file` and appends the result to `out`, filling in the mark's part of
 * *result. */
cm_code cm_protect_mark(cm_bytes file, const cm_protect_options *options, cm_buf *out,
                        cm_protection *result, cm_error *err);

/* Writes `source` with a signed manifest to `path`; result->payload goes into its soft binding when
 * result->marked. `before` is the file as it was before this session changed it, whose manifest (if
 * any) becomes the new one's ingredient. */
cm_code cm_protect_sign(const cm_source *source, const cm_source *before, const cm_signing *signing,
                        const char *path, cm_protection *result, cm_error *err);

/* The algorithm called `name`; CM_SIG_NONE, which leaves the choice to the key, for NULL.
 * CM_ERR_ARGUMENT, with a list of the names, for any other. */
cm_code cm_alg_from_name(const char *name, cm_sig_alg *out, cm_error *err);

/* Writes what is planned to a file, whole or not at all. */
cm_code cm_write_planned(const cm_source *source, const cm_asset_plan *plan, cm_bytes store,
                         const char *path, cm_error *err);

#endif
