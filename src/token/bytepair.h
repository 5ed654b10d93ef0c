/* Vocabulary and merges as files of GPT-2's kind list them: in its alphabet. */
#ifndef CM_TOKEN_BYTEPAIR_H
#define CM_TOKEN_BYTEPAIR_H

#include "token/tokenizer.h"

/* Adds a token as it is written. One that isn't in the alphabet is plain. */
cm_code cm_bytepair_token(cm_tokenizer *t, uint32_t id, cm_bytes written, cm_buf *room,
                          cm_error *err);

/* Adds those of a JSON object from tokens to ids. */
cm_code cm_bytepair_vocabulary(cm_tokenizer *t, cm_bytes object, cm_error *err);

/* Adds the merge of two tokens, of this rank; what they become must be a token. Of two merges for a
 * pair the last counts, or the first with `keep`. */
cm_code cm_bytepair_merge(cm_tokenizer *t, cm_bytes left, cm_bytes right, uint32_t rank, bool keep,
                          cm_buf *room, cm_error *err);

/* The same for "left right". */
cm_code cm_bytepair_merge_line(cm_tokenizer *t, cm_bytes line, uint32_t rank, bool keep,
                               cm_buf *room, cm_error *err);

#endif
