/* Keyed choices: a stream of pseudo-random words for one purpose (spec/keys.md). */
#ifndef CM_MARK_PRF_H
#define CM_MARK_PRF_H

#include <stdint.h>

#include "base/error.h"

typedef struct cm_prf cm_prf;

/* Opens the stream of `purpose` under a 32-byte layer key: AES-256 in counter mode from counter 0,
 * under the key HKDF-Expand-SHA256(layer_key, purpose, 32) (RFC 5869). Close with cm_prf_close().
 */
cm_code cm_prf_open(const uint8_t *layer_key, const char *purpose, cm_prf **out, cm_error *err);
void cm_prf_close(cm_prf *p); /* NULL is allowed */

/* The next 32 bits of the stream, big-endian. */
uint32_t cm_prf_u32(cm_prf *p);

/* Uniform in 0..n-1 for n >= 1, without bias: words at or above the greatest multiple of n are
 * passed over. */
uint32_t cm_prf_below(cm_prf *p, uint32_t n);

/* Fills order[0..n-1] with a uniform permutation of 0..n-1 (Fisher and Yates, from the end). */
void cm_prf_permutation(cm_prf *p, uint16_t *order, uint32_t n);

#endif
