/* Base64 (RFC 4648 section 4): with padding, without line breaks. */
#ifndef CM_BASE_BASE64_H
#define CM_BASE_BASE64_H

#include "base/buf.h"

/* Characters that n bytes take. */
static inline uint64_t cm_base64_size(uint64_t n) {
    return (n + 2) / 3 * 4;
}

/* Appends the characters for `bytes`. */
void cm_base64_encode(cm_bytes bytes, cm_buf *out);

/* How many bytes `text` stands for; 0 also for what cm_base64_decode() refuses. */
uint64_t cm_base64_measure(cm_bytes text);

/* Appends what `text` stands for. False, with some of it appended, unless it is exactly what
 * cm_base64_encode() writes: one byte string has one spelling only. */
bool cm_base64_decode(cm_bytes text, cm_buf *out);

#endif
