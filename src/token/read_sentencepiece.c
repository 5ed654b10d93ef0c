/* SentencePiece models, read by SentencePiece's own library where we are built with it. */
#include "token/tokenizer.h"

#ifdef CM_SENTENCEPIECE
#include <stdlib.h>

#include "token/sentencepiece.h"
#include "token/sentencepiece_model.h"

/* The library's words about an untrusted file, as an error of ours. */
static cm_code retell(const cm_error *what, cm_error *err) {
    if (what->code == CM_ERR_MEMORY)
        return cm_fail_memory(err);
    return cm_fail(err, what->code, "SentencePiece: %s", what->message);
}

static cm_code encode(const void *self, cm_bytes text, cm_foreign_put *put, void *user,
                      cm_error *err) {
    cm_error what = {.code = CM_OK};
    cm_code code = cm_sentencepiece_encode(self, text.data, text.size, put, user, &what);
    /* Where the library didn't fail, what takes the tokens did, and has said why. */
    return what.code == CM_OK ? code : retell(&what, err);
}

static cm_code decode(const void *self, const uint32_t *ids, size_t count, cm_buf *out,
                      cm_error *err) {
    cm_error what = {.code = CM_OK};
    char *text = NULL;
    size_t size;
    for (size_t i = 0; i < count; i++)
        if (ids[i] >= cm_sentencepiece_size(self))
            return cm_fail(err, CM_ERR_ARGUMENT, "token %zu: no token has id %u", i, ids[i]);
    if (cm_sentencepiece_decode(self, ids, count, &text, &size, &what) != CM_OK)
        return retell(&what, err);
    cm_buf_put(out, text, size);
    free(text);
    return CM_OK;
}

static void let_go(void *self) {
    cm_sentencepiece_free(self);
}

static cm_code load(cm_bytes model, cm_tokenizer *t, cm_error *err) {
    cm_error what = {.code = CM_OK};
    cm_sentencepiece *s = NULL;
    if (cm_sentencepiece_load(model.data, model.size, &s, &what) != CM_OK)
        return retell(&what, err);
    t->foreign = (cm_foreign){.self = s,
                              .size = cm_sentencepiece_size(s),
                              .text_bytes = t->foreign.text_bytes,
                              .encode = encode,
                              .decode = decode,
                              .free = let_go};
    return CM_OK;
}

cm_code cm_token_read_sentencepiece(const cm_token_file *file, cm_tokenizer *t, cm_error *err) {
    cm_buf bytes = {.limit = CM_SENTENCEPIECE_FILE}, model = {0};
    cm_sentencepiece_type type = CM_SENTENCEPIECE_UNIGRAM;
    cm_limits limits = file->limits != NULL ? *file->limits : cm_limits_default();
    cm_code code = cm_source_load(file->source, 0, cm_source_size(file->source), &bytes, err);
    if (code == CM_OK)
        code = cm_sentencepiece_screen(cm_buf_bytes(&bytes), &type, &model, err);
    cm_buf_free(&bytes);
    t->kind = "sentencepiece";
    t->foreign.text_bytes = limits.text_bytes;
    snprintf(t->name, sizeof t->name, "%s", type == CM_SENTENCEPIECE_BPE ? "bpe" : "unigram");
    if (code == CM_OK)
        code = load(cm_buf_bytes(&model), t, err);
    cm_buf_free(&model);
    return code;
}
#else
cm_code cm_token_read_sentencepiece(const cm_token_file *file, cm_tokenizer *t, cm_error *err) {
    (void)file;
    (void)t;
    return cm_fail(err, CM_ERR_UNSUPPORTED,
                   "a SentencePiece model, and this was built without SentencePiece: "
                   "make SENTENCEPIECE=1");
}
#endif
