/* zlib streams of untrusted origin. */
#ifndef CM_ASSET_INFLATE_H
#define CM_ASSET_INFLATE_H

#include "base/buf.h"

/* Appends what `packed` (RFC 1950) unpacks to, up to `most` bytes, to `out`. CM_ERR_FORMAT for a
 * damaged stream, CM_ERR_LIMIT when it holds more than `most`; what came before stays in `out`. */
cm_code cm_inflate(cm_bytes packed, size_t most, cm_buf *out, cm_error *err);

#endif
