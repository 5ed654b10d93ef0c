/* Tokenizers: text to the token ids of the model that may have written it (spec/tokenizers.md).
 *
 * Byte-level byte pair encoding as tiktoken, Hugging Face's tokenizers and llama.cpp do it, from
 * their files; SentencePiece's models by its own library, in a build with SENTENCEPIECE=1. Text is
 * taken as ordinary text throughout: what looks like a special token, such as "<|endoftext|>", is
 * encoded like any other word, since nothing in a text vouches for it. */
#ifndef COUNTERMARK_TOKENIZER_H
#define COUNTERMARK_TOKENIZER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <countermark/error.h>
#include <countermark/limits.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A tokenizer in memory; never changes once it is read, so threads may share it. */
typedef struct cm_tokenizer cm_tokenizer;

/* Zeroed fields take the default. */
typedef struct cm_tokenizer_options {
    /* What a .tiktoken table is: "cl100k_base", "o200k_base", "r50k_base", "p50k_base", "gpt2" or
     * "llama3"; it must have that one's number of tokens. NULL: told from this and its name. */
    const char *encoding;
    const cm_limits *limits; /* NULL: the default; file_bytes doesn't bound a GGUF file, text_bytes
                                bounds texts under a SentencePiece model */
} cm_tokenizer_options;

/* Reads a tokenizer.json, a .tiktoken table, a GGUF model (its metadata alone), a SentencePiece
 * model, or an encoder.json or vocab.json with vocab.bpe or merges.txt beside it; told apart by
 * content. `options` may be NULL. CM_ERR_UNSUPPORTED for one that this library would not encode
 * exactly as its owner does, and for a SentencePiece model in a build without SentencePiece. Free
 * with cm_tokenizer_free(). */
CM_API cm_code cm_tokenizer_read(const char *path, const cm_tokenizer_options *options,
                                 cm_tokenizer **out, cm_error *err);
CM_API void cm_tokenizer_free(cm_tokenizer *tokenizer); /* NULL is allowed */

/* "tokenizer.json", "tiktoken", "gguf", "gpt2" or "sentencepiece". */
CM_API const char *cm_tokenizer_kind(const cm_tokenizer *tokenizer);

/* What it calls itself: the encoding, what a GGUF file says of its splitting, or "unigram" or "bpe"
 * for a SentencePiece model; "" for nothing. */
CM_API const char *cm_tokenizer_name(const cm_tokenizer *tokenizer);

/* The size of the vocabulary, special tokens included: one more than the highest id. */
CM_API uint32_t cm_tokenizer_size(const cm_tokenizer *tokenizer);

/* Tokens of a text. Zero it before the first use; free with cm_tokens_free(). */
typedef struct cm_tokens {
    uint32_t *ids;
    uint64_t *offsets; /* the byte of the input where each begins; NULL unless asked for */
    size_t count;
    size_t capacity;
    uint64_t replaced; /* how often what isn't UTF-8 was taken for U+FFFD */
} cm_tokens;

CM_API void cm_tokens_free(cm_tokens *tokens); /* leaves it zeroed */

/* Encodes a text, appending to *out. */
CM_API cm_code cm_tokenizer_encode(const cm_tokenizer *tokenizer, const void *text, size_t size,
                                   bool offsets, cm_tokens *out, cm_error *err);

/* Encodes a text that comes in parts, with the same result, wherever it is cut, and in memory that
 * doesn't grow with it. Under a SentencePiece model it is held until it ends, and more of it than
 * limits.text_bytes is CM_ERR_LIMIT. For one thread; the tokenizer must outlive it. */
typedef struct cm_encoder cm_encoder;

CM_API cm_code cm_encoder_new(const cm_tokenizer *tokenizer, bool offsets, cm_encoder **out,
                              cm_error *err);
CM_API void cm_encoder_free(cm_encoder *encoder); /* NULL is allowed */

/* Takes the next part and appends what is certain by now to *out; set out->count to 0 to use it
 * afresh. After a failure the encoder can only be freed. */
CM_API cm_code cm_encoder_feed(cm_encoder *encoder, const void *text, size_t size, cm_tokens *out,
                               cm_error *err);

/* Appends what was held back. The encoder is ready for another text then. */
CM_API cm_code cm_encoder_finish(cm_encoder *encoder, cm_tokens *out, cm_error *err);

/* The bytes that the ids stand for, special tokens as they are written (of a SentencePiece model:
 * the text as its library puts it together); *out ends with a NUL that *size doesn't count.
 * CM_ERR_ARGUMENT for an id that no token has. Free with free(). */
CM_API cm_code cm_tokenizer_decode(const cm_tokenizer *tokenizer, const uint32_t *ids, size_t count,
                                   char **out, size_t *size, cm_error *err);

#ifdef __cplusplus
}
#endif
#endif
