/* Added tokens that are part of ordinary text, such as "<think>": they are found before the text is
 * split, wherever they stand. (Special tokens aren't among them: spec/tokenizers.md §5.) */
#ifndef CM_TOKEN_ADDED_H
#define CM_TOKEN_ADDED_H

#include "base/buf.h"

#define CM_ADDED_TEXT UINT32_MAX

enum { CM_ADDED_MAX = 1 << 16, CM_ADDED_LENGTH_MAX = 256 };

typedef struct cm_added_token {
    uint32_t start, length; /* in `bytes` */
    uint32_t id; /* CM_ADDED_TEXT: stays ordinary text, but no other one is sought within */
} cm_added_token;

typedef struct cm_added {
    cm_buf bytes;
    cm_added_token *tokens; /* sorted by bytes once sealed */
    size_t count;
    size_t capacity;
    bool first[256]; /* bytes that one of them begins with */
} cm_added;

void cm_added_free(cm_added *a);
cm_code cm_added_put(cm_added *a, uint32_t id, cm_bytes token, cm_error *err);
void cm_added_seal(cm_added *a); /* after the last put */

/* Whether finding them from left to right could differ from taking the longest first: one's end is
 * the beginning of one as long or longer. Once sealed; costs too much for more than a few thousand.
 */
bool cm_added_entangled(const cm_added *a);

/* What stands at or behind text[at]. */
typedef struct cm_added_find {
    bool found;
    size_t start; /* of the token; otherwise: before this, none begins */
    size_t end;
    uint32_t id;
} cm_added_find;

/* The first token, and of several there the longest. Unless the text is `closed`, a token that its
 * end may cut off is left for later. */
cm_added_find cm_added_next(const cm_added *a, cm_bytes text, size_t at, bool closed);

#endif
