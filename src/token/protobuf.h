/* Protocol buffers from outside, a field at a time. */
#ifndef CM_TOKEN_PROTOBUF_H
#define CM_TOKEN_PROTOBUF_H

#include "base/reader.h"

typedef enum cm_proto_wire {
    CM_PROTO_VARINT = 0,
    CM_PROTO_FIXED64 = 1,
    CM_PROTO_BYTES = 2,
    CM_PROTO_FIXED32 = 5
} cm_proto_wire;

typedef struct cm_proto_field {
    uint32_t number;
    cm_proto_wire wire;
    uint64_t value; /* of a number */
    cm_bytes bytes; /* of CM_PROTO_BYTES, borrowed */
} cm_proto_field;

/* Reads the next field. False at the end, or, with r->bad, for what is none. Groups, which nothing
 * has used for long, are none. */
bool cm_proto_next(cm_reader *r, cm_proto_field *field);

#endif
