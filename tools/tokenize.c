/* countermark tokenize: the token ids of a text, read as it comes. */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common.h"
#include "verbs.h"

enum { CHUNK = 1 << 16 };

/* What is being done, and how much came of it. */
typedef struct job {
    const tool_verb *verb;
    const char *path;
    const char *tokenizer_path;
    const cm_tokenizer *tokenizer;
    bool json;
    uint64_t printed;
} job;

static void print_ids(job *j, const cm_tokens *tokens) {
    for (size_t i = 0; i < tokens->count; i++, j->printed++)
        if (j->json)
            printf("%s%" PRIu32, j->printed != 0 ? "," : "", tokens->ids[i]);
        else
            printf("%" PRIu32 "\n", tokens->ids[i]);
}

/* A text as JSON writes it. What isn't UTF-8 becomes null. */
static void print_text(const char *text) {
    json_t *value = json_string(text);
    char *written = value != NULL ? json_dumps(value, JSON_ENCODE_ANY | JSON_ENSURE_ASCII) : NULL;
    fputs(written != NULL ? written : "null", stdout);
    free(written);
    json_decref(value);
}

static void print_head(const job *j) {
    fputs("{\"file\":", stdout);
    print_text(j->path);
    fputs(",\"tokenizer\":{\"file\":", stdout);
    print_text(j->tokenizer_path);
    fputs(",\"kind\":", stdout);
    print_text(cm_tokenizer_kind(j->tokenizer));
    fputs(",\"name\":", stdout);
    print_text(cm_tokenizer_name(j->tokenizer));
    printf(",\"size\":%" PRIu32 "},\"ids\":[", cm_tokenizer_size(j->tokenizer));
}

static cm_code read_failed(cm_error *err) {
    *err = (cm_error){.code = CM_ERR_IO};
    snprintf(err->message, sizeof err->message, "%s", strerror(errno));
    return CM_ERR_IO;
}

/* Ids are printed as they are found; a text may be larger than memory. */
static cm_code encode(job *j, FILE *in, cm_encoder *encoder, cm_tokens *tokens, cm_error *err) {
    static char chunk[CHUNK];
    cm_code code = CM_OK;
    for (size_t n; code == CM_OK && (n = fread(chunk, 1, sizeof chunk, in)) > 0;) {
        tokens->count = 0;
        code = cm_encoder_feed(encoder, chunk, n, tokens, err);
        if (code == CM_OK)
            print_ids(j, tokens);
    }
    if (code == CM_OK && ferror(in) != 0)
        return read_failed(err);
    tokens->count = 0;
    if (code == CM_OK)
        code = cm_encoder_finish(encoder, tokens, err);
    if (code == CM_OK)
        print_ids(j, tokens);
    return code;
}

static int finish(const job *j, const cm_tokens *tokens) {
    if (j->json)
        printf("],\"n_tokens\":%" PRIu64 ",\"invalid_utf8\":%" PRIu64 "}\n", j->printed,
               tokens->replaced);
    else if (tokens->replaced != 0)
        fprintf(stderr,
                "countermark %s: %s: %" PRIu64 " stretches that aren't UTF-8 were taken for "
                "U+FFFD\n",
                j->verb->name, j->path, tokens->replaced);
    if (fflush(stdout) == 0 && ferror(stdout) == 0)
        return 0;
    fputs("countermark: standard output can't be written\n", stderr);
    return TOOL_EXIT_ERROR;
}

static int tokenize(job *j) {
    cm_error err = {0};
    cm_encoder *encoder = NULL;
    cm_tokens tokens = {0};
    FILE *in = strcmp(j->path, "-") == 0 ? stdin : fopen(j->path, "rb");
    int result = 0, first = in != NULL ? fgetc(in) : EOF;
    cm_code code = in == NULL || (first == EOF && ferror(in) != 0)
                       ? read_failed(&err)
                       : cm_encoder_new(j->tokenizer, false, &encoder, &err);
    if (code == CM_OK) {
        if (first != EOF)
            (void)ungetc(first, in);
        if (j->json)
            print_head(j);
        code = encode(j, in, encoder, &tokens, &err);
    }
    result = code == CM_OK ? finish(j, &tokens) : tool_failed(j->verb, j->path, &err);
    cm_tokens_free(&tokens);
    cm_encoder_free(encoder);
    if (in != NULL && in != stdin)
        fclose(in);
    return result;
}

static int run(const tool_verb *verb, int argc, char **argv) {
    job j = {.verb = verb};
    cm_tokenizer_options how = {0};
    cm_tokenizer *tokenizer = NULL;
    cm_error err = {0};
    const tool_option options[] = {
        {"tokenizer", 't', "FILE", .text = &j.tokenizer_path,
         .help = "tokenizer.json, .tiktoken, .gguf, encoder.json or .model"},
        {"encoding", 0, "NAME", .text = &how.encoding,
         .help = "for .tiktoken: cl100k_base, o200k_base, ..."},
        {"json", 0, NULL, .flag = &j.json, .help = "one object with the ids"},
    };
    int first = 0;
    int code = tool_parse(verb, options, sizeof options / sizeof options[0], argc, argv, &first);
    if (code != TOOL_GO_ON)
        return code;
    if (j.tokenizer_path == NULL)
        return tool_usage(verb, "--tokenizer is needed: the generator's own");
    if (argc - first != 1)
        return tool_usage(verb, "one file is expected");
    j.path = argv[first];
    if (cm_tokenizer_read(j.tokenizer_path, &how, &tokenizer, &err) != CM_OK)
        return tool_failed(verb, j.tokenizer_path, &err);
    j.tokenizer = tokenizer;
    code = tokenize(&j);
    cm_tokenizer_free(tokenizer);
    return code;
}

const tool_verb tool_verb_tokenize = {
    .name = "tokenize",
    .summary = "the token ids of a text, as a model's tokenizer has them",
    .usage = "FILE --tokenizer T [--json]",
    .about = "Prints the ids, one a line. What looks like a special token is ordinary text. FILE "
             "may be\n"
             "\"-\" and of any size; under a SentencePiece .model at most 4 MiB.",
    .example = "countermark tokenize essay.txt --tokenizer tokenizer.json --json",
    .run = run,
};
