/* SentencePiece models: what its own Python package answers, hostile files, and the refusal of a
 * build that can't read them. The files are looked at in any build. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "token/charsmap.h"
#include "token/sentencepiece_model.h"
#include "token_support.h"

static const char *const MODELS[] = {"small-unigram.model", "small-bpe.model",
                                     "small-suffix.model"};

enum { MODEL_COUNT = sizeof MODELS / sizeof *MODELS };

/* --- models made by hand ------------------------------------------------------------------------
 */

static void put_varint(cm_buf *b, uint64_t v) {
    for (; v >= 0x80; v >>= 7)
        cm_buf_u8(b, (uint8_t)(v | 0x80));
    cm_buf_u8(b, (uint8_t)v);
}

static void put_bytes(cm_buf *b, uint32_t number, const void *data, size_t n) {
    put_varint(b, number << 3 | 2);
    put_varint(b, n);
    cm_buf_put(b, data, n);
}

static void put_number(cm_buf *b, uint32_t number, uint64_t v) {
    put_varint(b, number << 3);
    put_varint(b, v);
}

/* A piece with its kind; `score` are a float's bits. */
static void put_piece(cm_buf *b, const void *text, size_t n, uint32_t score, uint64_t type) {
    cm_buf piece = {0};
    put_bytes(&piece, 1, text, n);
    put_varint(&piece, 2 << 3 | 5);
    cm_buf_le32(&piece, score);
    put_number(&piece, 3, type);
    put_bytes(b, 1, piece.data, piece.size);
    cm_buf_free(&piece);
}

enum { NORMAL = 1, UNKNOWN = 2, CONTROL = 3, USER_DEFINED = 4, BYTE = 6 };

static const uint32_t MINUS_ONE = 0xbf800000;

static cm_buf some_pieces(void) {
    cm_buf b = {0};
    put_piece(&b, "<unk>", 5, 0, UNKNOWN);
    put_piece(&b, "a", 1, MINUS_ONE, NORMAL);
    put_piece(&b, "\xe2\x96\x81", 3, MINUS_ONE, NORMAL);
    return b;
}

/* Ends a model: its kind, and rules of normalisation, if any. */
static void put_specs(cm_buf *b, uint64_t type, cm_bytes rules) {
    cm_buf trainer = {0}, normalizer = {0};
    put_number(&trainer, 3, type);
    put_bytes(b, 2, trainer.data, trainer.size);
    put_bytes(&normalizer, 2, rules.data, rules.size);
    put_bytes(b, 3, normalizer.data, normalizer.size);
    cm_buf_free(&trainer);
    cm_buf_free(&normalizer);
}

/* Screens a model, frees it, and looks for words in what went wrong. */
static void check_screened(cm_buf *b, cm_code want, const char *say) {
    cm_buf out = {0};
    cm_sentencepiece_type type;
    cm_error err = {0};
    ck_assert_int_eq(b->failed, CM_OK);
    cm_code code = cm_sentencepiece_screen(cm_buf_bytes(b), &type, &out, &err);
    ck_assert_msg(code == want, "%s: %d %s", say, (int)code, err.message);
    ck_assert_msg(strstr(err.message, say) != NULL, "%s: %s", say, err.message);
    cm_buf_free(&out);
    cm_buf_free(b);
}

