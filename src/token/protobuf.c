#include "token/protobuf.h"

enum { VARINT_MAX = 10, TAG_BITS = 3 };

static uint64_t read_varint(cm_reader *r) {
    uint64_t value = 0;
    for (unsigned i = 0; i < VARINT_MAX; i++) {
        uint8_t byte = cm_read_u8(r);
        value |= (uint64_t)(byte & 0x7f) << 7 * i;
        if (byte < 0x80)
            return value;
    }
    r->bad = true;
    return 0;
}

static void read_value(cm_reader *r, cm_proto_field *f) {
    switch (f->wire) {
    case CM_PROTO_VARINT:
        f->value = read_varint(r);
        return;
    case CM_PROTO_FIXED64:
        f->value = cm_read_le32(r);
        f->value |= (uint64_t)cm_read_le32(r) << 32;
        return;
    case CM_PROTO_BYTES:
        f->value = read_varint(r);
        if (f->value > cm_reader_left(r))
            r->bad = true;
        else
            f->bytes = cm_read_bytes(r, (size_t)f->value);
        return;
    case CM_PROTO_FIXED32:
        f->value = cm_read_le32(r);
        return;
    }
    r->bad = true;
}

bool cm_proto_next(cm_reader *r, cm_proto_field *field) {
    if (cm_reader_left(r) == 0)
        return false;
    uint64_t tag = read_varint(r);
    *field = (cm_proto_field){.number = (uint32_t)(tag >> TAG_BITS),
                              .wire = (cm_proto_wire)(tag & ((1 << TAG_BITS) - 1))};
    if (tag > UINT32_MAX || field->number == 0)
        r->bad = true;
    else
        read_value(r, field);
    return !r->bad;
}
