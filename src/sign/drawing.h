/* Where names and salts of a manifest come from: random bits, or, for output that comes out the
 * same each time, bits that follow from a text. */
#ifndef CM_SIGN_DRAWING_H
#define CM_SIGN_DRAWING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

typedef struct cm_drawing {
    bool fixed;
    uint8_t key[32]; /* of what is fixed */
    uint64_t drawn;  /* blocks so far */
} cm_drawing;

/* Random for NULL; for a text, SHA-256 of a counter after the text's own hash (spec/manifest.md
 * §1.7). */
cm_code cm_drawing_open(const char *text, cm_drawing *out, cm_error *err);

/* At most 32 bytes. CM_ERR_CRYPTO. */
cm_code cm_draw(cm_drawing *d, uint8_t *out, size_t n, cm_error *err);

enum { CM_UUID_TEXT = 37 };

/* A version 4 UUID in lower case. */
cm_code cm_draw_uuid(cm_drawing *d, char text[static CM_UUID_TEXT], cm_error *err);

#endif
