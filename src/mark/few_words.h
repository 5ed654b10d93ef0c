/* Reading payloads of so few bits that every word can be held against what was received
 * (spec/image-mark.md §6.5): by 2^16 words, and by the one of no bits. */
#ifndef CM_MARK_FEW_WORDS_H
#define CM_MARK_FEW_WORDS_H

#include "mark/code.h"

typedef struct cm_few_words cm_few_words;

cm_code cm_few_words_new(cm_few_words **out, cm_error *err);
void cm_few_words_free(cm_few_words *w); /* NULL is allowed */

/* The word of CM_SHORT_BITS that correlates best with `soft`, as for cm_decoder_run(): of all, for
 * sure. One object serves one thread at a time. */
void cm_few_words_short(cm_few_words *w, const float *soft, cm_decoded *out);

/* The word of no bits. */
void cm_few_words_presence(const float *soft, cm_decoded *out);

/* CM_ERR_ARGUMENT when a payload of 64 bits has a word so near to one of fewer bits that a damaged
 * mark might be taken for that one. Of random payloads one in 10^14 is refused. */
cm_code cm_few_words_keep_off(cm_payload payload, cm_error *err);

#endif
