/* Bytes as lower-case hexadecimal text. */
#ifndef CM_BASE_HEX_H
#define CM_BASE_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Writes 2 * n digits and a NUL to `text`. */
void cm_hex_encode(const uint8_t *bytes, size_t n, char *text);

/* Reads exactly 2 * n digits of either case; false when there is anything else among them. Time
 * doesn't depend on the digits' values, which may be a secret. */
bool cm_hex_decode(const char *text, size_t n, uint8_t *bytes);

#endif
