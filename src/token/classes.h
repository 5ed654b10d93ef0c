/* Which characters are letters, numbers, white space: what split patterns ask (Unicode 16). */
#ifndef CM_TOKEN_CLASSES_H
#define CM_TOKEN_CLASSES_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum {
    CM_CLASS_LETTER = 1,   /* \p{L} */
    CM_CLASS_NUMBER = 2,   /* \p{N} */
    CM_CLASS_SPACE = 4,    /* White_Space */
    CM_CLASS_UPPER = 8,    /* \p{Lu} \p{Lt} \p{Lm} \p{Lo} \p{M} */
    CM_CLASS_LOWER = 16,   /* \p{Ll} \p{Lm} \p{Lo} \p{M} */
    CM_CLASS_NEWLINE = 32, /* CR, LF */
    CM_CLASS_COMBINES = 64 /* NFC (Unicode 9) may change it, or join it to what stands before */
};

enum { CM_CODE_POINTS = 0x110000 };

/* One byte for each code point. Release with free(). */
cm_code cm_classes_new(uint8_t **out, cm_error *err);

/* The character at p of valid UTF-8, and how many bytes it has. */
static inline uint32_t cm_utf8_at(const uint8_t *p, size_t *n) {
    if (p[0] < 0x80) {
        *n = 1;
        return p[0];
    }
    if (p[0] < 0xe0) {
        *n = 2;
        return (uint32_t)(p[0] & 0x1f) << 6 | (p[1] & 0x3f);
    }
    if (p[0] < 0xf0) {
        *n = 3;
        return (uint32_t)(p[0] & 0x0f) << 12 | (uint32_t)(p[1] & 0x3f) << 6 | (p[2] & 0x3f);
    }
    *n = 4;
    return (uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3f) << 12 |
           (uint32_t)(p[2] & 0x3f) << 6 | (p[3] & 0x3f);
}

#endif