START_TEST(what_the_library_would_trip_over_is_refused) {
    enum { WIDE = CM_SENTENCEPIECE_PIECE + 1 };
    static const cm_bytes NONE = {0};
    cm_buf b = some_pieces();
    put_specs(&b, 1, NONE);
    check_screened(&b, CM_OK, "");
    b = some_pieces();
    put_specs(&b, 3, NONE);
    check_screened(&b, CM_ERR_UNSUPPORTED, "of words");
    b = some_pieces();
    put_specs(&b, 4, NONE);
    check_screened(&b, CM_ERR_UNSUPPORTED, "of characters");
    b = some_pieces();
    put_specs(&b, 5, NONE);
    check_screened(&b, CM_ERR_FORMAT, "kind isn't known");
    b = some_pieces();
    check_screened(&b, CM_ERR_FORMAT, "cut off");
    b = some_pieces();
    put_specs(&b, 1, NONE);
    put_specs(&b, 1, NONE);
    check_screened(&b, CM_ERR_FORMAT, "twice");
    b = some_pieces();
    cm_buf_put(&b, "\x0b\x0c", 2); /* a group */
    check_screened(&b, CM_ERR_FORMAT, "damaged");
    b = some_pieces();
    cm_buf_put(&b, "\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11); /* 2^64 - 1 bytes */
    check_screened(&b, CM_ERR_FORMAT, "damaged");
    b = some_pieces();
    put_bytes(&b, 1, "\x0a\x09x", 3);
    check_screened(&b, CM_ERR_FORMAT, "pieces are damaged");
    b = some_pieces();
    put_piece(&b, "", 0, 0, NORMAL);
    check_screened(&b, CM_ERR_FORMAT, "empty");
    b = some_pieces();
    put_piece(&b, "b\0c", 3, 0, USER_DEFINED);
    check_screened(&b, CM_ERR_FORMAT, "NUL");
    b = some_pieces();
    put_piece(&b, "b", 1, 0x7fc00000, NORMAL); /* not a number */
    check_screened(&b, CM_ERR_FORMAT, "scores");
    b = some_pieces();
    put_piece(&b, "b", 1, 0xff800000, NORMAL); /* minus infinity */
    check_screened(&b, CM_ERR_FORMAT, "scores");
    b = some_pieces();
    put_piece(&b, "b", 1, 0, 7);
    check_screened(&b, CM_ERR_FORMAT, "kind that isn't known");
    b = some_pieces();
    put_piece(&b, "b", 1, 0, 0);
    check_screened(&b, CM_ERR_FORMAT, "kind that isn't known");
    char *wide = malloc(WIDE);
    ck_assert_ptr_nonnull(wide);
    memset(wide, 'x', WIDE);
    b = some_pieces();
    put_piece(&b, wide, WIDE, 0, NORMAL);
    check_screened(&b, CM_ERR_LIMIT, "over 512 bytes");
    b = some_pieces();
    cm_buf trainer = {0};
    put_bytes(&trainer, 44, wide, WIDE);
    put_bytes(&b, 2, trainer.data, trainer.size);
    check_screened(&b, CM_ERR_LIMIT, "unknown pieces");
    cm_buf_free(&trainer);
    free(wide);
}
END_TEST

/* The library takes at most 64 symbols that begin at one place, without looking. */
START_TEST(symbols_that_begin_with_one_another_are_counted) {
    static const cm_bytes NONE = {0};
    char text[CM_SENTENCEPIECE_NESTED + 2];
    memset(text, 'y', sizeof text);
    for (size_t longest = CM_SENTENCEPIECE_NESTED; longest <= CM_SENTENCEPIECE_NESTED + 1;
         longest++) {
        cm_buf b = some_pieces();
        for (size_t n = longest; n > 0; n--) {
            put_piece(&b, text, n, 0, USER_DEFINED);
            text[n] = 'z'; /* one beside it, which begins with those before */
            put_piece(&b, text, n + 1, 0, USER_DEFINED);
            text[n] = 'y';
        }
        put_specs(&b, 1, NONE);
        bool good = longest < CM_SENTENCEPIECE_NESTED; /* "yy…yz" is one more */
        check_screened(&b, good ? CM_OK : CM_ERR_LIMIT, good ? "" : "begin with one another");
    }
    cm_buf b = some_pieces();
    for (size_t n = CM_SENTENCEPIECE_NESTED; n > 0; n--)
        put_piece(&b, text, n, 0, USER_DEFINED);
    put_specs(&b, 1, NONE);
    check_screened(&b, CM_OK, "");
}
END_TEST

START_TEST(only_what_was_looked_at_is_passed_on) {
    static const cm_bytes NONE = {0};
    cm_buf b = some_pieces(), want = {0}, out = {0};
    cm_sentencepiece_type type;
    put_specs(&b, 2, NONE);
    cm_buf_put_bytes(&want, cm_buf_bytes(&b));
    put_bytes(&b, 4, "\x0a\x03\x0a\x01x", 5); /* samples, which the library would print about */
    put_bytes(&b, 200, "x", 1);
    put_number(&b, 1, 7);
    ck_assert_int_eq(cm_sentencepiece_screen(cm_buf_bytes(&b), &type, &out, NULL), CM_OK);
    ck_assert_int_eq(type, CM_SENTENCEPIECE_BPE);
    ck_assert(cm_bytes_equal(cm_buf_bytes(&out), cm_buf_bytes(&want)));
    cm_buf_free(&b);
    cm_buf_free(&want);
    cm_buf_free(&out);
}
END_TEST

/* --- rules of normalisation ---------------------------------------------------------------------
 */

enum { UNITS = 1024, LEAF = 0x100 };

static const uint32_t VALUE = 0x80000000u;

static uint32_t offset_of(uint32_t from, uint32_t to) {
    return (from ^ to) << 10;
}

/* A map for one rule: 'a' becomes `text`. The root's children stand from 256 on, those of 'a' from
 * 512 on. */
static cm_buf one_rule(uint32_t units[UNITS], const char *text) {
    cm_buf b = {0};
    cm_buf_le32(&b, UNITS * 4);
    for (size_t i = 0; i < UNITS; i++)
        cm_buf_le32(&b, units[i]);
    cm_buf_text(&b, text);
    cm_buf_u8(&b, 0);
    return b;
}

static void make_units(uint32_t units[UNITS]) {
    for (uint32_t i = 0; i < UNITS; i++)
        units[i] = VALUE; /* no byte is a label of these */
    units[0] = offset_of(0, 256);
    units[256 ^ 'a'] = offset_of(256 ^ 'a', 512) | LEAF | 'a';
    units[512] = VALUE | 0;
}

static void check_map(cm_buf *b, cm_code want) {
    cm_error err = {0};
    cm_code code = cm_charsmap_check(cm_buf_bytes(b), &err);
    ck_assert_msg(code == want, "%d %s", (int)code, err.message);
    cm_buf_free(b);
}

START_TEST(rules_stay_within_their_map) {
    uint32_t units[UNITS];
    make_units(units);
    cm_buf b = one_rule(units, "bcd");
    check_map(&b, CM_OK);
    b = one_rule(units, "0123456789abcdef"); /* 16 times as long */
    check_map(&b, CM_OK);
    b = one_rule(units, "0123456789abcdefg");
    check_map(&b, CM_ERR_FORMAT);
    b = one_rule(units, "      "); /* spaces become three bytes */
    check_map(&b, CM_ERR_FORMAT);
    units[512] = VALUE | 3; /* the NUL of "bcd" */
    b = one_rule(units, "bcd");
    check_map(&b, CM_OK);
    units[512] = VALUE | 4;
    b = one_rule(units, "bcd");
    check_map(&b, CM_ERR_FORMAT);
    make_units(units);
    units[256 ^ 'a'] = offset_of(256 ^ 'a', UNITS) | 'a';
    b = one_rule(units, "b");
    check_map(&b, CM_ERR_FORMAT);
    make_units(units);
    units[0] = offset_of(0, UNITS);
    b = one_rule(units, "b");
    check_map(&b, CM_ERR_FORMAT);
    make_units(units);
    units[0] = 1u << 31 | 0x200; /* an offset of 2^29 */
    b = one_rule(units, "b");
    check_map(&b, CM_ERR_FORMAT);
    make_units(units);
    units[512 ^ 'a'] = offset_of(512 ^ 'a', 512) | LEAF | 'a'; /* 'a' leads to itself */
    b = one_rule(units, "b");
    check_map(&b, CM_ERR_LIMIT);
}
END_TEST

START_TEST(maps_that_are_cut_off_are_refused) {
    uint32_t units[UNITS];
    make_units(units);
    cm_buf whole = one_rule(units, "bcd");
    for (size_t n = 0; n < whole.size; n++) {
        uint8_t *copy = malloc(n != 0 ? n : 1); /* so that a byte too far is seen */
        ck_assert_ptr_nonnull(copy);
        memcpy(copy, whole.data, n);
        ck_assert_int_eq(cm_charsmap_check((cm_bytes){.data = copy, .size = n}, NULL),
                         CM_ERR_FORMAT);
        free(copy);
    }
    cm_buf_free(&whole);
    cm_buf large = {0};
    cm_buf_le32(&large, (CM_CHARSMAP_UNITS + 256) * 4);
    cm_buf_fill(&large, 0, (CM_CHARSMAP_UNITS + 256) * 4 + 1);
    check_map(&large, CM_ERR_LIMIT);
}
END_TEST

/* Keys of 32 bytes are the longest that the library has room for. */
START_TEST(rules_for_long_texts_are_refused) {
    enum { DEEP = 256 * (CM_CHARSMAP_KEY + 3) };
    for (uint32_t depth = CM_CHARSMAP_KEY; depth <= CM_CHARSMAP_KEY + 1; depth++) {
        cm_buf b = {0};
        cm_buf_le32(&b, DEEP * 4);
        for (uint32_t i = 0; i < DEEP; i++) {
            uint32_t level = i / 256; /* the children of a key of level - 1 bytes are here */
            if (i == 0)
                cm_buf_le32(&b, offset_of(0, 256));
            else if (i % 256 == 'a' && level >= 1 && level <= depth)
                cm_buf_le32(&b, offset_of(i, 256 * (level + 1)) | LEAF | 'a');
            else
                cm_buf_le32(&b, VALUE);
        }
        cm_buf_u8(&b, 0);
        check_map(&b, depth == CM_CHARSMAP_KEY ? CM_OK : CM_ERR_LIMIT);
    }
}
END_TEST

/* --- models that Python's package made ----------------------------------------------------------
 */

START_TEST(real_models_pass_the_screening) {
    cm_buf file = token_file(MODELS[_i]), out = {0};
    cm_sentencepiece_type type;
    cm_error err = {0};
    ck_assert_msg(cm_sentencepiece_screen(cm_buf_bytes(&file), &type, &out, &err) == CM_OK, "%s",
                  err.message);
    ck_assert_int_eq(type, _i == 0 ? CM_SENTENCEPIECE_UNIGRAM : CM_SENTENCEPIECE_BPE);
    ck_assert_uint_eq(out.size, file.size);
    cm_buf_free(&out);
    cm_buf_free(&file);
}
END_TEST

#ifndef CM_SENTENCEPIECE
START_TEST(a_build_without_it_says_so) {
    cm_buf file = token_file(MODELS[_i]);
    cm_tokenizer *t = NULL;
    cm_error err = {0};
    ck_assert_int_eq(token_parse(cm_buf_bytes(&file), &t, &err), CM_ERR_UNSUPPORTED);
    ck_assert_ptr_null(t);
    ck_assert_ptr_nonnull(strstr(err.message, "built without SentencePiece: make SENTENCEPIECE=1"));
    cm_buf_free(&file);
}
END_TEST
#else

static void check_answer(const cm_tokenizer *t, const json_t *want, cm_bytes text,
                         const char *name) {
    const json_t *ids = json_object_get(want, "ids"), *begins = json_object_get(want, "begins");
    const json_t *decoded = json_object_get(want, "text"), *item;
    cm_tokens got = token_encode(t, text.data, text.size, true);
    char *back = NULL;
    size_t at, size;
    ck_assert_msg(got.count == json_array_size(ids), "%s: \"%.*s\": %zu ids", name, (int)text.size,
                  (const char *)text.data, got.count);
    json_array_foreach(ids, at, item)
        ck_assert_msg(got.ids[at] == json_integer_value(item), "%s: \"%.*s\": id %zu", name,
                      (int)text.size, (const char *)text.data, at);
    json_array_foreach(begins, at, item) ck_assert_msg(
        got.offsets[at] == (uint64_t)json_integer_value(item), "%s: \"%.*s\": offset %zu", name,
        (int)text.size, (const char *)text.data, at);
    ck_assert_int_eq(cm_tokenizer_decode(t, got.ids, got.count, &back, &size, NULL), CM_OK);
    ck_assert(cm_bytes_equal((cm_bytes){.data = (const uint8_t *)back, .size = size},
                             (cm_bytes){.data = (const uint8_t *)json_string_value(decoded),
                                        .size = json_string_length(decoded)}));
    free(back);
    cm_tokens_free(&got);
}

/* The bytes that a text of hexadecimal digits stands for. */
static size_t from_hex(const char *hex, uint8_t *out) {
    size_t n = 0;
    for (; hex[2 * n] != '\0'; n++) {
        char digits[3] = {hex[2 * n], hex[2 * n + 1], '\0'};
        out[n] = (uint8_t)strtoul(digits, NULL, 16);
    }
    return n;
}

static void check_broken(const cm_tokenizer *t, const json_t *item, const char *name) {
    uint8_t bytes[64];
    size_t n = from_hex(json_string_value(json_object_get(item, "bytes")), bytes);
    check_answer(t, json_object_get(item, name), (cm_bytes){.data = bytes, .size = n}, name);
    cm_tokens got = token_encode(t, bytes, n, true);
    ck_assert_uint_eq(got.replaced,
                      (uint64_t)json_integer_value(json_object_get(item, "replaced")));
    for (size_t i = 0; i < got.count; i++)
        ck_assert_uint_lt(got.offsets[i], n);
    cm_tokens_free(&got);
}

START_TEST(it_answers_as_the_python_package_does) {
    json_t *golden = token_json("sentencepiece.golden.json"), *item;
    const json_t *cases = json_object_get(golden, "cases"), *text;
    cm_tokenizer *t = token_small(MODELS[_i]);
    size_t at;
    ck_assert_str_eq(cm_tokenizer_kind(t), "sentencepiece");
    ck_assert_str_eq(cm_tokenizer_name(t), _i == 0 ? "unigram" : "bpe");
    ck_assert_uint_eq(cm_tokenizer_size(t), (uint64_t)json_integer_value(json_object_get(
                                                json_object_get(golden, "sizes"), MODELS[_i])));
    ck_assert_uint_gt(json_array_size(cases), 80);
    json_array_foreach(cases, at, item) {
        if ((text = json_object_get(item, "text")) == NULL)
            check_broken(t, item, MODELS[_i]);
        else
            check_answer(t, json_object_get(item, MODELS[_i]),
                         (cm_bytes){.data = (const uint8_t *)json_string_value(text),
                                    .size = json_string_length(text)},
                         MODELS[_i]);
    }
    cm_tokenizer_free(t);
    json_decref(golden);
}
END_TEST

START_TEST(parts_of_any_size_make_no_difference) {
    static const size_t STEPS[] = {1, 7, 4096, 65536, 65537};
    cm_tokenizer *t = token_small(MODELS[_i]);
    token_check_parts(t, 3, 30000, STEPS, sizeof STEPS / sizeof STEPS[0], 3);
    cm_tokenizer_free(t);
}
END_TEST

/* An offset is the input's, where U+FFFD was put in before. */
START_TEST(offsets_are_of_the_input) {
    static const char TEXT[] = "a\xff\xff watermark";
    cm_tokenizer *t = token_small("small-unigram.model");
    cm_tokens got = token_encode(t, TEXT, sizeof TEXT - 1, true), plain = {0};
    plain = token_encode(t, "watermark", 9, true);
    ck_assert_uint_gt(plain.count, 1);
    for (size_t i = 0; i < plain.count; i++) {
        size_t at = got.count - plain.count + i;
        ck_assert_uint_eq(got.ids[at], plain.ids[i]);
        /* The space belongs to the word, and stands before it. */
        ck_assert_uint_eq(got.offsets[at], i == 0 ? 3 : 4 + plain.offsets[i]);
    }
    cm_tokens_free(&got);
    cm_tokens_free(&plain);
    cm_tokenizer_free(t);
}
END_TEST

START_TEST(an_encoder_takes_one_text_after_another) {
    cm_tokenizer *t = token_small("small-bpe.model");
    cm_tokens one = token_encode(t, "one text", 8, true), twice = {0};
    cm_encoder *e = NULL;
    ck_assert_int_eq(cm_encoder_new(t, true, &e, NULL), CM_OK);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(cm_encoder_feed(e, "one text", 8, &twice, NULL), CM_OK);
        ck_assert_uint_eq(twice.count, (size_t)i * one.count);
        ck_assert_int_eq(cm_encoder_finish(e, &twice, NULL), CM_OK);
    }
    ck_assert_uint_eq(twice.count, 2 * one.count);
    for (size_t i = 0; i < twice.count; i++) {
        ck_assert_uint_eq(twice.ids[i], one.ids[i % one.count]);
        ck_assert_uint_eq(twice.offsets[i], one.offsets[i % one.count]);
    }
    cm_encoder_free(e);
    cm_tokens_free(&one);
    cm_tokens_free(&twice);
    cm_tokenizer_free(t);
}
END_TEST

