/* A manifest store as C2PA's "Content Credentials JSON" (crJSON 2.4). */
#ifndef CM_API_CRJSON_H
#define CM_API_CRJSON_H

#include <jansson.h>

#include "api/findings.h"

/* The document for a report that has a manifest; NULL when memory is short. */
json_t *cm_crjson_document(const cm_findings *f);

/* Its "signature" (§3.7) for a signature box's CBOR; an empty object for what can't be read. */
json_t *cm_crjson_signature(cm_bytes cose, const cm_limits *limits);

/* A time as RFC 3339 has it, in UTC; null outside of years that can be written. */
json_t *cm_crjson_time(time_t time);

#endif
