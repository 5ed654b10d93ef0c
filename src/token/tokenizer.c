/* A tokenizer from a file of any of the formats, and what can be asked of it. */
#include "token/tokenizer.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "token/classes.h"
#include "token/json.h"

enum { HEAD = 4096 };

void cm_tokenizer_free(cm_tokenizer *t) {
    if (t == NULL)
        return;
    cm_bpe_free(&t->bpe);
    cm_added_free(&t->added);
    if (t->foreign.self != NULL)
        t->foreign.free(t->foreign.self);
    for (size_t i = 0; i < t->stage_count; i++)
        cm_pattern_free(t->stages[i].pattern);
    free(t->classes);
    free(t);
}

cm_code cm_token_add_stage(cm_tokenizer *t, cm_stage stage, cm_error *err) {
    if (t->stage_count == CM_STAGES_MAX) {
        cm_pattern_free(stage.pattern);
        return cm_fail(err, CM_ERR_LIMIT, "text is split in more than %d steps", CM_STAGES_MAX);
    }
    t->stages[t->stage_count++] = stage;
    return CM_OK;
}

cm_code cm_token_add_pattern(cm_tokenizer *t, cm_bytes pattern, cm_error *err) {
    cm_stage stage;
    cm_code code = cm_stage_from_pattern(pattern, &stage, err);
    return code == CM_OK ? cm_token_add_stage(t, stage, err) : code;
}

/* --- which format -------------------------------------------------------------------------------
 */

typedef cm_code reader(const cm_token_file *file, cm_tokenizer *t, cm_error *err);

/* A table of tokens holds numbers right away; a tokenizer.json doesn't. */
static cm_code is_table(cm_bytes head, bool *out, cm_error *err) {
    cm_json j = cm_json_over(head);
    cm_buf name = {0};
    uint8_t value = 0;
    if (cm_json_enter(&j, '{') && cm_json_member(&j, &name))
        value = cm_json_peek(&j);
    cm_code code = cm_buf_status(&name, err);
    cm_buf_free(&name);
    *out = value >= '0' && value <= '9';
    return code;
}

/* A SentencePiece model is a protocol buffer that begins with its first piece. */
static bool is_sentencepiece(cm_bytes head) {
    return head.size > 4 && head.data[0] == 0x0a && head.data[2] == 0x0a;
}

static bool is_base64(cm_bytes head) {
    size_t n = 0;
    while (n < head.size && strchr("+/=", head.data[n]) == NULL && head.data[n] > ' ' &&
           head.data[n] < 0x7f)
        n++;
    while (n < head.size && head.data[n] == '=')
        n++;
    return n >= 2 && n + 1 < head.size && head.data[n] == ' ' && head.data[n + 1] >= '0' &&
           head.data[n + 1] <= '9';
}

static cm_code choose(const cm_token_file *file, reader **out, cm_error *err) {
    uint8_t bytes[HEAD];
    uint64_t size = cm_source_size(file->source);
    cm_bytes head = {.data = bytes, .size = size < HEAD ? (size_t)size : HEAD};
    cm_code code = cm_source_read(file->source, 0, bytes, head.size, err);
    if (code != CM_OK)
        return code;
    cm_json j = cm_json_over(head);
    if (head.size >= 4 && memcmp(bytes, "GGUF", 4) == 0)
        *out = cm_token_read_gguf;
    else if (cm_json_peek(&j) == '{') {
        bool table;
        code = is_table(head, &table, err);
        *out = table ? cm_token_read_gpt2 : cm_token_read_json;
        return code;
    } else if (is_base64(head))
        *out = cm_token_read_tiktoken;
    else if (is_sentencepiece(head))
        *out = cm_token_read_sentencepiece;
    else
        return cm_fail(err, CM_ERR_UNSUPPORTED,
                       "neither tokenizer.json, .tiktoken, GGUF, encoder.json nor a SentencePiece "
                       "model");
    return CM_OK;
}

