/* CBOR as the JSON that crJSON has for it (C2PA's crJSON 2.4 §3.6.3, table 1). */
#ifndef CM_API_CBOR_JSON_H
#define CM_API_CBOR_JSON_H

#include <jansson.h>

#include "sign/cbor.h"

/* Byte strings become "b64'…", tags give way to what they tag, and keys that are no text are
 * spelled as text. What JSON can't say (infinities, undefined) becomes null. NULL when memory is
 * short. */
json_t *cm_cbor_json(const cm_cbor_item *item);

/* The same for bytes alone. */
json_t *cm_bytes_json(cm_bytes bytes);

#endif