START_TEST(a_text_beyond_the_limit_is_refused) {
    static const char TEXT[] = "0123456789";
    cm_limits limits = cm_limits_default();
    cm_tokenizer *t = NULL;
    cm_error err = {0};
    ck_assert_uint_eq(limits.text_bytes, 4 << 20);
    limits.text_bytes = 8;
    cm_tokenizer_options options = {.limits = &limits};
    ck_assert_int_eq(cm_tokenizer_read("test/data/token/small-bpe.model", &options, &t, &err),
                     CM_OK);
    for (size_t n = 8; n <= 9; n++) {
        cm_tokens out = {0};
        cm_encoder *e = NULL;
        cm_code want = n == 8 ? CM_OK : CM_ERR_LIMIT;
        ck_assert_int_eq(cm_tokenizer_encode(t, TEXT, n, false, &out, &err), want);
        ck_assert_int_eq(cm_encoder_new(t, false, &e, NULL), CM_OK);
        ck_assert_int_eq(cm_encoder_feed(e, TEXT, 7, &out, &err), CM_OK);
        ck_assert_int_eq(cm_encoder_feed(e, TEXT + 7, n - 7, &out, &err), want);
        cm_encoder_free(e);
        cm_tokens_free(&out);
    }
    ck_assert_ptr_nonnull(strstr(err.message, "at most 8 bytes"));
    cm_tokenizer_free(t);
}
END_TEST

