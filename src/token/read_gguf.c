/* The tokenizer inside a GGUF file, as llama.cpp uses it. */
#include <stdlib.h>

#include "token/bytepair.h"
#include "token/gguf.h"

typedef struct splitting {
    const char *name; /* tokenizer.ggml.pre */
    const char *patterns[2];
    bool whole_first;
} splitting;

static const char ONE_DIGIT[] = "\\p{N}";

static const splitting SPLITTINGS[] = {
    {"gpt-2", {CM_PATTERN_GPT2, NULL}, false},
    {"phi-2", {CM_PATTERN_GPT2, NULL}, false},
    {"mpt", {CM_PATTERN_GPT2, NULL}, false},
    {"olmo", {CM_PATTERN_GPT2, NULL}, false},
    {"jais", {CM_PATTERN_GPT2, NULL}, false},
    {"smollm", {ONE_DIGIT, CM_PATTERN_GPT2}, false},
    {"starcoder", {ONE_DIGIT, CM_PATTERN_GPT2}, false},
    {"refact", {ONE_DIGIT, CM_PATTERN_GPT2}, false},
    {"command-r", {ONE_DIGIT, CM_PATTERN_GPT2}, false},
    {"codeshell", {ONE_DIGIT, CM_PATTERN_GPT2}, false},
    {"exaone", {ONE_DIGIT, CM_PATTERN_GPT2}, false},
    {"llama-bpe", {CM_PATTERN_LLAMA3, NULL}, true},
    {"llama3", {CM_PATTERN_LLAMA3, NULL}, true},
    {"llama-v3", {CM_PATTERN_LLAMA3, NULL}, true},
    {"falcon3", {CM_PATTERN_LLAMA3, NULL}, true},
    {"dbrx", {CM_PATTERN_LLAMA3, NULL}, false},
    {"smaug-bpe", {CM_PATTERN_LLAMA3, NULL}, false},
    {"qwen2", {CM_PATTERN_QWEN2, NULL}, false},
    {"deepseek-r1-qwen", {CM_PATTERN_QWEN2, NULL}, false},
    {"stablelm2", {CM_PATTERN_QWEN2, NULL}, false},
};

enum { USER_DEFINED_MAX = 1 << 12 };

enum { NORMAL = 1, UNKNOWN = 2, CONTROL = 3, USER_DEFINED = 4, UNUSED = 5 };

/* What is looked for in the metadata. */
typedef struct wanted {
    cm_gguf_value model, pre, tokens, types, merges;
} wanted;

static void find_values(cm_gguf *g, wanted *w) {
    cm_buf key = {0};
    cm_gguf_value value;
    bool twice = false;
    const struct {
        const char *name;
        cm_gguf_value *value;
    } keys[] = {
        {"tokenizer.ggml.model", &w->model},   {"tokenizer.ggml.pre", &w->pre},
        {"tokenizer.ggml.tokens", &w->tokens}, {"tokenizer.ggml.token_type", &w->types},
        {"tokenizer.ggml.merges", &w->merges},
    };
    while (cm_gguf_next(g, &key, &value))
        for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
            if (cm_bytes_equal(cm_buf_bytes(&key), cm_text_bytes(keys[i].name))) {
                twice = twice || keys[i].value->at != 0;
                *keys[i].value = value;
            }
    cm_buf_free(&key);
    if (twice && g->failed == CM_OK)
        g->failed = cm_fail(g->err, CM_ERR_FORMAT, "GGUF: a key is there twice");
}

static bool is_array(const cm_gguf_value *v, cm_gguf_type item) {
    return v->type == CM_GGUF_ARRAY && v->item == item;
}

static cm_code check(const wanted *w, cm_error *err) {
    if (w->model.type != CM_GGUF_STRING || w->model.at == 0)
        return cm_fail(err, CM_ERR_UNSUPPORTED, "the GGUF file holds no tokenizer");
    if (!is_array(&w->tokens, CM_GGUF_STRING) || !is_array(&w->merges, CM_GGUF_STRING))
        return cm_fail(
            err, CM_ERR_UNSUPPORTED,
            "a GGUF tokenizer without tokens and merges (SentencePiece, WordPiece); only "
            "byte pair encoding is supported");
    if (w->types.at != 0 &&
        (!is_array(&w->types, CM_GGUF_INT32) || w->types.count != w->tokens.count))
        return cm_fail(err, CM_ERR_FORMAT, "GGUF: token types don't fit the tokens");
    return CM_OK;
}

static cm_code read_model(cm_gguf *g, const wanted *w, cm_buf *room, cm_error *err) {
    cm_gguf_seek(g, w->model.at);
    if (!cm_gguf_string(g, room))
        return g->failed;
    if (cm_bytes_equal(cm_buf_bytes(room), cm_text_bytes("gpt2")))
        return CM_OK;
    return cm_fail(err, CM_ERR_UNSUPPORTED,
                   "the GGUF file's tokenizer is \"%.*s\"; only byte-level byte pair encoding "
                   "(\"gpt2\") is supported",
                   (int)(room->size < 40 ? room->size : 40), (const char *)room->data);
}

