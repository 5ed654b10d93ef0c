/* Tokenizer files that are cut off, damaged, hostile, or of another kind: an error that says so. */
#include <check.h>
#include <stdlib.h>

#include "token/gguf.h"
#include "token_support.h"

/* Every beginning of a file is refused, the whole alone is not. */
START_TEST(a_file_that_is_cut_off_is_refused) {
    cm_buf file = token_file(TOKEN_SMALL[_i]);
    bool newline = file.data[file.size - 1] == '\n'; /* the last one may be missing */
    for (size_t n = 0; n + newline < file.size; n++) {
        cm_tokenizer *t = NULL;
        cm_error err = {0};
        uint8_t *copy = malloc(n != 0 ? n : 1);
        ck_assert_ptr_nonnull(copy);
        memcpy(copy, file.data, n);
        cm_code code = token_parse((cm_bytes){.data = copy, .size = n}, &t, &err);
        ck_assert_msg(code == CM_ERR_FORMAT || code == CM_ERR_UNSUPPORTED, "%s at %zu: %d %s",
                      TOKEN_SMALL[_i], n, (int)code, err.message);
        ck_assert_ptr_null(t);
        ck_assert_uint_gt(strlen(err.message), 5);
        free(copy);
    }
    cm_buf_free(&file);
}
END_TEST

/* Whatever damage makes of a file: an error, or a tokenizer whose answers hang together. */
START_TEST(damaged_files_do_no_harm) {
    enum { ROUNDS = 6000 };
    uint64_t state = (uint64_t)_i + 1;
    size_t good = 0;
    cm_buf file = token_file(TOKEN_SMALL[_i]), text = token_awkward(&state, 60);
    uint8_t *copy = malloc(file.size);
    ck_assert_ptr_nonnull(copy);
    for (int i = 0; i < ROUNDS; i++) {
        cm_tokenizer *t = NULL;
        cm_tokens out = {0};
        memcpy(copy, file.data, file.size);
        for (uint64_t n = 1 + token_random(&state) % 4; n > 0; n--) {
            uint8_t *at = copy + token_random(&state) % file.size;
            uint64_t r = token_random(&state);
            *at = (uint8_t)(r % 3 == 0 ? r >> 8 : *at ^ 1u << (r >> 8) % 8);
        }
        cm_error err = {0};
        cm_code code = token_parse((cm_bytes){.data = copy, .size = file.size}, &t, &err);
        ck_assert((code == CM_OK) == (t != NULL));
        if (t != NULL && cm_tokenizer_encode(t, text.data, text.size, true, &out, &err) == CM_OK) {
            good++;
            for (size_t j = 0; j < out.count; j++) {
                ck_assert_uint_lt(out.ids[j], cm_tokenizer_size(t));
                ck_assert_uint_lt(out.offsets[j], text.size);
            }
        }
        cm_tokens_free(&out);
        cm_tokenizer_free(t);
    }
    ck_assert_uint_gt(good, 20);
    ck_assert_uint_lt(good, ROUNDS);
    free(copy);
    cm_buf_free(&file);
    cm_buf_free(&text);
}
END_TEST

/* --- tokenizer.json -----------------------------------------------------------------------------
 */

#define MODEL                                                                                      \
    "\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0,\"b\":1,\"ab\":2},\"merges\":[\"a b\"]}"
#define LEVEL "\"pre_tokenizer\":{\"type\":\"ByteLevel\",\"add_prefix_space\":false}"

static cm_code parse(const char *text, cm_error *err) {
    cm_tokenizer *t = NULL;
    cm_code code = token_parse(cm_text_bytes(text), &t, err);
    ck_assert((code == CM_OK) == (t != NULL));
    cm_tokenizer_free(t);
    return code;
}

