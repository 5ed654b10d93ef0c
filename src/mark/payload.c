#include "mark/payload.h"

#include <inttypes.h>
#include <stdio.h>

enum { CRC_POLY = 0x80f, FORMAT_FULL = 1, FORMAT_SHORT = 2, FORMAT_PRESENCE = 3 };

/* A short payload is spread over the field of 64 bits, so that its 2^16 words are 124 code bits
 * apart and not 36: times SPREAD as polynomials over GF(2). The constants are the first binary
 * digits of the golden ratio (the last one set), of the fraction of pi, and of e. */
static const uint64_t SPREAD = 0x19e3779b97f4b, SHORT_FIELD = 0x243f6a8885a308d3,
                      PRESENCE_FIELD = 0xadf85458a2bb4a9a;

bool cm_payload_same(cm_payload a, cm_payload b) {
    return a.bits == b.bits && a.value == b.value;
}

void cm_payload_text(cm_payload p, char text[CM_PAYLOAD_TEXT]) {
    text[0] = '\0';
    if (p.bits > 0)
        (void)snprintf(text, CM_PAYLOAD_TEXT, "%0*" PRIx64, p.bits / 4, p.value);
}

/* CRC-12, x^12 + x^11 + x^3 + x^2 + x + 1, all ones first, over bits most significant first. */
static unsigned crc12(const uint8_t *bits, int n) {
    unsigned crc = 0xfff;
    for (int i = 0; i < n; i++) {
        unsigned top = (crc >> 11 ^ bits[i]) & 1u;
        crc = (crc << 1 ^ (top ? CRC_POLY : 0)) & 0xfff;
    }
    return crc;
}

static void put_bits(uint8_t *bits, uint64_t value, int n) {
    for (int i = 0; i < n; i++)
        bits[i] = (uint8_t)(value >> (n - 1 - i) & 1);
}

static uint64_t get_bits(const uint8_t *bits, int n) {
    uint64_t value = 0;
    for (int i = 0; i < n; i++)
        value = value << 1 | bits[i];
    return value;
}

static uint64_t spread(uint64_t value) {
    uint64_t field = SHORT_FIELD;
    for (int i = 0; i < CM_SHORT_BITS; i++)
        if (value >> i & 1)
            field ^= SPREAD << i;
    return field;
}

void cm_payload_write(cm_payload p, uint8_t *info) {
    int format = FORMAT_FULL;
    uint64_t field = p.value;
    if (p.bits == CM_SHORT_BITS) {
        format = FORMAT_SHORT;
        field = spread(p.value);
    } else if (p.bits == 0) {
        format = FORMAT_PRESENCE;
        field = PRESENCE_FIELD;
    }
    put_bits(info, (uint64_t)format, CM_HEADER_BITS);
    put_bits(info + CM_HEADER_BITS, field, CM_PAYLOAD_BITS);
    put_bits(info + CM_HEADER_BITS + CM_PAYLOAD_BITS, crc12(info, CM_HEADER_BITS + CM_PAYLOAD_BITS),
             CM_CRC_BITS);
}

bool cm_payload_read(const uint8_t *info, cm_payload *out) {
    const uint8_t *crc = info + CM_HEADER_BITS + CM_PAYLOAD_BITS;
    *out = (cm_payload){.bits = CM_PAYLOAD_BITS,
                        .value = get_bits(info + CM_HEADER_BITS, CM_PAYLOAD_BITS)};
    return get_bits(info, CM_HEADER_BITS) == FORMAT_FULL &&
           get_bits(crc, CM_CRC_BITS) == crc12(info, CM_HEADER_BITS + CM_PAYLOAD_BITS);
}
