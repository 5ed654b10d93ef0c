/* The two steps of protecting a file, from bytes to bytes. */
#ifndef CM_API_PROTECT_H
#define CM_API_PROTECT_H

#include <countermark/protect.h>

#include "base/stream.h"
#include "sign/signer.h"

/* Marks the picture `file` and appends the result to `out`, filling in the mark's part of
 * *result. */
cm_code cm_protect_mark(cm_bytes file, const cm_protect_options *options, cm_buf *out,
                        cm_protection *result, cm_error *err);

/* Writes `source` with a signed manifest to `path`; result->payload goes into its soft binding when
 * result->marked. `before` is the file as it was before this session changed it, whose manifest (if
 * any) becomes the new one's ingredient. */
cm_code cm_protect_sign(const cm_source *source, const cm_source *before, const cm_signer *signer,
                        const cm_protect_options *options, const char *path, cm_protection *result,
                        cm_error *err);

#endif
