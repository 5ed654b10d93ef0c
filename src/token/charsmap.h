/* SentencePiece's compiled rules of normalisation, which the library follows without looking where
 * they lead. */
#ifndef CM_TOKEN_CHARSMAP_H
#define CM_TOKEN_CHARSMAP_H

#include "base/buf.h"

enum {
    CM_CHARSMAP_UNITS = 1 << 18, /* of the trie; the largest of the library's own has 44,800 */
    CM_CHARSMAP_KEY = 32,        /* bytes that a rule is for; the library has room for so many */
    CM_CHARSMAP_GROWTH = 16      /* times as much text as there was; its own: 13 */
};

/* Whether every rule stays within the map, and within these bounds. */
cm_code cm_charsmap_check(cm_bytes map, cm_error *err);

#endif
