#include "token/whole.h"

#include "token/tokens.h"

typedef struct taker {
    cm_window *text;
    cm_tokens *out;
    cm_error *err;
    bool offsets;
} taker;

cm_code cm_whole_admit(const cm_foreign *f, uint64_t bytes, cm_error *err) {
    if (bytes <= f->text_bytes)
        return CM_OK;
    return cm_fail(err, CM_ERR_LIMIT,
                   "this tokenizer takes a text whole, and at most %llu bytes of it; cut it up",
                   (unsigned long long)f->text_bytes);
}

/* What a normaliser adds at the end of a text begins at no byte of it; then the last character
 * stands for it. */
static size_t within(const cm_buf *text, size_t at) {
    if (at < text->size)
        return at;
    for (at = text->size - 1; at > 0 && (text->data[at] & 0xc0) == 0x80;)
        at--;
    return at;
}

static cm_code take(void *user, uint32_t id, size_t begin) {
    taker *t = user;
    cm_tokens *out = t->out;
    cm_code code = cm_tokens_reserve(out, 1, t->offsets, t->err);
    if (code != CM_OK)
        return code;
    if (t->offsets)
        out->offsets[out->count] = cm_window_origin(t->text, within(&t->text->text, begin));
    out->ids[out->count++] = id;
    return CM_OK;
}

cm_code cm_whole_encode(const cm_foreign *f, cm_window *text, bool offsets, cm_tokens *out,
                        cm_error *err) {
    taker t = {.text = text, .out = out, .err = err, .offsets = offsets};
    cm_code code = CM_OK;
    if (text->text.size != 0)
        code = f->encode(f->self, cm_buf_bytes(&text->text), take, &t, err);
    cm_window_clear(text);
    return code;
}