START_TEST(ids_that_no_piece_has_are_refused) {
    cm_tokenizer *t = token_small("small-bpe.model");
    const uint32_t ids[] = {300, cm_tokenizer_size(t)}, huge = UINT32_MAX;
    char *text = NULL;
    size_t size;
    cm_error err = {0};
    ck_assert_int_eq(cm_tokenizer_decode(t, ids, 2, &text, &size, &err), CM_ERR_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(err.message, "token 1: no token has id 700"));
    ck_assert_int_eq(cm_tokenizer_decode(t, &huge, 1, &text, &size, &err), CM_ERR_ARGUMENT);
    ck_assert_ptr_null(text);
    ck_assert_int_eq(cm_tokenizer_decode(t, NULL, 0, &text, &size, &err), CM_OK);
    ck_assert_str_eq(text, "");
    free(text);
    cm_tokenizer_free(t);
}
END_TEST

/* --- hostile models, as the library takes them --------------------------------------------------
 */

/* Standard error into a file; how much went there. */
static int quiet_begin(FILE **file) {
    int saved = dup(STDERR_FILENO);
    *file = tmpfile();
    ck_assert(saved >= 0 && *file != NULL);
    ck_assert_int_ge(dup2(fileno(*file), STDERR_FILENO), 0);
    return saved;
}

