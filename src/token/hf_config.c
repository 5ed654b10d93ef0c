#include "token/hf_config.h"

#include <jansson.h>

#include "token/alphabet.h"
#include "token/dialect.h"

enum { CONFIG_MAX = 1 << 22 };

static cm_code load(cm_bytes text, json_t **out, cm_error *err) {
    json_error_t what;
    *out = NULL;
    if (text.data == NULL)
        return CM_OK;
    if (text.size > CONFIG_MAX)
        return cm_fail(err, CM_ERR_LIMIT, "a part of tokenizer.json is over %d bytes", CONFIG_MAX);
    *out = json_loadb((const char *)text.data, text.size,
                      JSON_DECODE_ANY | JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &what);
    if (*out == NULL && json_error_code(&what) == json_error_out_of_memory)
        return cm_fail_memory(err);
    return *out != NULL ? CM_OK : cm_fail(err, CM_ERR_FORMAT, "tokenizer.json: %s", what.text);
}

static const char *type_of(const json_t *o) {
    const char *type = json_string_value(json_object_get(o, "type"));
    return type != NULL ? type : "";
}

static bool is_type(const json_t *o, const char *type) {
    return strcmp(type_of(o), type) == 0;
}

static cm_code refuse(const char *what, const json_t *o, cm_error *err) {
    return cm_fail(err, CM_ERR_UNSUPPORTED,
                   "tokenizer.json has a %s \"%.40s\" that isn't supported", what, type_of(o));
}

static bool flag(const json_t *o, const char *name, bool absent) {
    const json_t *value = json_object_get(o, name);
    return value != NULL ? json_is_true(value) : absent;
}

/* --- normaliser ---------------------------------------------------------------------------------
 */

static cm_code normalizer(const json_t *o, cm_tokenizer *t, cm_error *err) {
    const json_t *list = is_type(o, "Sequence") ? json_object_get(o, "normalizers") : NULL, *item;
    size_t at;
    if (o == NULL || json_is_null(o))
        return CM_OK;
    if (list == NULL && !is_type(o, "NFC"))
        return refuse("normalizer", o, err);
    json_array_foreach(list, at, item) if (!is_type(item, "NFC")) return refuse("normalizer", item,
                                                                                err);
    t->nfc = list == NULL || json_array_size(list) != 0;
    return CM_OK;
}

cm_code cm_hf_normalizer(cm_bytes text, cm_tokenizer *t, cm_error *err) {
    json_t *o;
    cm_code code = load(text, &o, err);
    if (code == CM_OK)
        code = normalizer(o, t, err);
    json_decref(o);
    return code;
}

/* --- splitting ----------------------------------------------------------------------------------
 */

static cm_bytes string_bytes(const json_t *s) {
    return (cm_bytes){.data = (const uint8_t *)json_string_value(s), .size = json_string_length(s)};
}

/* What stands between matches is kept as pieces of its own, or dropped; nothing else is done. */
static cm_code split_kind(const json_t *o, bool *drop, cm_error *err) {
    const char *behaviour = json_string_value(json_object_get(o, "behavior"));
    bool invert = flag(o, "invert", false);
    *drop = behaviour != NULL && strcmp(behaviour, "Removed") == 0 && invert;
    bool isolated = behaviour != NULL && strcmp(behaviour, "Isolated") == 0;
    return isolated || *drop ? CM_OK : refuse("behaviour of the pre_tokenizer", o, err);
}

static cm_code split(const json_t *o, cm_tokenizer *t, cm_error *err) {
    const json_t *pattern = json_object_get(o, "pattern");
    const json_t *regex = json_object_get(pattern, "Regex");
    const json_t *literal = json_object_get(pattern, "String");
    bool drop;
    cm_stage stage = {0};
    cm_buf quoted = {0};
    cm_code code = split_kind(o, &drop, err);
    if (code == CM_OK && !json_is_string(regex) && !json_is_string(literal))
        code = refuse("pattern of the pre_tokenizer", o, err);
    if (code == CM_OK && json_is_string(regex))
        code = cm_stage_from_pattern(string_bytes(regex), &stage, err);
    else if (code == CM_OK) {
        cm_dialect_quote(string_bytes(literal), &quoted);
        code = cm_buf_status(&quoted, err);
        if (code == CM_OK)
            code = cm_stage_from_pattern(cm_buf_bytes(&quoted), &stage, err);
    }
    cm_buf_free(&quoted);
    stage.drop_between = drop;
    return code == CM_OK ? cm_token_add_stage(t, stage, err) : code;
}

static cm_code byte_level(const json_t *o, cm_tokenizer *t, cm_error *err) {
    if (flag(o, "add_prefix_space", true)) {
        if (t->stage_count != 0)
            return refuse("prefix space behind a split in the pre_tokenizer", o, err);
        t->prefix_space = true;
    }
    return flag(o, "use_regex", true) ? cm_token_add_pattern(t, cm_text_bytes(CM_PATTERN_GPT2), err)
                                      : CM_OK;
}

static cm_code splitter_part(const json_t *o, cm_tokenizer *t, bool *bytes, cm_error *err) {
    if (*bytes) /* from there on it would be the alphabet's characters that are split */
        return refuse("pre_tokenizer behind ByteLevel,", o, err);
    if (is_type(o, "ByteLevel")) {
        *bytes = true;
        return byte_level(o, t, err);
    }
    if (is_type(o, "Split"))
        return split(o, t, err);
    if (is_type(o, "Digits")) {
        bool each = flag(o, "individual_digits", false);
        return cm_token_add_pattern(t, cm_text_bytes(each ? "\\p{N}" : "\\p{N}+"), err);
    }
    return refuse("pre_tokenizer", o, err);
}

