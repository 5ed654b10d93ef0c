#include "token/encodings.h"

#include <stddef.h>
#include <string.h>

#include "token/split.h"

static const cm_token_encoding ENCODINGS[] = {
    {"cl100k_base", CM_PATTERN_CL100K, 100256, 100277},
    {"o200k_base", CM_PATTERN_O200K, 199998, 200019},
    {"r50k_base", CM_PATTERN_GPT2, 50256, 50257},
    {"p50k_base", CM_PATTERN_GPT2, 50280, 50281},
    {"gpt2", CM_PATTERN_GPT2, 50256, 50257},
    {"llama3", CM_PATTERN_LLAMA3, 128000, 128256},
};

enum { COUNT = sizeof ENCODINGS / sizeof ENCODINGS[0] };

const cm_token_encoding *cm_token_encoding_find(const char *name) {
    for (size_t i = 0; i < COUNT; i++)
        if (strcmp(ENCODINGS[i].name, name) == 0)
            return &ENCODINGS[i];
    return NULL;
}

const cm_token_encoding *cm_token_encoding_guess(const char *path, uint32_t ranks) {
    const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
    for (size_t i = 0; i < COUNT; i++)
        if (strstr(name, ENCODINGS[i].name) != NULL)
            return ENCODINGS[i].ranks == ranks ? &ENCODINGS[i] : NULL;
    for (size_t i = 0; i < COUNT; i++)
        if (ENCODINGS[i].ranks == ranks)
            return &ENCODINGS[i];
    return NULL;
}