static long quiet_end(FILE *file, int saved) {
    long size;
    fflush(stderr);
    ck_assert_int_eq(fseek(file, 0, SEEK_END), 0);
    size = ftell(file);
    ck_assert_int_ge(dup2(saved, STDERR_FILENO), 0);
    close(saved);
    fclose(file);
    return size;
}

/* Reads a model and encodes with it; whether both could be done. */
static bool try_model(cm_bytes bytes, const cm_buf *text) {
    cm_tokenizer *t = NULL;
    cm_tokens out = {0};
    char *back = NULL;
    size_t size;
    cm_error err = {0};
    cm_code code = token_parse(bytes, &t, &err);
    ck_assert((code == CM_OK) == (t != NULL));
    if (code == CM_OK)
        code = cm_tokenizer_encode(t, text->data, text->size, true, &out, &err);
    for (size_t i = 0; i < out.count && code == CM_OK; i++) {
        ck_assert_uint_lt(out.ids[i], cm_tokenizer_size(t));
        ck_assert_uint_lt(out.offsets[i], text->size);
        ck_assert(i == 0 || out.offsets[i] >= out.offsets[i - 1]);
    }
    if (code == CM_OK)
        ck_assert_int_eq(cm_tokenizer_decode(t, out.ids, out.count, &back, &size, &err), CM_OK);
    ck_assert(code == CM_OK || (err.code == code && strlen(err.message) > 5));
    free(back);
    cm_tokens_free(&out);
    cm_tokenizer_free(t);
    return code == CM_OK;
}

