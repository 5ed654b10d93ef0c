/* What tiktoken knows of its encodings and their tables don't say. */
#ifndef CM_TOKEN_ENCODINGS_H
#define CM_TOKEN_ENCODINGS_H

#include <stdint.h>

typedef struct cm_token_encoding {
    const char *name;
    const char *pattern;
    uint32_t ranks; /* tokens in its table */
    uint32_t size;  /* of the vocabulary, special tokens included */
} cm_token_encoding;

/* NULL when there is none of this name. */
const cm_token_encoding *cm_token_encoding_find(const char *name);

/* By a file's name, which may hold that of an encoding, and the number of tokens in it; NULL when
 * they don't agree with any. */
const cm_token_encoding *cm_token_encoding_guess(const char *path, uint32_t ranks);

#endif
