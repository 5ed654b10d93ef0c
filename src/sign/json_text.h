/* Whether bytes are JSON (RFC 8259), without reading what they say. */
#ifndef CM_SIGN_JSON_TEXT_H
#define CM_SIGN_JSON_TEXT_H

#include "base/reader.h"

enum { CM_JSON_DEPTH = 512 }; /* deeper than that it isn't taken for JSON */

/* One value, in UTF-8 without a byte order mark, with nothing but blanks around it. */
bool cm_is_json(cm_bytes text);

#endif
