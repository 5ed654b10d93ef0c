#include "api/token_source.h"

#include <stdlib.h>

#include "api/invisible.h"
#include "api/unwrap.h"
#include "asset/asset.h"
#include "base/mem.h"

enum { CHUNK = 1 << 16, HEAD = 256, JSON_MOST = 1 << 26, WHOLE_MOST = 16 << 20 };

static void show(const cm_token_source *t, uint64_t at) {
    const cm_text_inspect_options *o = t->options;
    if (o->progress != NULL)
        o->progress(o->progress_context, (double)at / (double)cm_source_size(t->source));
}

/* ---- a text ---- */

typedef struct text_run {
    cm_token_source *t;
    cm_encoder *encoder;
    cm_tokens tokens;
    cm_unwrap unwrap;
    cm_invisible filter;
    uint8_t in[CHUNK], bare[CHUNK + CM_UNWRAP_HELD], text[CHUNK + CM_UNWRAP_HELD + 4];
} text_run;

static cm_code pass_on(text_run *r, cm_error *err) {
    cm_code code = r->t->sink(r->t->user, r->tokens.ids, r->tokens.offsets, r->tokens.count, err);
    r->tokens.count = 0;
    return code;
}

static cm_code feed_text(text_run *r, size_t n, cm_error *err) {
    r->t->bytes += n;
    cm_code code = cm_encoder_feed(r->encoder, r->text, n, &r->tokens, err);
    return code == CM_OK ? pass_on(r, err) : code;
}

/* The n bytes in `bare`. */
static cm_code feed_bare(text_run *r, size_t n, cm_error *err) {
    return feed_text(r, cm_invisible_filter(&r->filter, r->bare, n, r->text), err);
}

static cm_code feed_part(text_run *r, cm_span part, cm_error *err) {
    cm_code code = CM_OK;
    uint64_t at = part.start, end = part.start + part.length;
    for (size_t n; code == CM_OK && at < end; at += n) {
        n = end - at < CHUNK ? (size_t)(end - at) : CHUNK;
        code = cm_source_read(r->t->source, at, r->in, n, err);
        if (code == CM_OK)
            code = feed_bare(r, cm_unwrap_filter(&r->unwrap, r->in, n, r->bare), err);
        show(r->t, at);
    }
    return code;
}

/* A manifest that the text carries was no part of it when it was generated. Of a text that isn't
 * UTF-8, or is too large to be looked at as a whole, wrappers alone are left out. */
static cm_code feed_all(text_run *r, cm_error *err) {
    cm_asset_plan plan = {0};
    bool whole = cm_source_size(r->t->source) <= WHOLE_MOST;
    cm_code code = whole ? cm_asset_plan_make(r->t->source, 0, &plan, err) : CM_OK;
    if (code == CM_ERR_MEMORY || code == CM_ERR_IO)
        return code;
    if (code != CM_OK || !cm_format_is_text(plan.format)) {
        cm_asset_plan_free(&plan);
        return feed_part(r, (cm_span){.start = 0, .length = cm_source_size(r->t->source)}, err);
    }
    for (size_t i = 0; i < plan.count && code == CM_OK; i++)
        code = feed_part(r, plan.pieces[i].from, err);
    cm_asset_plan_free(&plan);
    return code;
}

static cm_code run_text(cm_token_source *t, cm_error *err) {
    text_run *r = cm_calloc(1, sizeof *r);
    if (r == NULL)
        return cm_fail_memory(err);
    r->t = t;
    r->filter.strip = t->options->strip_invisible;
    cm_code code = cm_encoder_new(t->options->tokenizer, true, &r->encoder, err);
    if (code == CM_OK)
        code = feed_all(r, err);
    if (code == CM_OK)
        code = feed_bare(r, cm_unwrap_end(&r->unwrap, r->bare), err);
    if (code == CM_OK)
        code = feed_text(r, cm_invisible_end(&r->filter, r->text), err);
    if (code == CM_OK)
        code = cm_encoder_finish(r->encoder, &r->tokens, err);
    if (code == CM_OK)
        code = pass_on(r, err);
    t->replaced = r->tokens.replaced;
    t->invisible = r->filter.found;
    cm_encoder_free(r->encoder);
    cm_tokens_free(&r->tokens);
    free(r);
    return code;
}

/* ---- ids ---- */

static cm_code run_words(cm_token_source *t, cm_error *err) {
    static const size_t WORD = 4;
    uint8_t bytes[CHUNK / 4];
    uint32_t ids[sizeof bytes / 4];
    uint64_t size = cm_source_size(t->source), at = 0;
    cm_code code = CM_OK;
    if (size % WORD != 0)
        return cm_fail(err, CM_ERR_FORMAT,
                       "neither a JSON array nor whole 32-bit words: %llu bytes",
                       (unsigned long long)size);
    for (size_t n; code == CM_OK && at < size; at += n) {
        n = size - at < sizeof bytes ? (size_t)(size - at) : sizeof bytes;
        code = cm_source_read(t->source, at, bytes, n, err);
        for (size_t i = 0; i < n; i += WORD)
            ids[i / WORD] = (uint32_t)bytes[i] | (uint32_t)bytes[i + 1] << 8 |
                            (uint32_t)bytes[i + 2] << 16 | (uint32_t)bytes[i + 3] << 24;
        if (code == CM_OK)
            code = t->sink(t->user, ids, NULL, n / WORD, err);
        show(t, at);
    }
    return code;
}

static cm_code run_json(cm_token_source *t, cm_error *err) {
    cm_buf text = {0};
    uint32_t *ids = NULL;
    size_t count = 0;
    uint64_t size = cm_source_size(t->source);
    if (size > JSON_MOST)
        return cm_fail(err, CM_ERR_LIMIT,
                       "JSON of more than %d MiB; give that many ids as 32-bit words",
                       JSON_MOST >> 20);
    cm_code code = cm_source_load(t->source, 0, size, &text, err);
    if (code == CM_OK)
        code = cm_ids_parse(cm_buf_bytes(&text), &ids, &count, err);
    cm_buf_free(&text);
    if (code == CM_OK)
        code = t->sink(t->user, ids, NULL, count, err);
    free(ids);
    return code;
}

cm_code cm_token_source_run(cm_token_source *t, cm_error *err) {
    uint8_t head[HEAD];
    uint64_t size = cm_source_size(t->source);
    size_t n = size < sizeof head ? (size_t)size : sizeof head;
    if (t->options->tokenizer != NULL)
        return run_text(t, err);
    cm_code code = cm_source_read(t->source, 0, head, n, err);
    if (code != CM_OK)
        return code;
    return cm_ids_are_json(head, n) ? run_json(t, err) : run_words(t, err);
}
