/* Patterns as tokenizer files write them, in Oniguruma's dialect, to PCRE2's. */
#ifndef CM_TOKEN_DIALECT_H
#define CM_TOKEN_DIALECT_H

#include "base/buf.h"

/* Appends the pattern as PCRE2 is to read it. What the two may read differently is
 * CM_ERR_UNSUPPORTED. */
cm_code cm_dialect_translate(cm_bytes pattern, cm_buf *out, cm_error *err);

/* Appends a pattern that matches exactly this text. */
void cm_dialect_quote(cm_bytes text, cm_buf *out);

#endif