static cm_code splitter(const json_t *o, cm_tokenizer *t, cm_error *err) {
    const json_t *list = is_type(o, "Sequence") ? json_object_get(o, "pretokenizers") : NULL, *item;
    bool bytes = false;
    size_t at;
    cm_code code = CM_OK;
    if (list != NULL) {
        json_array_foreach(list, at, item) {
            code = splitter_part(item, t, &bytes, err);
            if (code != CM_OK)
                return code;
        }
    } else if (json_is_object(o))
        code = splitter_part(o, t, &bytes, err);
    if (code == CM_OK && !bytes)
        return cm_fail(
            err, CM_ERR_UNSUPPORTED,
            "tokenizer.json isn't byte-level (SentencePiece, WordPiece?); only byte-level "
            "byte pair encoding is supported");
    return code;
}

cm_code cm_hf_splitter(cm_bytes text, cm_tokenizer *t, cm_error *err) {
    json_t *o;
    cm_code code = load(text, &o, err);
    if (code == CM_OK)
        code = splitter(o, t, err);
    json_decref(o);
    return code;
}

/* --- added tokens -------------------------------------------------------------------------------
 */

cm_code cm_hf_find_written(const cm_vocab *v, cm_bytes written, cm_buf *room, uint32_t *id,
                           cm_error *err) {
    *id = CM_NO_TOKEN;
    if (cm_alphabet_bytes(written, room))
        *id = cm_vocab_find(v, cm_buf_bytes(room));
    if (room->failed != CM_OK)
        return cm_buf_status(room, err);
    return *id != CM_NO_TOKEN ? CM_OK
                              : cm_fail(err, CM_ERR_FORMAT, "the unknown token is no token");
}

static cm_code check_added(const json_t *o, cm_error *err) {
    const json_t *id = json_object_get(o, "id");
    if (json_is_integer(id) && json_integer_value(id) >= 0 &&
        json_integer_value(id) < CM_VOCAB_IDS && json_is_string(json_object_get(o, "content")))
        return CM_OK;
    return cm_fail(err, CM_ERR_FORMAT, "an added token lacks its id or its content");
}

/* One that is part of ordinary text. */
static cm_code check_ordinary(const json_t *o, const cm_tokenizer *t, cm_error *err) {
    const char *content = json_string_value(json_object_get(o, "content"));
    if (flag(o, "lstrip", false) || flag(o, "rstrip", false) || flag(o, "single_word", false))
        return cm_fail(
            err, CM_ERR_UNSUPPORTED,
            "added token \"%.40s\" takes the blanks around it, or stands for whole words "
            "only",
            content);
    if (t->nfc && flag(o, "normalized", true))
        return cm_fail(err, CM_ERR_UNSUPPORTED,
                       "added token \"%.40s\" is sought in normalised text", content);
    return CM_OK;
}

/* Which of the two searches the ordinary ones belong to: in raw text first, then in normalised
 * text. Only one is done here. */
static cm_code choose_search(const json_t *list, const cm_tokenizer *t, int *normalized,
                             cm_error *err) {
    const json_t *o;
    size_t at;
    *normalized = -1;
    json_array_foreach(list, at, o) {
        cm_code code = check_added(o, err);
        if (code == CM_OK && !flag(o, "special", false)) {
            int own = flag(o, "normalized", true);
            code = check_ordinary(o, t, err);
            if (code == CM_OK && *normalized >= 0 && *normalized != own)
                code = cm_fail(err, CM_ERR_UNSUPPORTED,
                               "added tokens are sought in raw and in normalised text");
            *normalized = own;
        }
        if (code != CM_OK)
            return code;
    }
    return CM_OK;
}

/* Special ones are only there for decoding: in a text they are words like others. But where one
 * stands no ordinary one of the same search is found. */
static cm_code added_token(const json_t *o, int normalized, cm_tokenizer *t, cm_error *err) {
    uint32_t id = (uint32_t)json_integer_value(json_object_get(o, "id"));
    cm_bytes content = string_bytes(json_object_get(o, "content"));
    bool special = flag(o, "special", false);
    cm_code code = cm_vocab_put_plain(&t->bpe.vocab, id, content, err);
    if (code != CM_OK || flag(o, "normalized", true) != normalized)
        return code;
    return cm_added_put(&t->added, special ? CM_ADDED_TEXT : id, content, err);
}

cm_code cm_hf_added(cm_bytes text, cm_tokenizer *t, cm_error *err) {
    json_t *list;
    const json_t *item;
    size_t at;
    int normalized = -1;
    cm_code code = load(text, &list, err);
    if (code == CM_OK && list != NULL && !json_is_array(list) && !json_is_null(list))
        code = cm_fail(err, CM_ERR_FORMAT, "added_tokens isn't a list");
    if (code == CM_OK)
        code = choose_search(list, t, &normalized, err);
    for (at = 0; code == CM_OK && at < json_array_size(list); at++) {
        item = json_array_get(list, at);
        code = added_token(item, normalized, t, err);
    }
    json_decref(list);
    return code;
}
