/* Hugging Face's tokenizer.json. Whatever in it bears on ids is either done or refused. */
#include <stdlib.h>

#include "token/bytepair.h"
#include "token/hf_config.h"
#include "token/json.h"

enum { FILE_MAX = 1 << 26 };

typedef struct field {
    const char *name;
    cm_bytes *value; /* NULL: has no bearing on ids */
} field;

/* Notes where the members of an object stand; one that isn't listed is refused. */
static cm_code find_fields(cm_bytes object, const char *what, const field *fields, size_t count,
                           cm_error *err) {
    cm_json j = cm_json_over(object);
    cm_buf name = {0};
    cm_code code = CM_OK;
    (void)cm_json_enter(&j, '{');
    while (code == CM_OK && cm_json_member(&j, &name)) {
        size_t i = 0;
        while (i < count && !cm_bytes_equal(cm_buf_bytes(&name), cm_text_bytes(fields[i].name)))
            i++;
        cm_bytes value = cm_json_value(&j);
        if (i == count)
            code = cm_fail(err, CM_ERR_UNSUPPORTED, "%s has a field \"%.*s\", which isn't known",
                           what, (int)(name.size < 40 ? name.size : 40), (const char *)name.data);
        else if (fields[i].value != NULL && fields[i].value->data != NULL)
            code = cm_fail(err, CM_ERR_FORMAT, "%s has two fields \"%s\"", what, fields[i].name);
        else if (fields[i].value != NULL)
            *fields[i].value = value;
    }
    if (code == CM_OK && name.failed != CM_OK)
        code = cm_buf_status(&name, err);
    if (code == CM_OK && !cm_json_ended(&j))
        code = cm_fail(err, CM_ERR_FORMAT, "%s: not JSON, or cut off", what);
    cm_buf_free(&name);
    return code;
}

typedef struct hf_model {
    cm_bytes type, dropout, unknown, prefix, suffix, fuse, fallback, whole, vocab, merges;
} hf_model;

/* True for a field that is absent, null, or any of two other ways to say no. */
static bool says_no(cm_bytes value, const char *no, const char *also) {
    return value.data == NULL || cm_json_is(value, "null") || cm_json_is(value, no) ||
           cm_json_is(value, also);
}

static cm_code read_model_fields(cm_bytes text, hf_model *m, cm_error *err) {
    const field fields[] = {
        {"type", &m->type},
        {"dropout", &m->dropout},
        {"unk_token", &m->unknown},
        {"continuing_subword_prefix", &m->prefix},
        {"end_of_word_suffix", &m->suffix},
        {"fuse_unk", &m->fuse},
        {"byte_fallback", &m->fallback},
        {"ignore_merges", &m->whole},
        {"vocab", &m->vocab},
        {"merges", &m->merges},
    };
    cm_json j = cm_json_over(text);
    cm_buf type = {0};
    /* The type first: another model's fields are none of ours. */
    for (bool more = cm_json_enter(&j, '{'); more && cm_json_member(&j, &type);)
        if (cm_json_is(cm_buf_bytes(&type), "type"))
            m->type = cm_json_value(&j);
        else
            (void)cm_json_value(&j);
    cm_buf_free(&type);
    if (m->type.data != NULL && !cm_json_is(m->type, "\"BPE\""))
        return cm_fail(err, CM_ERR_UNSUPPORTED,
                       "a tokenizer of type %.*s; only byte-level byte pair encoding is supported",
                       (int)(m->type.size < 40 ? m->type.size : 40), (const char *)m->type.data);
    *m = (hf_model){0};
    cm_code code = find_fields(text, "model", fields, sizeof fields / sizeof fields[0], err);
    if (code != CM_OK)
        return code;
    if (m->vocab.data == NULL || m->merges.data == NULL)
        return cm_fail(err, CM_ERR_FORMAT, "the model lacks its vocab or its merges");
    if (!says_no(m->dropout, "0", "0.0") || !says_no(m->prefix, "\"\"", "\"\"") ||
        !says_no(m->suffix, "\"\"", "\"\"") || !says_no(m->fallback, "false", "false"))
        return cm_fail(err, CM_ERR_UNSUPPORTED,
                       "the model has dropout, a prefix or suffix of words, or byte_fallback "
                       "(SentencePiece): only plain byte-level byte pair encoding is supported");
    return CM_OK;
}

