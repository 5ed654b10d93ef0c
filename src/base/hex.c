#include "base/hex.h"

void cm_hex_encode(const uint8_t *bytes, size_t n, char *text) {
    for (size_t i = 0; i < n; i++)
        for (int half = 0; half < 2; half++) {
            /* Arithmetic instead of a table: a table's cache lines would show the nibble. */
            int v = half == 0 ? bytes[i] >> 4 : bytes[i] & 15;
            text[2 * i + (size_t)half] = (char)('0' + v + (((9 - v) >> 8) & ('a' - '0' - 10)));
        }
    text[2 * n] = '\0';
}

/* All ones when low <= c <= high, else 0. */
static int between(int c, int low, int high) {
    return ~((c - low) >> 8) & ~((high - c) >> 8);
}

bool cm_hex_decode(const char *text, size_t n, uint8_t *bytes) {
    int bad = 0;
    for (size_t i = 0; i < 2 * n; i++) {
        int c = (unsigned char)text[i];
        int lower = c | 0x20;
        int digit = between(c, '0', '9');
        int letter = between(lower, 'a', 'f');
        int v = (digit & (c - '0')) | (letter & (lower - 'a' + 10));
        bad |= ~(digit | letter);
        bytes[i / 2] = (uint8_t)(i % 2 == 0 ? v << 4 : bytes[i / 2] | v);
    }
    return bad == 0;
}
