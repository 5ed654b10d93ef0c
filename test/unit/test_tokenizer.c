/* Tokenizers: answers of tiktoken and Hugging Face's tokenizers, text in parts, what isn't UTF-8.
 *
 * CM_TOKENIZERS names a directory of vocabularies as test/oracle/token_ids.sh makes it; without it
 * the small ones answer alone. */
#include <check.h>
#include <stdlib.h>

#include "each.h"
#include "token_support.h"

static void check_case(const cm_tokenizer *t, const json_t *item, const char *name) {
    const json_t *text = json_object_get(item, "text"), *want = json_object_get(item, name), *id;
    cm_tokens got = token_encode(t, json_string_value(text), json_string_length(text), false);
    size_t at;
    ck_assert_msg(got.count == json_array_size(want), "%s: \"%.60s\"", name,
                  json_string_value(text));
    json_array_foreach(want, at, id)
        ck_assert_msg(got.ids[at] == json_integer_value(id), "%s: \"%.60s\", token %zu", name,
                      json_string_value(text), at);
    cm_tokens_free(&got);
}

START_TEST(small_vocabularies_answer_as_their_peers_do) {
    json_t *golden = token_json("small.golden.json");
    const json_t *cases = json_object_get(golden, "cases"), *item;
    size_t at;
    ck_assert_uint_gt(json_array_size(cases), 40);
    for (size_t i = 0; i < TOKEN_SMALL_COUNT; i++) {
        cm_tokenizer *t = token_small(TOKEN_SMALL[i]);
        json_array_foreach(cases, at, item) check_case(t, item, TOKEN_SMALL[i]);
        cm_tokenizer_free(t);
    }
    json_decref(golden);
}
END_TEST

static const struct {
    const char *name; /* in golden.json */
    const char *file, *kind;
    uint32_t size;
} LARGE[] = {
    {"tiktoken:cl100k_base", "cl100k_base.tiktoken", "tiktoken", 100277},
    {"tiktoken:o200k_base", "o200k_base.tiktoken", "tiktoken", 200019},
    {"tiktoken:r50k_base", "r50k_base.tiktoken", "tiktoken", 50257},
    {"hf:qwen3", "qwen3.json", "tokenizer.json", 151669},
    {"hf:llama3", "llama3.json", "tokenizer.json", 128256},
    {"hf:gpt2", "gpt2/encoder.json", "gpt2", 50257},
    {"gguf:smollm2", "smollm2.gguf", "gguf", 49152},
};

START_TEST(large_vocabularies_answer_as_their_peers_do) {
    const char *directory = getenv("CM_TOKENIZERS");
    char path[1024];
    cm_tokenizer *t = NULL;
    cm_error err = {0};
    size_t at;
    const json_t *item;
    if (directory == NULL)
        return;
    json_t *golden = token_json("golden.json");
    snprintf(path, sizeof path, "%s/%s", directory, LARGE[_i].file);
    ck_assert_msg(cm_tokenizer_read(path, NULL, &t, &err) == CM_OK, "%s", err.message);
    ck_assert_str_eq(cm_tokenizer_kind(t), LARGE[_i].kind);
    ck_assert_uint_eq(cm_tokenizer_size(t), LARGE[_i].size);
    json_array_foreach(json_object_get(golden, "cases"), at,
                       item) if (json_object_get(item, LARGE[_i].name) != NULL)
        check_case(t, item, LARGE[_i].name);
    cm_tokenizer_free(t);
    json_decref(golden);
}
END_TEST

START_TEST(what_they_are_is_told) {
    static const char *const KINDS[] = {"tokenizer.json", "tiktoken", "gguf"};
    static const char *const NAMES[] = {"", "small", "smollm"};
    static const uint32_t SIZES[] = {379, 376, 377};
    for (size_t i = 0; i < TOKEN_SMALL_COUNT; i++) {
        cm_tokenizer *t = token_small(TOKEN_SMALL[i]);
        ck_assert_str_eq(cm_tokenizer_kind(t), KINDS[i]);
        ck_assert_str_eq(cm_tokenizer_name(t), NAMES[i]);
        ck_assert_uint_eq(cm_tokenizer_size(t), SIZES[i]);
        cm_tokenizer_free(t);
    }
    cm_tokenizer_free(NULL);
    cm_encoder_free(NULL);
}
END_TEST

/* The encoder looks at its text every 64 KiB. Lines of "x" up to near there put every byte of a
 * short text on that edge, and have tokens of their own: two a line. */
