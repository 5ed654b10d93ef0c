/* Other people's text, made into valid UTF-8. */
#ifndef CM_ASSET_TEXT_H
#define CM_ASSET_TEXT_H

#include "base/reader.h"

typedef enum cm_encoding {
    CM_TEXT_UTF8,
    CM_TEXT_LATIN1, /* unless it happens to be valid UTF-8, which writers put there all the same */
    CM_TEXT_UTF16LE,
    CM_TEXT_UTF16BE
} cm_encoding;

/* `raw` as UTF-8 with a NUL behind it, without white space and NULs at either end. What can't be
 * decoded, and a NUL within, becomes U+FFFD. Cut off after `most` bytes at the end of a character,
 * which `*shortened` tells. Control characters stay: whoever prints defuses them. NULL when memory
 * is short; release with free(). */
char *cm_text_utf8(cm_bytes raw, cm_encoding encoding, size_t most, bool *shortened);

#endif
