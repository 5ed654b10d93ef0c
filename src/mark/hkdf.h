/* HKDF-SHA256 (RFC 5869): one secret to many that tell nothing of each other. */
#ifndef CM_MARK_HKDF_H
#define CM_MARK_HKDF_H

#include "base/error.h"
#include "base/reader.h"

/* Extract then expand: fills out[0..n-1], n at most 255 * 32. */
cm_code cm_hkdf(cm_bytes secret, cm_bytes salt, cm_bytes info, uint8_t *out, size_t n,
                cm_error *err);

/* Expand only, for a secret that is uniformly random already (RFC 5869 §3.3). */
cm_code cm_hkdf_expand(cm_bytes secret, cm_bytes info, uint8_t *out, size_t n, cm_error *err);

#endif
