/* Unicode normalization form C, as a stream: what is written to it goes on composed. */
#ifndef CM_BASE_NFC_H
#define CM_BASE_NFC_H

#include "base/stream.h"

typedef struct cm_nfc cm_nfc;

/* Passes on to `to`, which is copied. Free with cm_nfc_free(). */
cm_code cm_nfc_new(const cm_sink *to, cm_nfc **out, cm_error *err);
void cm_nfc_free(cm_nfc *n); /* NULL is allowed */

/* Takes UTF-8 in parts that may end anywhere; `n` must outlive the sink. Writing is CM_ERR_FORMAT
 * for what isn't UTF-8, and CM_ERR_LIMIT where a part of the text in which everything might combine
 * gets longer than 16 MiB, or more than 128 accents stand on one letter. */
cm_sink cm_nfc_sink(cm_nfc *n);

/* Passes on what was held back. */
cm_code cm_nfc_finish(cm_nfc *n, cm_error *err);

#endif
