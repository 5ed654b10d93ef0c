/* Token ids of texts under well-known vocabularies (test/oracle/vocabularies.sh fetches them). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <countermark/tokenizer.h>

#include "checks.h"
#include "fields.h"

static struct {
    const char *name; /* the field of a case */
    const char *file;
    cm_tokenizer *tokenizer; /* NULL where the file isn't there, or can't be read */
    cm_error error;          /* why not */
} VOCABULARIES[] = {
    {"tiktoken:cl100k_base", "cl100k_base.tiktoken", NULL, {0}},
    {"tiktoken:o200k_base", "o200k_base.tiktoken", NULL, {0}},
    {"tiktoken:r50k_base", "r50k_base.tiktoken", NULL, {0}},
    {"hf:qwen3", "qwen3.json", NULL, {0}},
    {"hf:llama3", "llama3.json", NULL, {0}},
    {"hf:gpt2", "gpt2/encoder.json", NULL, {0}},
    {"gguf:smollm2", "smollm2.gguf", NULL, {0}},
};

enum { COUNT = sizeof VOCABULARIES / sizeof *VOCABULARIES };

void prepare_tokenizers(void) {
    const char *directory = getenv("CM_TOKENIZERS");
    for (size_t i = 0; directory != NULL && i < COUNT; i++) {
        char path[1024];
        snprintf(path, sizeof path, "%s/%s", directory, VOCABULARIES[i].file);
        if (access(path, F_OK) == 0)
            (void)cm_tokenizer_read(path, NULL, &VOCABULARIES[i].tokenizer, &VOCABULARIES[i].error);
    }
}

static void check_ids(const cm_tokenizer *t, const char *name, const json_t *c) {
    const json_t *want = list(c, name), *string = field(c, "text");
    cm_tokens got = {0};
    cm_error err = {0};
    if (!json_is_string(string))
        mismatch("text isn't a text");
    expect_ok(cm_tokenizer_encode(t, json_string_value(string), json_string_length(string), false,
                                  &got, &err),
              &err);
    for (size_t i = 0; i < got.count && i < json_array_size(want); i++)
        if (got.ids[i] != word_of(element(want, i)))
            mismatch("%s: id %zu: got %u, want %llu", name, i, got.ids[i],
                     (unsigned long long)word_of(element(want, i)));
    if (got.count != json_array_size(want))
        mismatch("%s: got %zu ids, want %zu", name, got.count, json_array_size(want));
    cm_tokens_free(&got);
}

/* A name that we don't know is one whose vocabulary isn't there. */
void check_tokenizers(const json_t *file, const json_t *c) {
    (void)file;
    const char *name, *lacking = NULL;
    json_t *value;
    size_t judged = 0;
    json_object_foreach((json_t *)(uintptr_t)c, name, value) {
        if (strchr(name, ':') == NULL)
            continue;
        size_t i = 0;
        while (i < COUNT && strcmp(VOCABULARIES[i].name, name) != 0)
            i++;
        if (i < COUNT && VOCABULARIES[i].error.code != CM_OK)
            mismatch("%s: %s", VOCABULARIES[i].file, VOCABULARIES[i].error.message);
        if (i == COUNT || VOCABULARIES[i].tokenizer == NULL) {
            lacking = name;
            continue;
        }
        check_ids(VOCABULARIES[i].tokenizer, name, c);
        judged++;
    }
    if (lacking != NULL)
        cannot_judge("no vocabulary for %s", lacking);
    if (judged == 0)
        mismatch("no ids");
}