START_TEST(what_would_change_ids_is_refused) {
    static const struct {
        const char *text;
        cm_code code;
        const char *say;
    } cases[] = {
        {"{" LEVEL "," MODEL "}", CM_OK, ""},
        {"{" LEVEL "," MODEL "} x", CM_ERR_FORMAT, "JSON"},
        {"{" LEVEL "," MODEL "," MODEL "}", CM_ERR_FORMAT, "two fields"},
        {"{" LEVEL "," MODEL ",\"new\":1}", CM_ERR_UNSUPPORTED, "\"new\""},
        {"{" LEVEL "}", CM_ERR_FORMAT, "no model"},
        {"{" MODEL "}", CM_ERR_UNSUPPORTED, "byte-level"},
        {"{" LEVEL ",\"model\":{\"type\":\"Unigram\",\"vocab\":[]}}", CM_ERR_UNSUPPORTED,
         "Unigram"},
        {"{" LEVEL ",\"model\":{\"type\":\"WordPiece\",\"vocab\":{}}}", CM_ERR_UNSUPPORTED,
         "WordPiece"},
        {"{" LEVEL ",\"model\":{\"vocab\":{},\"merges\":[],\"byte_fallback\":true}}",
         CM_ERR_UNSUPPORTED, "SentencePiece"},
        {"{" LEVEL ",\"model\":{\"vocab\":{},\"merges\":[],\"dropout\":0.1}}", CM_ERR_UNSUPPORTED,
         "dropout"},
        {"{" LEVEL ",\"model\":{\"vocab\":{},\"merges\":[],\"unk_token\":\"x\"}}", CM_ERR_FORMAT,
         "unknown token"},
        {"{" LEVEL ",\"model\":{\"vocab\":{},\"merges\":[],\"knob\":1}}", CM_ERR_UNSUPPORTED,
         "knob"},
        {"{" LEVEL ",\"model\":{\"vocab\":{}}}", CM_ERR_FORMAT, "merges"},
        {"{" LEVEL ",\"model\":{\"vocab\":{\"a\":0,\"b\":0},\"merges\":[]}}", CM_ERR_FORMAT,
         "id 0"},
        {"{" LEVEL ",\"model\":{\"vocab\":{\"a\":0,\"a\":1},\"merges\":[]}}", CM_ERR_FORMAT,
         "the same"},
        {"{" LEVEL ",\"model\":{\"vocab\":{\"a\":-1},\"merges\":[]}}", CM_ERR_FORMAT, "ids"},
        {"{" LEVEL ",\"model\":{\"vocab\":{\"a\":1.5},\"merges\":[]}}", CM_ERR_FORMAT, "ids"},
        {"{" LEVEL ",\"model\":{\"vocab\":{\"a\":4294967296},\"merges\":[]}}", CM_ERR_FORMAT,
         "ids"},
        {"{" LEVEL ",\"model\":{\"vocab\":{\"a\":99999999},\"merges\":[]}}", CM_ERR_LIMIT,
         "99999999"},
        {"{" LEVEL ",\"model\":{\"vocab\":{\"a\":0},\"merges\":[\"a a\"]}}", CM_ERR_FORMAT,
         "no token"},
        {"{" LEVEL ",\"model\":{\"vocab\":{\"a\":0},\"merges\":[\"aa\"]}}", CM_ERR_FORMAT,
         "two tokens"},
        {"{" LEVEL ",\"model\":{\"vocab\":{\"a\":0},\"merges\":[[\"a\"]]}}", CM_ERR_FORMAT,
         "merges"},
        {"{" LEVEL ",\"model\":{\"vocab\":{\"\\ud800\":0},\"merges\":[]}}", CM_ERR_FORMAT, "ids"},
        {"{" LEVEL "," MODEL ",\"normalizer\":{\"type\":\"Lowercase\"}}", CM_ERR_UNSUPPORTED,
         "Lowercase"},
        {"{" LEVEL "," MODEL ",\"normalizer\":{\"type\":\"NFC\"}}", CM_OK, ""},
        {"{\"pre_tokenizer\":{\"type\":\"Metaspace\"}," MODEL "}", CM_ERR_UNSUPPORTED, "Metaspace"},
        {"{\"pre_tokenizer\":{\"type\":\"Split\",\"pattern\":{\"Regex\":\"a\"},\"behavior\":"
         "\"Isolated\"}," MODEL "}",
         CM_ERR_UNSUPPORTED, "byte-level"},
        {"{\"pre_tokenizer\":{\"type\":\"Split\",\"pattern\":{\"Regex\":\"a\"},\"behavior\":"
         "\"MergedWithNext\"}," MODEL "}",
         CM_ERR_UNSUPPORTED, "behaviour"},
        {"{\"pre_tokenizer\":{\"type\":\"Split\",\"pattern\":{\"Regex\":\"(?<=a)b\"},"
         "\"behavior\":\"Isolated\"}," MODEL "}",
         CM_ERR_UNSUPPORTED, "pattern"},
        {"{" LEVEL "," MODEL
         ",\"added_tokens\":[{\"id\":9,\"content\":\"<x>\"},{\"id\":8,\"content\":\"<x\","
         "\"normalized\":false}]}",
         CM_ERR_UNSUPPORTED, "raw and"},
        {"{" LEVEL "," MODEL ",\"added_tokens\":[{\"id\":9}]}", CM_ERR_FORMAT, "added"},
        {"{" LEVEL "," MODEL ",\"added_tokens\":[{\"id\":9,\"content\":\"<x>\",\"lstrip\":true}]}",
         CM_ERR_UNSUPPORTED, "blanks"},
        {"{" LEVEL "," MODEL ",\"added_tokens\":[{\"id\":9,\"content\":\"<x>\"}]}", CM_OK, ""},
        {"{" LEVEL "," MODEL ",\"added_tokens\":[{\"id\":9,\"content\":\"\"}]}", CM_ERR_LIMIT,
         "added token"},
        {"{\"a\":0,\"b\":1}", CM_ERR_UNSUPPORTED, "small has 376"},
        {"[]", CM_ERR_UNSUPPORTED, "neither"},
        {"", CM_ERR_UNSUPPORTED, "neither"},
        {"once upon a time", CM_ERR_UNSUPPORTED, "neither"},
        {"YQ== 0\nYg== x\n", CM_ERR_FORMAT, "line 2"},
        {"YQ== 0\nYQ== 1\n", CM_ERR_FORMAT, "the same"},
        {"YQ== 0\nYg== 0\n", CM_ERR_FORMAT, "id 0"},
        {"YQ== 0\nYg== 1\n", CM_ERR_FORMAT, "2 tokens"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cm_error err = {0};
        cm_code code = parse(cases[i].text, &err);
        ck_assert_msg(code == cases[i].code, "%s: %d %s", cases[i].text, (int)code, err.message);
        ck_assert_msg(code == CM_OK || strstr(err.message, cases[i].say) != NULL, "%s: %s",
                      cases[i].text, err.message);
    }
}
END_TEST

/* `n` times `part`, between what begins and what ends a file. */
static cm_code parse_repeated(const char *begin, const char *part, size_t n, const char *end,
                              cm_error *err) {
    cm_buf text = {0};
    cm_tokenizer *t = NULL;
    cm_buf_text(&text, begin);
    for (size_t i = 0; i < n; i++)
        cm_buf_text(&text, part);
    cm_buf_text(&text, end);
    cm_code code = token_parse(cm_buf_bytes(&text), &t, err);
    cm_tokenizer_free(t);
    cm_buf_free(&text);
    return code;
}

START_TEST(too_much_of_anything_is_refused) {
    enum { MANY = 10000000 };
    cm_error err = {0};
    ck_assert_int_eq(parse_repeated("{" LEVEL ",\"model\":{\"vocab\":{\"a\":0,\"b\":1,\"ab\":2},"
                                    "\"merges\":[\"a b\"",
                                    ",\"a b\"", MANY, "]}}", &err),
                     CM_ERR_LIMIT);
    ck_assert_int_eq(parse_repeated("{" LEVEL ",\"model\":{\"vocab\":{\"a\":0,\"b\":1,\"ab\":2},"
                                    "\"merges\":[\"a b\"",
                                    ",\"a b\"", MANY / 2, "]}}", &err),
                     CM_ERR_LIMIT);
    ck_assert_int_eq(parse_repeated("", "[", MANY, "", &err), CM_ERR_UNSUPPORTED);
    ck_assert_int_eq(parse_repeated("{\"model\":", "[", MANY, "", &err), CM_ERR_FORMAT);
    ck_assert_int_eq(parse_repeated("{\"model\":", "{\"a\":", MANY, "", &err), CM_ERR_FORMAT);
    ck_assert_int_eq(parse_repeated("{" MODEL ",\"pre_tokenizer\":{\"type\":\"Sequence\","
                                    "\"pretokenizers\":[",
                                    "{\"type\":\"Digits\"},", 9,
                                    "{\"type\":\"ByteLevel\",\"add_prefix_space\":false}]}}", &err),
                     CM_ERR_LIMIT);
    ck_assert_int_eq(parse_repeated("{" MODEL ",\"pre_tokenizer\":{\"type\":\"Split\","
                                    "\"behavior\":\"Isolated\",\"pattern\":{\"Regex\":\"",
                                    "(?:a|b)", 10000, "\"}}}", &err),
                     CM_ERR_LIMIT);
    ck_assert_int_eq(
        parse_repeated("{" MODEL "," LEVEL ",\"normalizer\":\"", "x", MANY, "\"}", &err),
        CM_ERR_LIMIT);
}
END_TEST

/* --- GGUF ---------------------------------------------------------------------------------------
 */

static void put64(cm_buf *b, uint64_t v) {
    cm_buf_le32(b, (uint32_t)v);
    cm_buf_le32(b, (uint32_t)(v >> 32));
}

static void put_text(cm_buf *b, const char *text) {
    put64(b, strlen(text));
    cm_buf_text(b, text);
}

static cm_buf gguf(uint32_t version, uint64_t keys) {
    cm_buf b = {0};
    cm_buf_text(&b, "GGUF");
    cm_buf_le32(&b, version);
    put64(&b, 0);
    put64(&b, keys);
    return b;
}

static void check_gguf(cm_buf *b, cm_code want, const char *say) {
    cm_tokenizer *t = NULL;
    cm_error err = {0};
    cm_code code = token_parse(cm_buf_bytes(b), &t, &err);
    ck_assert_msg(code == want && strstr(err.message, say) != NULL, "%s: %d %s", say, (int)code,
                  err.message);
    ck_assert_ptr_null(t);
    cm_buf_free(b);
}

static void put_string_key(cm_buf *b, const char *name, const char *value) {
    put_text(b, name);
    cm_buf_le32(b, CM_GGUF_STRING);
    put_text(b, value);
}

static void put_array_key(cm_buf *b, const char *name, uint32_t item, uint64_t count) {
    put_text(b, name);
    cm_buf_le32(b, CM_GGUF_ARRAY);
    cm_buf_le32(b, item);
    put64(b, count);
}

START_TEST(forged_gguf_is_refused) {
    cm_buf b = gguf(1, 0);
    check_gguf(&b, CM_ERR_UNSUPPORTED, "versions");
    b = gguf(3, 0);
    check_gguf(&b, CM_ERR_UNSUPPORTED, "no tokenizer");
    b = gguf(3, UINT64_MAX);
    check_gguf(&b, CM_ERR_LIMIT, "too many keys");
    b = gguf(3, 1);
    put64(&b, UINT64_MAX); /* length of a key */
    check_gguf(&b, CM_ERR_LIMIT, "too long");
    b = gguf(3, 1);
    put_text(&b, "x");
    cm_buf_le32(&b, CM_GGUF_STRING);
    put64(&b, UINT64_MAX); /* of a value */
    check_gguf(&b, CM_ERR_FORMAT, "truncated");
    b = gguf(3, 1);
    put_array_key(&b, "x", CM_GGUF_INT32, UINT64_MAX / 2 + 2);
    check_gguf(&b, CM_ERR_LIMIT, "too long");
    b = gguf(3, 1);
    put_array_key(&b, "x", CM_GGUF_ARRAY, 1);
    cm_buf_fill(&b, 0, 64);
    check_gguf(&b, CM_ERR_UNSUPPORTED, "kind");
    b = gguf(3, 1);
    put_text(&b, "x");
    cm_buf_le32(&b, 13);
    check_gguf(&b, CM_ERR_UNSUPPORTED, "kind");
    b = gguf(3, 1);
    put_string_key(&b, "tokenizer.ggml.model", "llama");
    check_gguf(&b, CM_ERR_UNSUPPORTED, "\"llama\"");
    b = gguf(3, 2);
    put_string_key(&b, "tokenizer.ggml.model", "gpt2");
    put_string_key(&b, "tokenizer.ggml.model", "gpt2");
    check_gguf(&b, CM_ERR_FORMAT, "twice");
    b = gguf(3, 1);
    put_string_key(&b, "tokenizer.ggml.model", "gpt2");
    check_gguf(&b, CM_ERR_UNSUPPORTED, "tokens and merges");
    for (int pre = 0; pre < 2; pre++) {
        b = gguf(3, 3 + (uint64_t)pre);
        put_string_key(&b, "tokenizer.ggml.model", "gpt2");
        put_array_key(&b, "tokenizer.ggml.tokens", CM_GGUF_STRING, 1);
        put_text(&b, "a");
        put_array_key(&b, "tokenizer.ggml.merges", CM_GGUF_STRING, 1);
        put_text(&b, "a a");
        if (pre == 1)
            put_string_key(&b, "tokenizer.ggml.pre", "gpt-4o");
        check_gguf(&b, CM_ERR_UNSUPPORTED, pre == 1 ? "\"gpt-4o\"" : "tokenizer.ggml.pre");
    }
    b = gguf(3, 5);
    put_string_key(&b, "tokenizer.ggml.model", "gpt2");
    put_string_key(&b, "tokenizer.ggml.pre", "gpt-2");
    put_array_key(&b, "tokenizer.ggml.tokens", CM_GGUF_STRING, 1);
    put_text(&b, "a");
    put_array_key(&b, "tokenizer.ggml.merges", CM_GGUF_STRING, 0);
    put_array_key(&b, "tokenizer.ggml.token_type", CM_GGUF_INT32, 2);
    cm_buf_fill(&b, 0, 8);
    check_gguf(&b, CM_ERR_FORMAT, "types");
}
END_TEST

/* llama.cpp would find the longest of the added tokens first, we the leftmost. */
START_TEST(entangled_added_tokens_are_told) {
    static const struct {
        const char *tokens[3];
        bool entangled;
    } cases[] = {
        {{"<think>", "</think>", "<thin"}, false},
        {{"ab", "bcd", "x"}, true},
        {{"ab", "bc", "x"}, true},
        {{"aa", "b", "x"}, false},
        {{"abc", "cd", "x"}, false}, /* the leftmost is the longest, too */
        {{"aba", "abab", "x"}, true},
        {{"  ", "   ", "      "}, false},
        {{"  ", " x ", "y"}, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cm_added a = {0};
        for (uint32_t j = 0; j < 3; j++)
            ck_assert_int_eq(cm_added_put(&a, j, cm_text_bytes(cases[i].tokens[j]), NULL), CM_OK);
        cm_added_seal(&a);
        ck_assert_msg(cm_added_entangled(&a) == cases[i].entangled, "case %zu", i);
        cm_added_free(&a);
    }
}
END_TEST

START_TEST(text_tokens_keep_others_out) {
    cm_added a = {0};
    cm_bytes text = cm_text_bytes("[x] x]y [");
    ck_assert_int_eq(cm_added_put(&a, CM_ADDED_TEXT, cm_text_bytes("[x]"), NULL), CM_OK);
    ck_assert_int_eq(cm_added_put(&a, 7, cm_text_bytes("x]"), NULL), CM_OK);
    cm_added_seal(&a);
    cm_added_find f = cm_added_next(&a, text, 0, false);
    ck_assert(f.found && f.id == 7 && f.start == 4 && f.end == 6);
    f = cm_added_next(&a, text, f.end, false);
    ck_assert(!f.found && f.start == 8); /* what may become "[x]" */
    f = cm_added_next(&a, text, 6, true);
    ck_assert(!f.found && f.start == text.size);
    cm_added_free(&a);
}
END_TEST

START_TEST(files_are_named_in_errors) {
    cm_tokenizer *t = NULL;
    cm_error err = {0};
    cm_tokenizer_options named = {.encoding = "cl100k"};
    ck_assert_int_eq(cm_tokenizer_read("no-such-file", NULL, &t, &err), CM_ERR_IO);
    ck_assert_ptr_nonnull(strstr(err.message, "no-such-file"));
    ck_assert_int_eq(cm_tokenizer_read("test/data/token/small.tiktoken", NULL, &t, &err),
                     CM_ERR_UNSUPPORTED);
    ck_assert_ptr_nonnull(strstr(err.message, "small.tiktoken: a table of 376 tokens"));
    ck_assert_int_eq(cm_tokenizer_read("test/data/token/small.json", &named, &t, &err),
                     CM_ERR_ARGUMENT);
    named.encoding = "cl100k_base";
    ck_assert_int_eq(cm_tokenizer_read("test/data/token/small.tiktoken", &named, &t, &err),
                     CM_ERR_FORMAT);
    ck_assert_ptr_nonnull(strstr(err.message, "100256"));
    ck_assert_ptr_null(t);
}
END_TEST

Suite *suite_token_hostile(void);
Suite *suite_token_hostile(void) {
    Suite *s = suite_create("token_hostile");
    TCase *c = tcase_create("hostile");
    tcase_set_timeout(c, 120);
    tcase_add_loop_test(c, a_file_that_is_cut_off_is_refused, 0, TOKEN_SMALL_COUNT);
    tcase_add_loop_test(c, damaged_files_do_no_harm, 0, TOKEN_SMALL_COUNT);
    tcase_add_test(c, what_would_change_ids_is_refused);
    tcase_add_test(c, too_much_of_anything_is_refused);
    tcase_add_test(c, forged_gguf_is_refused);
    tcase_add_test(c, entangled_added_tokens_are_told);
    tcase_add_test(c, text_tokens_keep_others_out);
    tcase_add_test(c, files_are_named_in_errors);
    suite_add_tcase(s, c);
    return s;
}
