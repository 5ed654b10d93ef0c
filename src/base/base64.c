#include "base/base64.h"

static const char LETTERS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void cm_base64_encode(cm_bytes bytes, cm_buf *out) {
    for (size_t i = 0; i < bytes.size; i += 3) {
        size_t n = bytes.size - i < 3 ? bytes.size - i : 3;
        uint32_t bits = (uint32_t)bytes.data[i] << 16;
        if (n > 1)
            bits |= (uint32_t)bytes.data[i + 1] << 8;
        if (n > 2)
            bits |= bytes.data[i + 2];
        cm_buf_u8(out, (uint8_t)LETTERS[bits >> 18]);
        cm_buf_u8(out, (uint8_t)LETTERS[bits >> 12 & 63]);
        cm_buf_u8(out, n > 1 ? (uint8_t)LETTERS[bits >> 6 & 63] : '=');
        cm_buf_u8(out, n > 2 ? (uint8_t)LETTERS[bits & 63] : '=');
    }
}

/* 64 for what is no letter of the alphabet. */
static uint32_t value_of(uint8_t c) {
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26u;
    if (c >= '0' && c <= '9')
        return c - '0' + 52u;
    return c == '+' ? 62 : c == '/' ? 63 : 64;
}

/* One group of four characters; returns how many bytes it gives, 0 when it is malformed. */
static size_t decode_group(const uint8_t *at, uint8_t out[3]) {
    size_t letters = at[3] != '=' ? 4 : at[2] != '=' ? 3 : 2;
    uint32_t bits = 0;
    for (size_t i = 0; i < 4; i++) {
        uint32_t value = i < letters ? value_of(at[i]) : 0;
        if (value > 63)
            return 0;
        bits = bits << 6 | value;
    }
    out[0] = (uint8_t)(bits >> 16);
    out[1] = (uint8_t)(bits >> 8);
    out[2] = (uint8_t)bits;
    for (size_t i = letters - 1; i < 3; i++)
        if (out[i] != 0) /* bits that no byte takes must be 0 */
            return 0;
    return letters - 1;
}

/* `out` may be NULL. */
static bool decode(cm_bytes text, cm_buf *out, uint64_t *size) {
    uint8_t bytes[3];
    *size = 0;
    if (text.size % 4 != 0)
        return false;
    for (size_t i = 0; i < text.size; i += 4) {
        size_t n = decode_group(text.data + i, bytes);
        if (n == 0 || (n < 3 && i + 4 < text.size))
            return false;
        *size += n;
        if (out != NULL)
            cm_buf_put(out, bytes, n);
    }
    return true;
}

uint64_t cm_base64_measure(cm_bytes text) {
    uint64_t size;
    return decode(text, NULL, &size) ? size : 0;
}

bool cm_base64_decode(cm_bytes text, cm_buf *out) {
    uint64_t size;
    return decode(text, out, &size);
}