START_TEST(models_that_are_cut_off_are_refused) {
    uint64_t state = 1;
    FILE *file;
    cm_buf model = token_file(MODELS[_i]), text = token_awkward(&state, 20);
    int saved = quiet_begin(&file);
    size_t good = 0;
    for (size_t n = 0; n < model.size; n++) {
        uint8_t *copy = malloc(n != 0 ? n : 1);
        ck_assert_ptr_nonnull(copy);
        memcpy(copy, model.data, n);
        good += try_model((cm_bytes){.data = copy, .size = n}, &text);
        free(copy);
    }
    ck_assert_int_eq(quiet_end(file, saved), 0);
    ck_assert_uint_eq(good, 0);
    cm_buf_free(&model);
    cm_buf_free(&text);
}
END_TEST

START_TEST(damaged_models_do_no_harm) {
    enum { ROUNDS = 3000 };
    uint64_t state = (uint64_t)_i + 1;
    FILE *file;
    cm_buf model = token_file(MODELS[_i]), text = token_awkward(&state, 200);
    uint8_t *copy = malloc(model.size);
    int saved = quiet_begin(&file);
    size_t good = 0;
    ck_assert_ptr_nonnull(copy);
    cm_buf_text(&text, "<sep>e\xcc\x81 \xef\xac\x83<think>\xef\xb7\xba\xe3\x80\x80");
    for (int i = 0; i < ROUNDS; i++) {
        memcpy(copy, model.data, model.size);
        for (uint64_t n = 1 + token_random(&state) % 4; n > 0; n--) {
            uint8_t *at = copy + token_random(&state) % model.size;
            uint64_t r = token_random(&state);
            *at = (uint8_t)(r % 3 == 0 ? r >> 8 : *at ^ 1u << (r >> 8) % 8);
        }
        good += try_model((cm_bytes){.data = copy, .size = model.size}, &text);
    }
    ck_assert_int_eq(quiet_end(file, saved), 0);
    ck_assert_uint_gt(good, 20);
    ck_assert_uint_lt(good, ROUNDS);
    free(copy);
    cm_buf_free(&model);
    cm_buf_free(&text);
}
END_TEST

