/* What the tokenizers' suites share: files, tokenizers from bytes, tokens of a text. */
#ifndef TOKEN_SUPPORT_H
#define TOKEN_SUPPORT_H

#include <jansson.h>

#include "token/tokenizer.h"

enum { TOKEN_SMALL_COUNT = 3 };

/* Tokenizers in test/data/token, which make.py made. */
extern const char *const TOKEN_SMALL[TOKEN_SMALL_COUNT];

/* A file of test/data/token, to be freed. */
cm_buf token_file(const char *name);

/* A JSON file of it; the caller decrefs it. */
json_t *token_json(const char *name);

/* Reads a tokenizer from bytes. Tables are taken for small.tiktoken's encoding. */
cm_code token_parse(cm_bytes bytes, cm_tokenizer **out, cm_error *err);

/* One of the small ones, which must be good. */
cm_tokenizer *token_small(const char *name);

/* Whole, in one call. */
cm_tokens token_encode(const cm_tokenizer *t, const void *text, size_t size, bool offsets);

/* The same, fed `step` bytes at a time. */
cm_tokens token_feed(const cm_tokenizer *t, const void *text, size_t size, size_t step,
                     bool offsets);

void token_check_same(const cm_tokens *a, const cm_tokens *b, const char *what);

/* Random text, full of what split patterns look at. */
cm_buf token_awkward(uint64_t *state, size_t characters);

/* That random text which isn't all UTF-8, of so many characters, comes out the same in parts of
 * each of these sizes as whole, offsets and all; and that it had more than `replaced` bad bytes. */
void token_check_parts(const cm_tokenizer *t, uint64_t seed, size_t characters, const size_t *steps,
                       size_t step_count, uint64_t replaced);

uint64_t token_random(uint64_t *state);

#endif
