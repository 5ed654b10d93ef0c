/* GPT-2's own pair of files: encoder.json or vocab.json, and vocab.bpe or merges.txt beside it. */
#include <stdlib.h>

#include "token/bytepair.h"

enum { FILE_MAX = 1 << 25, PATH_SIZE = 4096 };

/* GPT-2 numbers the 256 bytes first, and then what the merges make, in their order. So a list that
 * was cut off, or is another's, is told apart. */
static cm_code read_merge(cm_bytes line, uint32_t rank, cm_tokenizer *t, cm_buf *room,
                          cm_error *err) {
    cm_code code = cm_bytepair_merge_line(t, line, rank, false, room, err);
    if (code == CM_OK && cm_vocab_find(&t->bpe.vocab, cm_buf_bytes(room)) != 256 + rank)
        return cm_fail(err, CM_ERR_FORMAT, "merge %u doesn't make token %u", rank, 256 + rank);
    return code;
}

static cm_code read_merges(cm_bytes text, cm_tokenizer *t, uint32_t expected, cm_error *err) {
    cm_buf room = {0};
    cm_code code = CM_OK;
    uint32_t rank = 0;
    for (size_t at = 0; at < text.size && code == CM_OK;) {
        const uint8_t *line = text.data + at, *end = memchr(line, '\n', text.size - at);
        size_t n = end != NULL ? (size_t)(end - line) : text.size - at;
        at += n + 1;
        n -= n != 0 && line[n - 1] == '\r';
        if (n != 0 && !(n >= 8 && memcmp(line, "#version", 8) == 0))
            code = read_merge((cm_bytes){.data = line, .size = n}, rank++, t, &room, err);
    }
    cm_buf_free(&room);
    if (code == CM_OK && rank != expected)
        return cm_fail(err, CM_ERR_FORMAT, "%u merges beside it; %u are expected", rank, expected);
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
            code = cm_source_open(path, file->limits, out, NULL);
    }
    return code == CM_OK ? CM_OK
                         : cm_fail(err, CM_ERR_UNSUPPORTED,
                                   "a table of tokens without vocab.bpe or merges.txt beside it");
}

static cm_code choose_encoding(const cm_token_encoding *e, cm_tokenizer *t, cm_error *err) {
    if (t->bpe.vocab.size != e->size)
        return cm_fail(err, CM_ERR_UNSUPPORTED,
                       "%u tokens, and %s has %u: read the model's tokenizer.json instead",
                       t->bpe.vocab.size, e->name, e->size);
    snprintf(t->name, sizeof t->name, "%s", e->name);
    return cm_token_add_pattern(t, cm_text_bytes(e->pattern), err);
}

cm_code cm_token_read_gpt2(const cm_token_file *file, cm_tokenizer *t, cm_error *err) {
    cm_buf vocabulary = {.limit = FILE_MAX}, merges = {.limit = FILE_MAX};
    const cm_token_encoding *encoding =
        file->encoding != NULL ? file->encoding : cm_token_encoding_find("gpt2");
    cm_source *beside = NULL;
    t->kind = "gpt2";
    cm_code code = cm_source_load(file->source, 0, cm_source_size(file->source), &vocabulary, err);
    if (code == CM_OK)
        code = cm_bytepair_vocabulary(t, cm_buf_bytes(&vocabulary), err);
    if (code == CM_OK)
        code = choose_encoding(encoding, t, err);
    if (code == CM_OK)
        code = open_merges(file, &beside, err);
    if (code == CM_OK)
        code = cm_source_load(beside, 0, cm_source_size(beside), &merges, err);
    if (code == CM_OK)
        code = read_merges(cm_buf_bytes(&merges), t, encoding->ranks - 256, err);
    cm_source_close(beside);
    cm_buf_free(&vocabulary);
    cm_buf_free(&merges);
    cm_bpe_find_bytes(&t->bpe);
    return code;
}