/* Faults that the screening leaves to the library are errors in its own words, and nothing else. */
START_TEST(what_the_library_refuses_is_told) {
    static const cm_bytes NONE = {0};
    static const struct {
        const char *piece;
        uint64_t type;
        const char *say;
    } cases[] = {
        {"a", NORMAL, "a is already defined"},
        {"<u>", UNKNOWN, "unk is already defined"},
        {"<0x41>", BYTE, "byte piece"},
    };
    cm_buf text = {0};
    FILE *file;
    cm_buf_text(&text, "a b");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (uint64_t type = 1; type <= 2; type++) {
            cm_buf b = some_pieces();
            cm_tokenizer *t = NULL;
            cm_error err = {0};
            int saved = quiet_begin(&file);
            put_piece(&b, cases[i].piece, strlen(cases[i].piece), 0, cases[i].type);
            put_specs(&b, type, NONE);
            cm_code code = token_parse(cm_buf_bytes(&b), &t, &err);
            ck_assert_int_eq(quiet_end(file, saved), 0);
            ck_assert_int_eq(code, CM_ERR_FORMAT);
            ck_assert_msg(strncmp(err.message, "SentencePiece: ", 15) == 0 &&
                              strstr(err.message, cases[i].say) != NULL,
                          "%s: %s", cases[i].say, err.message);
            cm_buf_free(&b);
        }
    cm_buf_free(&text);
}
END_TEST

