/* Texts for somebody else's tokenizer, which takes them whole: they are held until they end. */
#ifndef CM_TOKEN_WHOLE_H
#define CM_TOKEN_WHOLE_H

#include "token/window.h"

#include <countermark/tokenizer.h>

/* Takes a token that begins at this byte of the text. */
typedef cm_code cm_foreign_put(void *user, uint32_t id, size_t begin);

/* A tokenizer that isn't ours. */
typedef struct cm_foreign {
    void *self; /* NULL: there is none */
    uint32_t size;
    uint64_t text_bytes; /* the longest text */
    cm_code (*encode)(const void *self, cm_bytes text, cm_foreign_put *put, void *user,
                      cm_error *err);
    cm_code (*decode)(const void *self, const uint32_t *ids, size_t count, cm_buf *out,
                      cm_error *err);
    void (*free)(void *self);
} cm_foreign;

/* CM_ERR_LIMIT when a text of so many bytes can't be held. */
cm_code cm_whole_admit(const cm_foreign *f, uint64_t bytes, cm_error *err);

/* Encodes what was held, appends its tokens, and lets go of it. */
cm_code cm_whole_encode(const cm_foreign *f, cm_window *text, bool offsets, cm_tokens *out,
                        cm_error *err);

#endif