cm_code cm_tokenizer_from_source(const cm_token_file *file, cm_tokenizer **out, cm_error *err) {
    reader *read = NULL;
    *out = NULL;
    cm_code code = choose(file, &read, err);
    if (code != CM_OK)
        return code;
    cm_tokenizer *t = calloc(1, sizeof *t);
    if (t == NULL)
        return cm_fail_memory(err);
    t->bpe.unknown = CM_NO_TOKEN;
    code = read(file, t, err);
    if (code == CM_OK)
        code = cm_classes_new(&t->classes, err);
    if (code != CM_OK) {
        cm_tokenizer_free(t);
        return code;
    }
    cm_added_seal(&t->added);
    *out = t;
    return CM_OK;
}

/* Of a GGUF file of any size only the metadata is read; the other readers have limits of their
 * own. What isn't a plain file is read into memory, and keeps to the caller's limit. */
static cm_limits limits_for(const char *path, const cm_tokenizer_options *options) {
    struct stat st;
    cm_limits limits =
        options != NULL && options->limits != NULL ? *options->limits : cm_limits_default();
    if (strcmp(path, "-") != 0 && stat(path, &st) == 0 && S_ISREG(st.st_mode))
        limits.file_bytes = UINT64_MAX;
    return limits;
}

/* Says which file a fault is in. */
static cm_code in_file(const char *path, cm_error *what, cm_error *err) {
    size_t n = strlen(path);
    if (strncmp(what->message, path, n) == 0)
        return cm_fail(err, what->code, "%s", what->message);
    return cm_fail(err, what->code, "%s: %s", path, what->message);
}

cm_code cm_tokenizer_read(const char *path, const cm_tokenizer_options *options, cm_tokenizer **out,
                          cm_error *err) {
    cm_limits limits = limits_for(path, options);
    const char *name = options != NULL ? options->encoding : NULL;
    cm_token_file file = {.path = path, .limits = options != NULL ? options->limits : NULL};
    cm_source *source = NULL;
    cm_error what = {0};
    *out = NULL;
    if (name != NULL && (file.encoding = cm_token_encoding_find(name)) == NULL)
        return cm_fail(err, CM_ERR_ARGUMENT, "no encoding is called %s", name);
    cm_code code = cm_source_open(path, &limits, &source, &what);
    file.source = source;
    if (code == CM_OK)
        code = cm_tokenizer_from_source(&file, out, &what);
    cm_source_close(source);
    return code == CM_OK ? CM_OK : in_file(path, &what, err);
}

/* --- questions ----------------------------------------------------------------------------------
 */

const char *cm_tokenizer_kind(const cm_tokenizer *t) {
    return t->kind;
}

const char *cm_tokenizer_name(const cm_tokenizer *t) {
    return t->name;
}

uint32_t cm_tokenizer_size(const cm_tokenizer *t) {
    uint32_t size = t->foreign.self != NULL ? t->foreign.size : t->bpe.vocab.size;
    return size > t->least_size ? size : t->least_size;
}

static cm_code decode(const cm_tokenizer *t, const uint32_t *ids, size_t count, cm_buf *text,
                      cm_error *err) {
    if (t->foreign.self != NULL)
        return t->foreign.decode(t->foreign.self, ids, count, text, err);
    for (size_t i = 0; i < count; i++) {
        cm_bytes token = cm_vocab_token(&t->bpe.vocab, ids[i]);
        if (token.data == NULL)
            return cm_fail(err, CM_ERR_ARGUMENT, "token %zu: no token has id %u", i, ids[i]);
        cm_buf_put_bytes(text, token);
    }
    return CM_OK;
}

cm_code cm_tokenizer_decode(const cm_tokenizer *t, const uint32_t *ids, size_t count, char **out,
                            size_t *size, cm_error *err) {
    cm_buf text = {0};
    *out = NULL;
    *size = 0;
    cm_code code = decode(t, ids, count, &text, err);
    cm_buf_u8(&text, 0);
    if (code == CM_OK)
        code = cm_buf_status(&text, err);
    if (code != CM_OK) {
        cm_buf_free(&text);
        return code;
    }
    *size = text.size - 1;
    *out = (char *)text.data;
    return CM_OK;
}
