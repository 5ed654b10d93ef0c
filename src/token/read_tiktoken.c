/* tiktoken's tables: a line for each token, its bytes in base64, a space, and its rank, which is
 * its id. */
#include "token/tokenizer.h"

enum { FILE_MAX = 1 << 24, TOKEN_MAX = 256 };

static int sextet(uint8_t c) {
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Base64 up to the space, into token[TOKEN_MAX]. */
static bool read_token(cm_reader *r, uint8_t *token, size_t *size) {
    uint32_t bits = 0, have = 0;
    uint8_t c = cm_read_u8(r);
    *size = 0;
    for (; sextet(c) >= 0; c = cm_read_u8(r)) {
        bits = bits << 6 | (uint32_t)sextet(c);
        have += 6;
        if (have >= 8) {
            have -= 8;
            if (*size == TOKEN_MAX)
                return false;
            token[(*size)++] = (uint8_t)(bits >> have);
        }
    }
    while (c == '=')
        c = cm_read_u8(r);
    return c == ' ' && *size != 0 && !r->bad;
}

static bool read_rank(cm_reader *r, uint32_t *rank) {
    uint64_t v = 0;
    size_t digits = 0;
    for (; cm_reader_left(r) != 0 && r->data[r->at] >= '0' && r->data[r->at] <= '9'; digits++) {
        v = 10 * v + (r->data[r->at++] - '0');
        if (v >= UINT32_MAX)
            return false;
    }
    *rank = (uint32_t)v;
    (void)cm_read_match(r, "\r", 1);
    return digits != 0 && (cm_read_match(r, "\n", 1) || r->at == r->size);
}

static cm_code read_table(cm_reader *r, cm_tokenizer *t, uint32_t *lines, cm_error *err) {
    uint8_t token[TOKEN_MAX];
    cm_code code = CM_OK;
    for (*lines = 0; cm_reader_left(r) != 0 && code == CM_OK; ++*lines) {
        size_t size;
        uint32_t rank;
        if (!read_token(r, token, &size) || !read_rank(r, &rank))
            return cm_fail(err, CM_ERR_FORMAT, "line %u is not a token and its rank", *lines + 1);
        code = cm_vocab_put(&t->bpe.vocab, rank, (cm_bytes){.data = token, .size = size}, err);
    }
    return code;
}

/* A table says nothing of how text is split, and one that is cut off after a line is still a table:
 * only the number of its tokens tells. */
static cm_code choose_encoding(const cm_token_file *file, cm_tokenizer *t, uint32_t lines,
                               cm_error *err) {
    const cm_token_encoding *e =
        file->encoding != NULL ? file->encoding : cm_token_encoding_guess(file->path, lines);
    if (e == NULL)
        return cm_fail(err, CM_ERR_UNSUPPORTED,
                       "a table of %u tokens: cut off, or of an encoding that isn't known", lines);
    if (e->ranks != lines)
        return cm_fail(err, CM_ERR_FORMAT, "a table of %u tokens, and %s has %u", lines, e->name,
                       e->ranks);
    snprintf(t->name, sizeof t->name, "%s", e->name);
    t->least_size = e->size;
    return cm_token_add_pattern(t, cm_text_bytes(e->pattern), err);
}

cm_code cm_token_read_tiktoken(const cm_token_file *file, cm_tokenizer *t, cm_error *err) {
    cm_buf text = {.limit = FILE_MAX};
    uint32_t lines = 0;
    t->kind = "tiktoken";
    cm_code code = cm_source_load(file->source, 0, cm_source_size(file->source), &text, err);
    cm_reader r = cm_reader_over(cm_buf_bytes(&text));
    if (code == CM_OK)
        code = read_table(&r, t, &lines, err);
    cm_buf_free(&text);
    if (code == CM_OK)
        code = choose_encoding(file, t, lines, err);
    if (code != CM_OK)
        return code;
    cm_bpe_find_bytes(&t->bpe);
    for (int i = 0; i < 256; i++)
        if (t->bpe.byte_ids[i] == CM_NO_TOKEN)
            return cm_fail(err, CM_ERR_FORMAT, "the table lacks byte 0x%02x", (unsigned)i);
    t->bpe.whole_first = true;
    return cm_merges_from_ranks(&t->bpe.merges, &t->bpe.vocab, err);
}
