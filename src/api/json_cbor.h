/* JSON as CBOR, for assertions that people write down as JSON. */
#ifndef CM_API_JSON_CBOR_H
#define CM_API_JSON_CBOR_H

#include <jansson.h>

#include "sign/cbor_map.h"

/* Appends the value in deterministic CBOR. CM_ERR_FORMAT when it is nested too deep. */
cm_code cm_json_to_cbor(json_t *value, cm_buf *out, cm_error *err);

/* The same for one member of an object, into a map; times (RFC 3339, under keys that C2PA gives the
 * type tdate) get their tag. */
cm_code cm_json_pair(const char *key, json_t *value, cm_cbor_map *map, cm_error *err);

#endif
