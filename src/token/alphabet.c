#include "token/alphabet.h"

/* Printable characters of Latin-1 stand for themselves; the other 68 bytes, in ascending order, are
 * written as U+0100 and on. */
static bool stands_for_itself(uint32_t c) {
    return (c >= 0x21 && c <= 0x7e) || (c >= 0xa1 && c <= 0xac) || (c >= 0xae && c <= 0xff);
}

/* The byte that U+0100 + n is for. */
static uint8_t shifted(uint32_t n) {
    if (n <= 0x20)
        return (uint8_t)n;
    return n < 0x43 ? (uint8_t)(0x7f + (n - 0x21)) : 0xad;
}

bool cm_alphabet_bytes(cm_bytes token, cm_buf *out) {
    out->size = 0;
    for (size_t i = 0; i < token.size; i++) {
        uint32_t c = token.data[i];
        if (c >= 0x80) {
            if (c < 0xc2 || c > 0xc5 || i + 1 == token.size || (token.data[i + 1] & 0xc0) != 0x80)
                return false;
            c = (c & 0x1f) << 6 | (token.data[++i] & 0x3fu);
        }
        if (stands_for_itself(c))
            cm_buf_u8(out, (uint8_t)c);
        else if (c >= 0x100 && c < 0x144)
            cm_buf_u8(out, shifted(c - 0x100));
        else
            return false;
    }
    return out->failed == CM_OK;
}