/* In a bpe model a control symbol of one character hides that character; the library then can't
 * encode a text that has it. */
START_TEST(what_the_library_can_t_encode_is_told) {
    static const cm_bytes NONE = {0};
    cm_buf b = some_pieces();
    cm_tokenizer *t = NULL;
    cm_tokens out = {0};
    cm_error err = {0};
    put_piece(&b, "b", 1, 0, CONTROL);
    put_specs(&b, 2, NONE);
    ck_assert_int_eq(token_parse(cm_buf_bytes(&b), &t, &err), CM_OK);
    ck_assert_int_eq(cm_tokenizer_encode(t, "a", 1, true, &out, &err), CM_OK);
    ck_assert_int_eq(cm_tokenizer_encode(t, "ab", 2, true, &out, &err), CM_ERR_FORMAT);
    ck_assert_ptr_nonnull(strstr(err.message, "SentencePiece: "));
    cm_tokens_free(&out);
    cm_tokenizer_free(t);
    cm_buf_free(&b);
}
END_TEST
#endif

Suite *suite_sentencepiece(void);
Suite *suite_sentencepiece(void) {
    Suite *s = suite_create("sentencepiece");
    TCase *c = tcase_create("sentencepiece");
    tcase_set_timeout(c, 120);
    tcase_add_test(c, what_the_library_would_trip_over_is_refused);
    tcase_add_test(c, symbols_that_begin_with_one_another_are_counted);
    tcase_add_test(c, only_what_was_looked_at_is_passed_on);
    tcase_add_test(c, rules_stay_within_their_map);
    tcase_add_test(c, maps_that_are_cut_off_are_refused);
    tcase_add_test(c, rules_for_long_texts_are_refused);
    tcase_add_loop_test(c, real_models_pass_the_screening, 0, MODEL_COUNT);
#ifndef CM_SENTENCEPIECE
    tcase_add_loop_test(c, a_build_without_it_says_so, 0, MODEL_COUNT);
#else
    tcase_add_loop_test(c, it_answers_as_the_python_package_does, 0, MODEL_COUNT);
    tcase_add_loop_test(c, parts_of_any_size_make_no_difference, 0, MODEL_COUNT);
    tcase_add_test(c, offsets_are_of_the_input);
    tcase_add_test(c, an_encoder_takes_one_text_after_another);
    tcase_add_test(c, a_text_beyond_the_limit_is_refused);
    tcase_add_test(c, ids_that_no_piece_has_are_refused);
    tcase_add_loop_test(c, models_that_are_cut_off_are_refused, 0, MODEL_COUNT);
    tcase_add_loop_test(c, damaged_models_do_no_harm, 0, MODEL_COUNT);
    tcase_add_test(c, what_the_library_refuses_is_told);
    tcase_add_test(c, what_the_library_can_t_encode_is_told);
#endif
    suite_add_tcase(s, c);
    return s;
}
