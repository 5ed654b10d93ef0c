/* Whether bytes are UTF-8. */
#ifndef CM_BASE_UTF8_H
#define CM_BASE_UTF8_H

#include "base/reader.h"

/* RFC 3629, strictly: no overlong forms, no surrogates, nothing above U+10FFFF. */
bool cm_utf8_valid(cm_bytes text);

#endif
