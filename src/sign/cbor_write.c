/* The writing half of CBOR: every head in its shortest form (RFC 8949 §4.2.1). */
#include "sign/cbor.h"

static void put_head(cm_buf *b, cm_cbor_type type, uint64_t v) {
    uint8_t major = (uint8_t)(type << 5);
    if (v < 24) {
        cm_buf_u8(b, (uint8_t)(major | v));
    } else if (v <= UINT8_MAX) {
        cm_buf_u8(b, major | 24);
        cm_buf_u8(b, (uint8_t)v);
    } else if (v <= UINT16_MAX) {
        cm_buf_u8(b, major | 25);
        cm_buf_be16(b, (uint16_t)v);
    } else if (v <= UINT32_MAX) {
        cm_buf_u8(b, major | 26);
        cm_buf_be32(b, (uint32_t)v);
    } else {
        cm_buf_u8(b, major | 27);
        cm_buf_be64(b, v);
    }
}

void cm_cbor_put_uint(cm_buf *b, uint64_t v) {
    put_head(b, CM_CBOR_UINT, v);
}

void cm_cbor_put_int(cm_buf *b, int64_t v) {
    if (v >= 0)
        put_head(b, CM_CBOR_UINT, (uint64_t)v);
    else
        put_head(b, CM_CBOR_NEGATIVE, (uint64_t)(-1 - v));
}

void cm_cbor_put_bytes(cm_buf *b, cm_bytes v) {
    put_head(b, CM_CBOR_BYTES, v.size);
    cm_buf_put_bytes(b, v);
}

void cm_cbor_put_text_bytes(cm_buf *b, cm_bytes v) {
    put_head(b, CM_CBOR_TEXT, v.size);
    cm_buf_put_bytes(b, v);
}

void cm_cbor_put_text(cm_buf *b, const char *v) {
    put_head(b, CM_CBOR_TEXT, strlen(v));
    cm_buf_text(b, v);
}

void cm_cbor_put_array(cm_buf *b, size_t elements) {
    put_head(b, CM_CBOR_ARRAY, elements);
}

void cm_cbor_put_map(cm_buf *b, size_t pairs) {
    put_head(b, CM_CBOR_MAP, pairs);
}

void cm_cbor_put_tag(cm_buf *b, uint64_t tag) {
    put_head(b, CM_CBOR_TAG, tag);
}

void cm_cbor_put_bool(cm_buf *b, bool v) {
    put_head(b, CM_CBOR_SIMPLE, v ? 21 : 20);
}

void cm_cbor_put_null(cm_buf *b) {
    put_head(b, CM_CBOR_SIMPLE, 22);
}

/* The value as a half-precision number (RFC 8949 appendix D), if it is one. */
static bool as_half(float v, uint16_t *half) {
    uint32_t bits;
    memcpy(&bits, &v, sizeof bits);
    uint32_t sign = bits >> 16 & 0x8000;
    uint32_t exponent = bits >> 23 & 0xff;
    uint32_t mantissa = bits & 0x7fffff;
    if ((mantissa & 0x1fff) != 0 && exponent != 0xff)
        return false;
    if (exponent == 0xff)
        *half =
            (uint16_t)(sign | 0x7c00 | (mantissa != 0 ? 0x200 : 0)); /* infinite, or no number */
    else if (exponent >= 113 && exponent <= 142)
        *half = (uint16_t)(sign | (exponent - 112) << 10 | mantissa >> 13);
    else if (exponent >= 103 && exponent < 113) { /* subnormal: whole multiples of 2^-24 */
        uint32_t whole = mantissa | 0x800000;
        uint32_t shift = 126 - exponent;
        if ((whole & ((1u << shift) - 1)) != 0)
            return false;
        *half = (uint16_t)(sign | whole >> shift);
    } else if ((bits & 0x7fffffff) == 0)
        *half = (uint16_t)sign;
    else
        return false;
    return true;
}

void cm_cbor_put_double(cm_buf *b, double v) {
    enum { HALF = CM_CBOR_SIMPLE << 5 | 25, SINGLE, DOUBLE };
    float narrow = (float)v;
    double back = (double)narrow;
    uint16_t half;
    if (memcmp(&back, &v, sizeof v) != 0 && v == v) {
        uint64_t bits;
        memcpy(&bits, &v, sizeof bits);
        cm_buf_u8(b, DOUBLE);
        cm_buf_be64(b, bits);
    } else if (as_half(narrow, &half)) {
        cm_buf_u8(b, HALF);
        cm_buf_be16(b, half);
    } else {
        uint32_t bits;
        memcpy(&bits, &narrow, sizeof bits);
        cm_buf_u8(b, SINGLE);
        cm_buf_be32(b, bits);
    }
}

/* Bytes that a head for this length takes. */
static size_t head_size(size_t length) {
    if (length < 24)
        return 1;
    if (length <= UINT8_MAX)
        return 2;
    return length <= UINT16_MAX ? 3 : 5;
}

/* The length of the byte string that is `total` bytes with its head; false when there is none. */
static bool padded_length(size_t total, size_t *length) {
    for (size_t head = 1; head <= 5 && head <= total; head++) {
        if (head_size(total - head) != head)
            continue;
        *length = total - head;
        return true;
    }
    return false;
}

bool cm_cbor_can_pad(size_t total) {
    size_t length;
    return padded_length(total, &length);
}

void cm_cbor_put_padding(cm_buf *b, size_t total) {
    size_t length;
    if (!padded_length(total, &length)) {
        if (b->failed == CM_OK)
            b->failed = CM_ERR_ARGUMENT;
        return;
    }
    put_head(b, CM_CBOR_BYTES, length);
    cm_buf_fill(b, 0, length);
}
