/* Text to tokens, in parts. Bytes become valid UTF-8, added tokens are taken out, what lies between
 * is normalised and cut into pieces, and pieces become tokens. Each step keeps what it can't decide
 * yet; so an encoder's answer doesn't depend on where its input is cut. For somebody else's
 * tokenizer the text is kept whole (token/whole.h). */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "token/cache.h"
#include "token/normalise.h"
#include "token/repair.h"
#include "token/tokenizer.h"
#include "token/tokens.h"

enum { CHUNK = 1 << 16, UNDECIDED_MAX = 2 * CM_PIECE_MAX };

struct cm_encoder {
    const cm_tokenizer *tokenizer;
    bool offsets;
    bool two_steps; /* text passes through `raw` first */
    bool begun;     /* there was text since the start, or since the last added token */
    cm_repair repair;
    cm_window raw;  /* valid UTF-8 */
    cm_window text; /* as it is split */
    size_t fed;     /* bytes since text was split last */
    size_t due;     /* after how many it is, next */
    cm_matcher matcher;
    cm_bpe_scratch scratch;
    cm_cached *cache;
    cm_tokens *out; /* while it works */
};

cm_code cm_encoder_new(const cm_tokenizer *tokenizer, bool offsets, cm_encoder **out,
                       cm_error *err) {
    cm_encoder *e = calloc(1, sizeof *e);
    *out = NULL;
    if (e == NULL)
        return cm_fail_memory(err);
    e->tokenizer = tokenizer;
    e->offsets = offsets;
    e->two_steps = tokenizer->nfc || tokenizer->prefix_space || tokenizer->added.count != 0;
    e->due = CHUNK;
    e->cache = cm_calloc((size_t)1 << CM_CACHE_BITS, sizeof *e->cache);
    if (e->cache == NULL) {
        cm_encoder_free(e);
        return cm_fail_memory(err);
    }
    *out = e;
    return CM_OK;
}

void cm_encoder_free(cm_encoder *e) {
    if (e == NULL)
        return;
    cm_window_free(&e->raw);
    cm_window_free(&e->text);
    cm_matcher_free(&e->matcher);
    cm_bpe_scratch_free(&e->scratch);
    free(e->cache);
    free(e);
}

/* --- tokens out ---------------------------------------------------------------------------------
 */

static inline cm_code reserve(cm_encoder *e, size_t n, cm_error *err) {
    return cm_tokens_reserve(e->out, n, e->offsets, err);
}

static inline void append(cm_encoder *e, uint32_t id, size_t at) {
    cm_tokens *out = e->out;
    if (e->offsets)
        out->offsets[out->count] = cm_window_origin(&e->text, at);
    out->ids[out->count++] = id;
}

/* Keeps what a piece became, when it is small enough. */
static void remember(cm_cached *place, const uint64_t key[3], size_t length, const cm_part *parts,
                     size_t count) {
    if (count > CM_CACHE_TOKENS)
        return;
    memcpy(place->key, key, sizeof place->key);
    place->length = (uint8_t)length;
    place->count = (uint8_t)count;
    for (size_t i = 0; i < count; i++) {
        place->ids[i] = parts[i].id;
        place->starts[i] = (uint8_t)parts[i].start;
    }
}

static cm_code encode_piece(cm_encoder *e, size_t start, size_t length, size_t *count,
                            cm_error *err) {
    cm_bytes piece = {.data = e->text.text.data + start, .size = length};
    cm_code code = cm_bpe_encode(&e->tokenizer->bpe, piece, &e->scratch, count, err);
    if (code == CM_OK)
        code = reserve(e, *count, err);
    if (code != CM_OK)
        return code;
    for (size_t i = 0; i < *count; i++)
        append(e, e->scratch.parts[i].id, start + e->scratch.parts[i].start);
    return CM_OK;
}

static cm_code put_piece(void *context, size_t start, size_t end, cm_error *err) {
    cm_encoder *e = context;
    uint64_t key[3];
    size_t count, length = end - start;
    if (length > CM_CACHE_LENGTH)
        return encode_piece(e, start, length, &count, err);
    cm_cached *c = &e->cache[cm_cache_place(e->text.text.data + start, length, key)];
    if (!cm_cache_hit(c, key, length)) {
        cm_code code = encode_piece(e, start, length, &count, err);
        if (code == CM_OK)
            remember(c, key, length, e->scratch.parts, count);
        return code;
    }
    cm_code code = reserve(e, c->count, err);
    for (size_t i = 0; i < c->count && code == CM_OK; i++)
        append(e, c->ids[i], start + c->starts[i]);
    return code;
}

/* --- text through the steps ---------------------------------------------------------------------
 */