/* "left right", or ["left", "right"]. */
static cm_code read_merge(cm_json *j, uint32_t rank, cm_tokenizer *t, cm_buf room[3],
                          cm_error *err) {
    if (cm_json_peek(j) == '"') {
        if (!cm_json_string(j, &room[0]))
            return CM_OK; /* j tells */
        return cm_bytepair_merge_line(t, cm_buf_bytes(&room[0]), rank, false, &room[2], err);
    }
    bool pair = cm_json_enter(j, '[') && cm_json_next(j, ']') && cm_json_string(j, &room[0]) &&
                cm_json_next(j, ']') && cm_json_string(j, &room[1]);
    if (!pair || cm_json_next(j, ']')) {
        j->r.bad = true;
        return CM_OK;
    }
    return cm_bytepair_merge(t, cm_buf_bytes(&room[0]), cm_buf_bytes(&room[1]), rank, false,
                             &room[2], err);
}

static cm_code read_merges(cm_bytes text, cm_tokenizer *t, cm_error *err) {
    cm_json j = cm_json_over(text);
    cm_buf room[3] = {{0}};
    cm_code code = CM_OK;
    uint32_t rank = 0;
    (void)cm_json_enter(&j, '[');
    while (code == CM_OK && cm_json_next(&j, ']')) {
        if (rank == CM_MERGES_MAX)
            code = cm_fail(err, CM_ERR_LIMIT, "more than %d merges", CM_MERGES_MAX);
        else
            code = read_merge(&j, rank++, t, room, err);
        if (j.r.bad)
            break;
    }
    if (code == CM_OK && j.r.bad)
        code = cm_fail(err, CM_ERR_FORMAT, "merges isn't a list of pairs of tokens");
    for (int i = 0; i < 3; i++) {
        if (room[i].failed != CM_OK)
            code = cm_buf_status(&room[i], err);
        cm_buf_free(&room[i]);
    }
    return code;
}

/* Bytes that the vocabulary lacks become the unknown token, where there is one. */
static cm_code read_unknown(const hf_model *m, cm_tokenizer *t, cm_error *err) {
    cm_json j = cm_json_over(m->unknown);
    cm_buf name = {0}, bytes = {0};
    cm_bpe *b = &t->bpe;
    if (says_no(m->unknown, "\"\"", "\"\""))
        return CM_OK;
    cm_code code = CM_OK;
    if (!cm_json_string(&j, &name))
        code = name.failed != CM_OK ? cm_buf_status(&name, err)
                                    : cm_fail(err, CM_ERR_FORMAT, "unk_token isn't text");
    else
        code = cm_hf_find_written(&b->vocab, cm_buf_bytes(&name), &bytes, &b->unknown, err);
    b->fuse_unknown = cm_json_is(m->fuse, "true");
    cm_buf_free(&name);
    cm_buf_free(&bytes);
    return code;
}

static cm_code read_model(cm_bytes text, cm_tokenizer *t, cm_error *err) {
    hf_model m = {0};
    cm_code code = read_model_fields(text, &m, err);
    if (code == CM_OK)
        code = cm_bytepair_vocabulary(t, m.vocab, err);
    if (code == CM_OK)
        code = read_merges(m.merges, t, err);
    if (code == CM_OK)
        code = read_unknown(&m, t, err);
    t->bpe.whole_first = cm_json_is(m.whole, "true");
    t->bpe.close_gaps = t->bpe.unknown == CM_NO_TOKEN;
    cm_bpe_find_bytes(&t->bpe);
    return code;
}

static cm_code read_all(cm_bytes text, cm_tokenizer *t, cm_error *err) {
    cm_bytes added = {0}, normalizer = {0}, splitter = {0}, model = {0};
    const field fields[] = {
        {"version", NULL},        {"truncation", NULL},        {"padding", NULL},
        {"added_tokens", &added}, {"normalizer", &normalizer}, {"pre_tokenizer", &splitter},
        {"post_processor", NULL}, {"decoder", NULL},           {"model", &model},
    };
    cm_code code =
        find_fields(text, "tokenizer.json", fields, sizeof fields / sizeof fields[0], err);
    if (code == CM_OK && model.data == NULL)
        code = cm_fail(err, CM_ERR_FORMAT, "tokenizer.json has no model");
    if (code == CM_OK)
        code = cm_hf_normalizer(normalizer, t, err);
    if (code == CM_OK)
        code = cm_hf_splitter(splitter, t, err);
    if (code == CM_OK)
        code = read_model(model, t, err);
    if (code == CM_OK)
        code = cm_hf_added(added, t, err);
    return code;
}

cm_code cm_token_read_json(const cm_token_file *file, cm_tokenizer *t, cm_error *err) {
    cm_buf text = {.limit = FILE_MAX};
    t->kind = "tokenizer.json";
    cm_code code = cm_source_load(file->source, 0, cm_source_size(file->source), &text, err);
    if (code == CM_OK)
        code = read_all(cm_buf_bytes(&text), t, err);
    cm_buf_free(&text);
    return code;
}
