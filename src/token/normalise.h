/* Normal form C, a stretch at a time. */
#ifndef CM_TOKEN_NORMALISE_H
#define CM_TOKEN_NORMALISE_H

#include "token/window.h"

enum { CM_COMBINING_MAX = 4096 }; /* bytes of one character with all that combines with it */

/* Appends text [start, end) of `from` in NFC to `to`. Unless it is `closed`, what may still combine
 * with the text that follows is left; *done is where that begins. */
cm_code cm_normalise(const cm_window *from, size_t start, size_t end, bool closed,
                     const uint8_t *classes, cm_window *to, size_t *done, cm_error *err);

#endif
