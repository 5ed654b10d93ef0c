/* Room for tokens. */
#ifndef CM_TOKEN_TOKENS_H
#define CM_TOKEN_TOKENS_H

#include <countermark/tokenizer.h>

cm_code cm_tokens_grow(cm_tokens *tokens, size_t n, bool offsets, cm_error *err);

/* Makes room for n more, with offsets where they are asked for or there are some already: both have
 * the same capacity. */
static inline cm_code cm_tokens_reserve(cm_tokens *tokens, size_t n, bool offsets, cm_error *err) {
    bool there = tokens->offsets != NULL;
    if (n <= tokens->capacity - tokens->count && (there || !offsets))
        return CM_OK;
    return cm_tokens_grow(tokens, n, offsets || there, err);
}

#endif
