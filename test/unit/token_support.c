#include "each.h"
#include "token_support.h"

#include <check.h>
#include <stdlib.h>

const char *const TOKEN_SMALL[TOKEN_SMALL_COUNT] = {"small.json", "small.tiktoken", "small.gguf"};

cm_buf token_file(const char *name) {
    char path[128];
    cm_source *source = NULL;
    cm_buf out = {0};
    snprintf(path, sizeof path, "test/data/token/%s", name);
    ck_assert_int_eq(cm_source_open(path, NULL, &source, NULL), CM_OK);
    ck_assert_int_eq(cm_source_load(source, 0, cm_source_size(source), &out, NULL), CM_OK);
    cm_source_close(source);
    return out;
}

json_t *token_json(const char *name) {
    cm_buf text = token_file(name);
    json_error_t error;
    json_t *o = json_loadb((const char *)text.data, text.size, JSON_ALLOW_NUL, &error);
    ck_assert_msg(o != NULL, "%s: %s", name, error.text);
    cm_buf_free(&text);
    return o;
}

cm_code token_parse(cm_bytes bytes, cm_tokenizer **out, cm_error *err) {
    static const cm_token_encoding SMALL = {"small", CM_PATTERN_CL100K, 376, 376};
    cm_source *source = NULL;
    ck_assert_int_eq(cm_source_memory(bytes, &source, NULL), CM_OK);
    cm_token_file file = {.source = source, .path = "", .encoding = &SMALL};
    cm_code code = cm_tokenizer_from_source(&file, out, err);
    cm_source_close(source);
    return code;
}

cm_tokenizer *token_small(const char *name) {
    cm_buf file = token_file(name);
    cm_tokenizer *t = NULL;
    cm_error err = {0};
    ck_assert_msg(token_parse(cm_buf_bytes(&file), &t, &err) == CM_OK, "%s: %s", name, err.message);
    cm_buf_free(&file);
    return t;
}

cm_tokens token_encode(const cm_tokenizer *t, const void *text, size_t size, bool offsets) {
    cm_tokens out = {0};
    cm_error err = {0};
    ck_assert_msg(cm_tokenizer_encode(t, text, size, offsets, &out, &err) == CM_OK, "%s",
                  err.message);
    return out;
}

cm_tokens token_feed(const cm_tokenizer *t, const void *text, size_t size, size_t step,
                     bool offsets) {
    cm_tokens out = {0};
    cm_encoder *e = NULL;
    ck_assert_int_eq(cm_encoder_new(t, offsets, &e, NULL), CM_OK);
    for (size_t at = 0; at < size; at += step) {
        size_t n = size - at < step ? size - at : step;
        each_assert(cm_encoder_feed(e, (const uint8_t *)text + at, n, &out, NULL) == CM_OK);
    }
    ck_assert_int_eq(cm_encoder_finish(e, &out, NULL), CM_OK);
    cm_encoder_free(e);
    return out;
}

void token_check_same(const cm_tokens *a, const cm_tokens *b, const char *what) {
    ck_assert_msg(a->count == b->count, "%s: %zu tokens and %zu", what, a->count, b->count);
    for (size_t i = 0; i < a->count; i++) {
        each_assert_msg(a->ids[i] == b->ids[i], "%s: token %zu", what, i);
        if (a->offsets != NULL && b->offsets != NULL)
            each_assert_msg(a->offsets[i] == b->offsets[i], "%s: offset of token %zu", what, i);
    }
    ck_assert_msg(a->replaced == b->replaced, "%s: replaced", what);
}

/* SplitMix64. */
uint64_t token_random(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static void put_character(cm_buf *out, uint32_t c) {
    if (c < 0x80)
        cm_buf_u8(out, (uint8_t)c);
    else if (c < 0x800) {
        cm_buf_u8(out, (uint8_t)(0xc0 | c >> 6));
        cm_buf_u8(out, (uint8_t)(0x80 | (c & 0x3f)));
    } else if (c < 0x10000) {
        cm_buf_u8(out, (uint8_t)(0xe0 | c >> 12));
        cm_buf_u8(out, (uint8_t)(0x80 | (c >> 6 & 0x3f)));
        cm_buf_u8(out, (uint8_t)(0x80 | (c & 0x3f)));
    } else {
        cm_buf_u8(out, (uint8_t)(0xf0 | c >> 18));
        cm_buf_u8(out, (uint8_t)(0x80 | (c >> 12 & 0x3f)));
        cm_buf_u8(out, (uint8_t)(0x80 | (c >> 6 & 0x3f)));
        cm_buf_u8(out, (uint8_t)(0x80 | (c & 0x3f)));
    }
}

cm_buf token_awkward(uint64_t *state, size_t characters) {
    static const char *const SOME[] = {"'",
                                       "'s",
                                       "'LL",
                                       "'\xc5\xbf",
                                       "'r",
                                       "'Re",
                                       " ",
                                       "  ",
                                       "\n",
                                       "\r\n",
                                       "\t",
                                       "\xc2\xa0",
                                       "\xe3\x80\x80",
                                       "1",
                                       "23",
                                       "\xd9\xa3",
                                       "\xc2\xbd",
                                       "a",
                                       "B",
                                       "\xcc\x81",
                                       "\xc3\xa9",
                                       "\xe1\xa0\x8e",
                                       "\xc4\xb0",
                                       "/",
                                       "...",
                                       "\xc7\x85",
                                       "\xca\xb0",
                                       "\xe2\x80\xa8",
                                       "\xc2\x85",
                                       "<think>",
                                       "<thi",
                                       "<|end|>",
                                       "\xe6\x97\xa5"};
    cm_buf out = {0};
    for (size_t i = 0; i < characters; i++) {
        uint64_t r = token_random(state);
        uint32_t any = (uint32_t)(r >> 8) % (0x110000 - 0x800);
        if (r % 8 < 6)
            cm_buf_text(&out, SOME[(r >> 8) % (sizeof SOME / sizeof SOME[0])]);
        else if (r % 8 == 6)
            put_character(&out, 0x20 + (uint32_t)(r >> 8) % 0x3000);
        else
            put_character(&out, any < 0xd800 ? any : any + 0x800);
    }
    ck_assert_int_eq(out.failed, CM_OK);
    return out;
}

void token_check_parts(const cm_tokenizer *t, uint64_t seed, size_t characters, const size_t *steps,
                       size_t step_count, uint64_t replaced) {
    uint64_t state = seed;
    cm_buf text = token_awkward(&state, characters);
    for (size_t i = 0; i < text.size; i += 1 + token_random(&state) % 4000)
        text.data[i] = (uint8_t)token_random(&state);
    cm_tokens whole = token_encode(t, text.data, text.size, true);
    ck_assert_uint_gt(whole.replaced, replaced);
    for (size_t i = 0; i < step_count; i++) {
        cm_tokens parts = token_feed(t, text.data, text.size, steps[i], true);
        token_check_same(&whole, &parts, "in parts");
        cm_tokens_free(&parts);
    }
    cm_tokens_free(&whole);
    cm_buf_free(&text);
}