/* Splits and encodes what has come; `closed` when nothing follows. */
static cm_code split(cm_encoder *e, bool closed, cm_error *err) {
    const cm_tokenizer *t = e->tokenizer;
    cm_stretch s = {.text = e->text.text.data,
                    .end = e->text.text.size,
                    .closed = closed,
                    .classes = t->classes};
    cm_piece_sink sink = {.context = e, .put = put_piece};
    size_t consumed = 0;
    if (s.end == 0)
        return CM_OK;
    cm_code code = cm_split(t->stages, t->stage_count, &e->matcher, &s, 0, &sink, &consumed, err);
    if (code != CM_OK)
        return code;
    if (closed)
        cm_window_clear(&e->text);
    else
        cm_window_drop(&e->text, consumed);
    if (e->text.text.size > UNDECIDED_MAX)
        return cm_fail(err, CM_ERR_LIMIT, "a piece of text without a break of over %d bytes",
                       CM_PIECE_MAX);
    return CM_OK;
}

/* Brings raw text [start, end) to the splitter; *done is where it stopped. */
static cm_code bring(cm_encoder *e, size_t start, size_t end, bool closed, size_t *done,
                     cm_error *err) {
    const cm_tokenizer *t = e->tokenizer;
    cm_code code = CM_OK;
    *done = end;
    if (start == end)
        return CM_OK;
    if (t->prefix_space && !e->begun && e->raw.text.data[start] != ' ')
        code = cm_window_put(&e->text, (const uint8_t *)" ", 1,
                             cm_window_origin_anywhere(&e->raw, start), true, err);
    e->begun = true;
    if (code == CM_OK && t->nfc)
        return cm_normalise(&e->raw, start, end, closed, t->classes, &e->text, done, err);
    return code == CM_OK ? cm_window_move(&e->raw, start, end, &e->text, err) : code;
}

static cm_code put_added(cm_encoder *e, const cm_added_find *f, cm_error *err) {
    cm_code code = reserve(e, 1, err);
    if (code != CM_OK)
        return code;
    if (e->offsets)
        e->out->offsets[e->out->count] = cm_window_origin_anywhere(&e->raw, f->start);
    e->out->ids[e->out->count++] = f->id;
    e->begun = false;
    return CM_OK;
}

/* Takes added tokens out of the raw text, and passes on what is between. */
static cm_code take_added(cm_encoder *e, bool last, cm_error *err) {
    size_t at = 0;
    for (;;) {
        cm_added_find f = cm_added_next(&e->tokenizer->added, cm_buf_bytes(&e->raw.text), at, last);
        cm_code code = bring(e, at, f.start, last || f.found, &at, err);
        if (code == CM_OK && f.found)
            code = split(e, true, err);
        if (code == CM_OK && f.found)
            code = put_added(e, &f, err);
        if (code != CM_OK)
            return code;
        if (!f.found)
            break;
        at = f.end;
    }
    cm_window_drop(&e->raw, at);
    return CM_OK;
}

static cm_code advance(cm_encoder *e, bool last, cm_error *err) {
    const cm_foreign *foreign = &e->tokenizer->foreign;
    cm_code code = e->two_steps ? take_added(e, last, err) : CM_OK;
    if (code == CM_OK && foreign->self == NULL)
        code = split(e, last, err);
    else if (code == CM_OK && last)
        code = cm_whole_encode(foreign, &e->text, e->offsets, e->out, err);
    /* What a long piece left over isn't looked at again before it has doubled. */
    e->due = e->text.text.size > CHUNK ? e->text.text.size : CHUNK;
    e->fed = 0;
    return code;
}

cm_code cm_encoder_feed(cm_encoder *e, const void *text, size_t size, cm_tokens *out,
                        cm_error *err) {
    const uint8_t *bytes = text;
    uint64_t before = e->repair.replaced;
    const cm_foreign *foreign = &e->tokenizer->foreign;
    cm_code code =
        foreign->self != NULL ? cm_whole_admit(foreign, e->repair.at + size, err) : CM_OK;
    e->out = out;
    while (size > 0 && code == CM_OK) {
        size_t step = e->due - e->fed < size ? e->due - e->fed : size;
        code =
            cm_repair_put(&e->repair, bytes, step, false, e->two_steps ? &e->raw : &e->text, err);
        bytes += step;
        size -= step;
        e->fed += step;
        if (code == CM_OK && e->fed == e->due)
            code = advance(e, false, err);
    }
    out->replaced += e->repair.replaced - before;
    return code;
}

cm_code cm_encoder_finish(cm_encoder *e, cm_tokens *out, cm_error *err) {
    uint64_t before = e->repair.replaced;
    e->out = out;
    cm_code code = cm_repair_put(&e->repair, NULL, 0, true, e->two_steps ? &e->raw : &e->text, err);
    if (code == CM_OK)
        code = advance(e, true, err);
    out->replaced += e->repair.replaced - before;
    e->repair = (cm_repair){0};
    e->begun = false;
    return code;
}

cm_code cm_tokenizer_encode(const cm_tokenizer *tokenizer, const void *text, size_t size,
                            bool offsets, cm_tokens *out, cm_error *err) {
    cm_encoder *e = NULL;
    cm_code code = cm_encoder_new(tokenizer, offsets, &e, err);
    if (code == CM_OK)
        code = cm_encoder_feed(e, text, size, out, err);
    if (code == CM_OK)
        code = cm_encoder_finish(e, out, err);
    cm_encoder_free(e);
    return code;
}