START_TEST(text_is_the_same_wherever_it_is_cut) {
    enum { EDGE = 1 << 16 };
    uint64_t state = 5;
    cm_tokenizer *t = token_small(TOKEN_SMALL[_i]);
    cm_buf text = {0}, tail = token_awkward(&state, 100);
    cm_buf_text(&text, "q");
    cm_buf_put_bytes(&text, cm_buf_bytes(&tail));
    cm_tokens alone = token_encode(t, text.data, text.size, true);
    uint8_t *both = malloc(EDGE + text.size);
    ck_assert_ptr_nonnull(both);
    for (size_t cut = 0; cut < text.size; cut++) {
        size_t lead = (EDGE - cut) & ~(size_t)1;
        for (size_t i = 0; i < lead; i++)
            both[i] = i % 2 == 0 ? 'x' : '\n';
        memcpy(both + lead, text.data, text.size);
        cm_tokens got = token_encode(t, both, lead + text.size, true);
        ck_assert_uint_eq(got.count, lead + alone.count);
        for (size_t i = 0; i < alone.count; i++) {
            each_assert_msg(got.ids[lead + i] == alone.ids[i], "cut at %zu: token %zu", cut, i);
            each_assert(got.offsets[lead + i] == lead + alone.offsets[i]);
        }
        cm_tokens_free(&got);
    }
    free(both);
    cm_tokens_free(&alone);
    cm_buf_free(&text);
    cm_buf_free(&tail);
    cm_tokenizer_free(t);
}
END_TEST

START_TEST(parts_of_any_size_make_no_difference) {
    static const size_t STEPS[] = {1, 2, 3, 7, 64, 4096, 65535, 65536, 65537};
    cm_tokenizer *t = token_small(TOKEN_SMALL[_i]);
    token_check_parts(t, 11, 60000, STEPS, sizeof STEPS / sizeof STEPS[0], 5);
    cm_tokenizer_free(t);
}
END_TEST

/* Without normalisation tokens are the text, byte for byte, and begin where they say. */
START_TEST(tokens_lead_back_to_the_text) {
    uint64_t state = 3;
    for (size_t i = 1; i < TOKEN_SMALL_COUNT; i++) {
        cm_tokenizer *t = token_small(TOKEN_SMALL[i]);
        cm_buf text = token_awkward(&state, 5000);
        cm_tokens got = token_encode(t, text.data, text.size, true);
        char *back = NULL;
        size_t size = 0, at = 0;
        ck_assert_int_eq(cm_tokenizer_decode(t, got.ids, got.count, &back, &size, NULL), CM_OK);
        ck_assert_uint_eq(size, text.size);
        ck_assert_mem_eq(back, text.data, size);
        ck_assert_int_eq(back[size], 0);
        free(back);
        for (size_t j = 0; j < got.count; j++) {
            ck_assert_uint_eq(got.offsets[j], at);
            ck_assert_int_eq(cm_tokenizer_decode(t, &got.ids[j], 1, &back, &size, NULL), CM_OK);
            ck_assert_mem_eq(back, text.data + at, size);
            at += size;
            free(back);
        }
        cm_tokens_free(&got);
        cm_buf_free(&text);
        cm_tokenizer_free(t);
    }
}
END_TEST

START_TEST(special_tokens_are_decoded_and_never_found) {
    static const uint32_t END[] = {376};
    cm_tokenizer *t = token_small("small.json");
    char *text = NULL;
    size_t size = 0;
    cm_error err = {0};
    ck_assert_int_eq(cm_tokenizer_decode(t, END, 1, &text, &size, NULL), CM_OK);
    ck_assert_str_eq(text, "<|end|>");
    cm_tokens got = token_encode(t, text, size, false);
    ck_assert_uint_gt(got.count, 1);
    free(text);
    for (uint32_t id = 379; id != 0; id = id == 379 ? UINT32_MAX : 0) {
        ck_assert_int_eq(cm_tokenizer_decode(t, &id, 1, &text, &size, &err), CM_ERR_ARGUMENT);
        ck_assert_ptr_null(text);
    }
    ck_assert_int_eq(cm_tokenizer_decode(t, NULL, 0, &text, &size, NULL), CM_OK);
    ck_assert_str_eq(text, "");
    free(text);
    cm_tokens_free(&got);
    cm_tokenizer_free(t);
}
END_TEST

