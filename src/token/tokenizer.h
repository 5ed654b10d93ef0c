/* What a tokenizer is inside, and the readers that make one. */
#ifndef CM_TOKEN_TOKENIZER_H
#define CM_TOKEN_TOKENIZER_H

#include <countermark/tokenizer.h>

#include <string.h>

#include "base/stream.h"
#include "token/added.h"
#include "token/bpe.h"
#include "token/encodings.h"
#include "token/split.h"
#include "token/whole.h"

enum { CM_TOKENIZER_NAME = 64 };

struct cm_tokenizer {
    const char *kind;
    char name[CM_TOKENIZER_NAME];
    cm_bpe bpe;
    cm_added added;
    cm_stage stages[CM_STAGES_MAX];
    size_t stage_count;
    uint32_t least_size; /* the vocabulary's, where special tokens aren't in the file */
    bool nfc;
    bool prefix_space;  /* text that doesn't begin with a space gets one */
    uint8_t *classes;   /* cm_classes_new() */
    cm_foreign foreign; /* encodes in place of all that */
};

/* Where a tokenizer is read from. */
typedef struct cm_token_file {
    const cm_source *source;
    const char *path;                  /* for its name, and what stands beside it; "" for none */
    const cm_token_encoding *encoding; /* what the caller says it is; NULL: told from the file */
    const cm_limits *limits;           /* NULL: the default */
} cm_token_file;

/* Each fills a zeroed tokenizer, all but its classes; on failure it is left for the caller to free.
 */
cm_code cm_token_read_json(const cm_token_file *file, cm_tokenizer *t, cm_error *err);
cm_code cm_token_read_tiktoken(const cm_token_file *file, cm_tokenizer *t, cm_error *err);
cm_code cm_token_read_gguf(const cm_token_file *file, cm_tokenizer *t, cm_error *err);
cm_code cm_token_read_gpt2(const cm_token_file *file, cm_tokenizer *t, cm_error *err);
cm_code cm_token_read_sentencepiece(const cm_token_file *file, cm_tokenizer *t, cm_error *err);

/* Any of them, by content. */
cm_code cm_tokenizer_from_source(const cm_token_file *file, cm_tokenizer **out, cm_error *err);

/* Adds a stage for a pattern; CM_ERR_LIMIT beyond CM_STAGES_MAX. */
cm_code cm_token_add_pattern(cm_tokenizer *t, cm_bytes pattern, cm_error *err);
cm_code cm_token_add_stage(cm_tokenizer *t, cm_stage stage, cm_error *err);

static inline cm_bytes cm_text_bytes(const char *text) {
    return (cm_bytes){.data = (const uint8_t *)text, .size = strlen(text)};
}

#endif
