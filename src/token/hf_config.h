/* The small parts of a tokenizer.json: normaliser, splitting, added tokens. Each takes the text of
 * its value, or {NULL, 0} where the file has none. */
#ifndef CM_TOKEN_HF_CONFIG_H
#define CM_TOKEN_HF_CONFIG_H

#include "token/tokenizer.h"

cm_code cm_hf_normalizer(cm_bytes text, cm_tokenizer *t, cm_error *err);
cm_code cm_hf_splitter(cm_bytes text, cm_tokenizer *t, cm_error *err);

/* Only when the vocabulary is in. */
cm_code cm_hf_added(cm_bytes text, cm_tokenizer *t, cm_error *err);

/* The id of a token as the file writes it; CM_ERR_FORMAT when there is none. */
cm_code cm_hf_find_written(const cm_vocab *v, cm_bytes written, cm_buf *room, uint32_t *id,
                           cm_error *err);

#endif