/* Python's bytes.decode(errors="replace") says the same of each. */
START_TEST(what_is_not_utf8_is_replaced_and_counted) {
    static const struct {
        const char *bytes;
        const char *means; /* "?" for U+FFFD */
    } cases[] = {
        {"a\xff"
         "b",
         "a?b"},
        {"\xc0\x80", "??"},
        {"\xc3", "?"},
        {"\xc3(", "?("},
        {"\xe2\x82", "?"},
        {"\xe2\x82"
         "A",
         "?A"},
        {"\xe2(\xa1", "?(?"},
        {"\xed\xa0\x80", "???"},
        {"\xf0\x9f\x98", "?"},
        {"\xf0\x9f\x98\xe2\x82", "??"},
        {"\xf0\x80\x80\x80", "????"},
        {"\xf4\x90\x80\x80", "????"},
        {"\xf5\x80", "??"},
        {"\x80\xbf", "??"},
        {"\xc3\xa9\xc3", "\xc3\xa9?"},
    };
    for (size_t i = 0; i < TOKEN_SMALL_COUNT * (sizeof cases / sizeof cases[0]); i++) {
        cm_tokenizer *t = token_small(TOKEN_SMALL[i % TOKEN_SMALL_COUNT]);
        const char *bytes = cases[i / TOKEN_SMALL_COUNT].bytes;
        cm_buf good = {0};
        uint64_t replaced = 0;
        for (const char *p = cases[i / TOKEN_SMALL_COUNT].means; *p != '\0'; p++) {
            cm_buf_put(&good, *p == '?' ? "\xef\xbf\xbd" : p, *p == '?' ? 3 : 1);
            replaced += *p == '?';
        }
        cm_tokens want = token_encode(t, good.data, good.size, false);
        cm_tokens whole = token_encode(t, bytes, strlen(bytes), true);
        cm_tokens parts = token_feed(t, bytes, strlen(bytes), 1, true);
        ck_assert_msg(whole.replaced == replaced, "case %zu: %d", i, (int)whole.replaced);
        token_check_same(&whole, &parts, "by bytes");
        want.replaced = replaced;
        token_check_same(&whole, &want, "by hand");
        cm_tokens_free(&want);
        cm_tokens_free(&whole);
        cm_tokens_free(&parts);
        cm_buf_free(&good);
        cm_tokenizer_free(t);
    }
}
END_TEST

START_TEST(one_list_of_tokens_serves_with_and_without_offsets) {
    cm_tokenizer *t = token_small("small.tiktoken");
    cm_tokens out = {0};
    char text[3000];
    memset(text, '.', sizeof text);
    ck_assert_int_eq(cm_tokenizer_encode(t, "a b", 3, true, &out, NULL), CM_OK);
    ck_assert_int_eq(cm_tokenizer_encode(t, text, sizeof text, false, &out, NULL), CM_OK);
    ck_assert_int_eq(cm_tokenizer_encode(t, text, sizeof text, true, &out, NULL), CM_OK);
    ck_assert_uint_eq(out.offsets[0], 0);
    cm_tokens_free(&out);
    ck_assert_ptr_null(out.ids);
    cm_tokenizer_free(t);
}
END_TEST

/* 16 MB without a break, of which 4 MB would be taken. */
START_TEST(a_piece_without_a_break_has_a_limit) {
    enum { PART = 1 << 20, PARTS = 16 };
    cm_tokenizer *t = token_small("small.tiktoken");
    cm_encoder *e = NULL;
    cm_tokens out = {0};
    cm_error err = {0};
    cm_code code = CM_OK;
    char *part = malloc(PART);
    ck_assert_ptr_nonnull(part);
    memset(part, 'a', PART);
    ck_assert_int_eq(cm_encoder_new(t, false, &e, NULL), CM_OK);
    for (int i = 0; i < PARTS && code == CM_OK; i++)
        code = cm_encoder_feed(e, part, PART, &out, &err);
    ck_assert_int_eq(code, CM_ERR_LIMIT);
    cm_encoder_free(e);
    cm_tokens_free(&out);
    free(part);
    cm_tokenizer_free(t);
}
END_TEST

Suite *suite_tokenizer(void);
Suite *suite_tokenizer(void) {
    Suite *s = suite_create("tokenizer");
    TCase *c = tcase_create("answers");
    tcase_set_timeout(c, 120);
    tcase_add_test(c, small_vocabularies_answer_as_their_peers_do);
    tcase_add_loop_test(c, large_vocabularies_answer_as_their_peers_do, 0,
                        (int)(sizeof LARGE / sizeof LARGE[0]));
    tcase_add_test(c, what_they_are_is_told);
    tcase_add_loop_test(c, text_is_the_same_wherever_it_is_cut, 0, TOKEN_SMALL_COUNT);
    tcase_add_loop_test(c, parts_of_any_size_make_no_difference, 0, TOKEN_SMALL_COUNT);
    tcase_add_test(c, tokens_lead_back_to_the_text);
    tcase_add_test(c, special_tokens_are_decoded_and_never_found);
    tcase_add_test(c, what_is_not_utf8_is_replaced_and_counted);
    tcase_add_test(c, one_list_of_tokens_serves_with_and_without_offsets);
    tcase_add_test(c, a_piece_without_a_break_has_a_limit);
    suite_add_tcase(s, c);
    return s;
}
