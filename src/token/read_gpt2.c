/* GPT-2's own pair of files: encoder.json or vocab.json, and vocab.bpe or merges.txt beside it. */
#include <stdlib.h>

#include "token/bytepair.h"
#include "token/encodings.h"
#include "token/json.h"

enum { FILE_MAX = 1 << 25, PATH_SIZE = 4096 };

static cm_code read_vocabulary(cm_bytes text, cm_tokenizer *t, cm_error *err) {
    cm_json j = cm_json_over(text);
    cm_buf name = {0}, room = {0};
    cm_code code = CM_OK;
    (void)cm_json_enter(&j, '{');
    while (code == CM_OK && cm_json_member(&j, &name)) {
        uint32_t id;
        if (cm_json_id(&j, &id))
            code = cm_bytepair_token(t, id, cm_buf_bytes(&name), &room, err);
    }
    if (code == CM_OK && j.r.bad)
        code = cm_fail(err, CM_ERR_FORMAT, "not a table of tokens in JSON");
    cm_buf_free(&name);
    cm_buf_free(&room);
    return code;
}

static cm_code read_merges(cm_bytes text, cm_tokenizer *t, cm_error *err) {
    cm_buf room = {0};
    cm_code code = CM_OK;
    uint32_t rank = 0;
    for (size_t at = 0; at < text.size && code == CM_OK;) {
        const uint8_t *line = text.data + at, *end = memchr(line, '\n', text.size - at);
        size_t n = end != NULL ? (size_t)(end - line) : text.size - at;
        at += n + 1;
        n -= n != 0 && line[n - 1] == '\r';
        if (n != 0 && !(n >= 8 && memcmp(line, "#version", 8) == 0))
            code = cm_bytepair_merge_line(t, (cm_bytes){.data = line, .size = n}, rank++, false,
                                          &room, err);
    }
    cm_buf_free(&room);
    return code;
}

/* Opens what stands beside the file under one of the names for merges. */
static cm_code open_merges(const cm_token_file *file, cm_source **out, cm_error *err) {
    static const char *const NAMES[] = {"vocab.bpe", "merges.txt"};
    const char *slash = strrchr(file->path, '/');
    int directory = slash != NULL ? (int)(slash - file->path) + 1 : 0;
    cm_code code = CM_ERR_UNSUPPORTED;
    for (size_t i = 0; i < 2 && code != CM_OK; i++) {
        char path[PATH_SIZE];
        int n = snprintf(path, sizeof path, "%.*s%s", directory, file->path, NAMES[i]);
        if (n > 0 && n < PATH_SIZE)
            code = cm_source_open(path, file->options != NULL ? file->options->limits : NULL, out,
                                  NULL);
    }
    return code == CM_OK ? CM_OK
                         : cm_fail(err, CM_ERR_UNSUPPORTED,
                                   "a table of tokens without vocab.bpe or merges.txt beside it");
}

static cm_code choose_encoding(const cm_token_file *file, cm_tokenizer *t, cm_error *err) {
    const char *asked = file->options != NULL ? file->options->encoding : NULL;
    const cm_encoding *e = cm_encoding_find(asked != NULL ? asked : "gpt2");
    if (e == NULL)
        return cm_fail(err, CM_ERR_ARGUMENT, "no encoding is called %s", asked);
    if (asked == NULL && t->bpe.vocab.size != e->size)
        return cm_fail(err, CM_ERR_UNSUPPORTED,
                       "%u tokens, and GPT-2 has %u: read the model's tokenizer.json instead",
                       t->bpe.vocab.size, e->size);
    snprintf(t->name, sizeof t->name, "%s", e->name);
    return cm_token_add_pattern(t, cm_text_bytes(e->pattern), err);
}

cm_code cm_token_read_gpt2(const cm_token_file *file, cm_tokenizer *t, cm_error *err) {
    cm_buf vocabulary = {.limit = FILE_MAX}, merges = {.limit = FILE_MAX};
    cm_source *beside = NULL;
    t->kind = "gpt2";
    cm_code code = cm_source_load(file->source, 0, cm_source_size(file->source), &vocabulary, err);
    if (code == CM_OK)
        code = read_vocabulary(cm_buf_bytes(&vocabulary), t, err);
    if (code == CM_OK)
        code = choose_encoding(file, t, err);
    if (code == CM_OK)
        code = open_merges(file, &beside, err);
    if (code == CM_OK)
        code = cm_source_load(beside, 0, cm_source_size(beside), &merges, err);
    if (code == CM_OK)
        code = read_merges(cm_buf_bytes(&merges), t, err);
    cm_source_close(beside);
    cm_buf_free(&vocabulary);
    cm_buf_free(&merges);
    cm_bpe_find_bytes(&t->bpe);
    return code;
}