static cm_code choose_splitting(cm_gguf *g, const wanted *w, cm_tokenizer *t, cm_buf *room,
                                cm_error *err) {
    if (w->pre.at == 0 || w->pre.type != CM_GGUF_STRING)
        return cm_fail(err, CM_ERR_UNSUPPORTED,
                       "the GGUF file doesn't say how text is split (tokenizer.ggml.pre)");
    cm_gguf_seek(g, w->pre.at);
    if (!cm_gguf_string(g, room))
        return g->failed;
    const splitting *s = NULL;
    for (size_t i = 0; i < sizeof SPLITTINGS / sizeof SPLITTINGS[0]; i++)
        if (cm_bytes_equal(cm_buf_bytes(room), cm_text_bytes(SPLITTINGS[i].name)))
            s = &SPLITTINGS[i];
    if (s == NULL)
        return cm_fail(err, CM_ERR_UNSUPPORTED, "GGUF: splitting text as \"%.*s\" isn't supported",
                       (int)(room->size < 40 ? room->size : 40), (const char *)room->data);
    snprintf(t->name, sizeof t->name, "%s", s->name);
    t->bpe.whole_first = s->whole_first;
    cm_code code = CM_OK;
    for (size_t i = 0; i < 2 && s->patterns[i] != NULL && code == CM_OK; i++)
        code = cm_token_add_pattern(t, cm_text_bytes(s->patterns[i]), err);
    return code;
}

/* One byte of a type for each token: they are few, and the arrays stand apart in the file. */
static cm_code read_types(cm_gguf *g, const wanted *w, cm_buf *types) {
    cm_gguf_seek(g, w->types.at);
    for (uint64_t i = 0; i < w->tokens.count && g->failed == CM_OK; i++) {
        uint32_t type = NORMAL;
        if (w->types.at != 0)
            (void)cm_gguf_u32(g, &type);
        cm_buf_u8(types, type <= UNUSED + 1 ? (uint8_t)type : NORMAL);
    }
    return g->failed != CM_OK ? g->failed : cm_buf_status(types, g->err);
}

/* llama.cpp takes the longest first, wherever it stands; we go from left to right. */
static cm_code check_added(cm_tokenizer *t, cm_error *err) {
    if (t->added.count > USER_DEFINED_MAX)
        return cm_fail(err, CM_ERR_LIMIT, "GGUF: more than %d user-defined tokens",
                       USER_DEFINED_MAX);
    cm_added_seal(&t->added);
    if (cm_added_entangled(&t->added))
        return cm_fail(err, CM_ERR_UNSUPPORTED, "GGUF: user-defined tokens overlap");
    return CM_OK;
}

static cm_code read_tokens(cm_gguf *g, const wanted *w, cm_tokenizer *t, cm_buf *room,
                           cm_error *err) {
    cm_buf types = {.limit = CM_GGUF_ARRAY_MAX}, bytes = {0};
    cm_code code = read_types(g, w, &types);
    cm_gguf_seek(g, w->tokens.at);
    for (uint32_t id = 0; id < w->tokens.count && code == CM_OK; id++) {
        if (!cm_gguf_string(g, room)) {
            code = g->failed;
            break;
        }
        uint8_t type = types.data[id];
        cm_bytes token = cm_buf_bytes(room);
        if (type == CONTROL || type == USER_DEFINED || type == UNKNOWN || type == UNUSED)
            code = cm_vocab_put_plain(&t->bpe.vocab, id, token, err);
        else
            code = cm_bytepair_token(t, id, token, &bytes, err);
        if (code == CM_OK && type == USER_DEFINED)
            code = cm_added_put(&t->added, id, token, err);
    }
    cm_buf_free(&types);
    cm_buf_free(&bytes);
    return code == CM_OK ? check_added(t, err) : code;
}

static cm_code read_merges(cm_gguf *g, const wanted *w, cm_tokenizer *t, cm_buf *room,
                           cm_error *err) {
    cm_buf bytes = {0};
    cm_code code = CM_OK;
    cm_gguf_seek(g, w->merges.at);
    for (uint32_t rank = 0; rank < w->merges.count && code == CM_OK; rank++)
        code = cm_gguf_string(g, room)
                   ? cm_bytepair_merge_line(t, cm_buf_bytes(room), rank, true, &bytes, err)
                   : g->failed;
    cm_buf_free(&bytes);
    return code;
}

cm_code cm_token_read_gguf(const cm_token_file *file, cm_tokenizer *t, cm_error *err) {
    wanted w = {0};
    cm_buf room = {0};
    cm_gguf *g = calloc(1, sizeof *g);
    t->kind = "gguf";
    if (g == NULL)
        return cm_fail_memory(err);
    cm_gguf_open(g, file->source, err);
    find_values(g, &w);
    cm_code code = g->failed;
    if (code == CM_OK && w.model.type == CM_GGUF_STRING && w.model.at != 0)
        code = read_model(g, &w, &room, err);
    if (code == CM_OK)
        code = check(&w, err);
    if (code == CM_OK)
        code = choose_splitting(g, &w, t, &room, err);
    if (code == CM_OK)
        code = read_tokens(g, &w, t, &room, err);
    if (code == CM_OK)
        code = read_merges(g, &w, t, &room, err);
    cm_bpe_find_bytes(&t->bpe);
    cm_buf_free(&room);
    free(g);
    return code;
}
