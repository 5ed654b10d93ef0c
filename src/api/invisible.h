/* Characters that don't show, by which a text's tokens can be changed without changing its looks.
 */
#ifndef CM_API_INVISIBLE_H
#define CM_API_INVISIBLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Finds them in UTF-8 that comes in parts, and leaves them out where asked to. */
typedef struct cm_invisible {
    bool strip;
    uint64_t found;
    uint8_t held[4]; /* the beginning of a character whose end is yet to come */
    size_t held_count;
} cm_invisible;

/* Filters n bytes into `out`, which has room for n + 4, and returns how many it wrote. */
size_t cm_invisible_filter(cm_invisible *f, const uint8_t *in, size_t n, uint8_t *out);

/* What is still held, at the end of the text: up to 3 bytes. */
size_t cm_invisible_end(cm_invisible *f, uint8_t *out);

#endif
