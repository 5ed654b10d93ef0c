/* Form C as a stream, against utf8proc over the whole; base64; what is taken for a text. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/base64.h"
#include "base/nfc.h"
#include "base/sniff.h"
#include "sign_support.h"

static cm_buf compose(cm_bytes text, size_t part, cm_code want) {
    cm_buf out = {0};
    cm_sink to = cm_sink_buf(&out);
    cm_nfc *nfc = NULL;
    cm_code code = CM_OK;
    ck_assert_int_eq(cm_nfc_new(&to, &nfc, NULL), CM_OK);
    cm_sink sink = cm_nfc_sink(nfc);
    for (size_t at = 0, n; at < text.size && code == CM_OK; at += n) {
        n = text.size - at < part ? text.size - at : part;
        code = cm_sink_write(&sink, text.data + at, n, NULL);
    }
    if (code == CM_OK)
        code = cm_nfc_finish(nfc, NULL);
    ck_assert_int_eq(code, want);
    cm_nfc_free(nfc);
    return out;
}

static void assert_composes(cm_bytes text, const char *want, size_t want_size) {
    for (size_t part = 1; part <= text.size; part++) {
        cm_buf out = compose(text, part, CM_OK);
        ck_assert_uint_eq(out.size, want_size);
        ck_assert(memcmp(out.data, want, want_size) == 0);
        cm_buf_free(&out);
    }
}

START_TEST(known_texts) {
    static const char *const CASES[][2] = {
        {"cafe\xcc\x81 au lait", "caf\xc3\xa9 au lait"},
        {"e\xcc\xa3\xcc\x82", "\xe1\xbb\x87"},                    /* e, dot below, circumflex */
        {"e\xcc\x82\xcc\xa3", "\xe1\xbb\x87"},                    /* in the other order */
        {"\xe2\x84\xab", "\xc3\x85"},                             /* the sign of the angstrom */
        {"\xe1\x84\x80\xe1\x85\xa1\xe1\x86\xa8", "\xea\xb0\x81"}, /* Hangul */
        {"\xe6\x97\xa5\xe6\x9c\xac\xe3\x82\xab\xe3\x82\x99",
         "\xe6\x97\xa5\xe6\x9c\xac\xe3\x82\xac"},
        {"\xe6\x97\xa5\xcc\x81", "\xe6\x97\xa5\xcc\x81"}, /* an accent on an ideograph stays */
        {"\xef\xac\x81", "\xef\xac\x81"},                 /* as do ligatures */
        {"plain", "plain"},
        {"\357\273\277a\n", "\357\273\277a\n"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++)
        assert_composes(sign_text(CASES[i][0]), CASES[i][1], strlen(CASES[i][1]));
}
END_TEST

static void put_random_character(cm_buf *out, sign_random *r) {
    static const char *const ODD[] = {
        "\xcc\x81",     "\xcc\xa3",     "\xe3\x82\x99",     "\xe1\x85\xa1",     "\xe1\x84\x80",
        "\xe1\x86\xa8", "\xe3\x82\xab", "\xe6\x97\xa5",     "\xe8\xbf\x99",     "\xe4\xbd\xa0",
        "\xc3\xa9",     "\xe2\x84\xa6", "\xf0\x9f\x98\x80", "\xf0\x91\x84\xb1", "\xf0\x91\x84\xa7",
        "\xef\xa4\x80", "\xe0\xa6\xbe", "\xe0\xa7\x87",     "\xcd\x84"};
    uint32_t n = sign_next(r);
    if (n % 3 == 0)
        cm_buf_u8(out, (uint8_t)('a' + n / 3 % 26));
    else
        cm_buf_text(out, ODD[n / 3 % (sizeof ODD / sizeof ODD[0])]);
}

START_TEST(as_utf8proc_has_it_over_the_whole) {
    sign_random r = {20261129};
    for (int i = 0; i < 3000; i++) {
        cm_buf text = {0};
        for (uint32_t n = 1 + sign_next(&r) % 40; n > 0; n--)
            put_random_character(&text, &r);
        utf8proc_uint8_t *want = NULL;
        utf8proc_ssize_t size = utf8proc_map(text.data, (utf8proc_ssize_t)text.size, &want,
                                             UTF8PROC_STABLE | UTF8PROC_COMPOSE);
        ck_assert_int_ge(size, 0);
        cm_buf out = compose(cm_buf_bytes(&text), 1 + sign_next(&r) % text.size, CM_OK);
        ck_assert_uint_eq(out.size, (size_t)size);
        ck_assert(memcmp(out.data, want, out.size) == 0);
        free(want);
        cm_buf_free(&out);
        cm_buf_free(&text);
    }
}
END_TEST

START_TEST(long_texts_and_their_bounds) {
    cm_buf plain = {0}, ideographs = {0}, marks = {0};
    cm_buf_fill(&plain, 'x', 300000);
    cm_buf_text(&plain, "e\xcc\x81");
    cm_buf out = compose(cm_buf_bytes(&plain), 100000, CM_OK);
    ck_assert_uint_eq(out.size, 300002);
    ck_assert(memcmp(out.data + 300000, "\xc3\xa9", 2) == 0);
    cm_buf_free(&out);
    for (int i = 0; i < 100000; i++)
        cm_buf_text(&ideographs, "\xe6\x97\xa5");
    out = compose(cm_buf_bytes(&ideographs), 4099, CM_OK);
    ck_assert(cm_bytes_equal(cm_buf_bytes(&out), cm_buf_bytes(&ideographs)));
    cm_buf_free(&out);
    while (marks.size <= 17u << 20)
        cm_buf_text(&marks, "\xd0\xb0\xd0\xb1\xd0\xb2\xd0\xb3");
    out = compose(cm_buf_bytes(&marks), 1 << 16, CM_ERR_LIMIT);
    cm_buf_free(&out);
    marks.size = 0;
    for (int i = 0; i < 64; i++)
        cm_buf_text(&marks, "\xcc\x81\xcc\xa3");
    out = compose(cm_buf_bytes(&marks), 5, CM_OK);
    ck_assert_uint_eq(out.size, marks.size);
    cm_buf_free(&out);
    cm_buf_text(&marks, "\xcc\x81");
    out = compose(cm_buf_bytes(&marks), 5, CM_ERR_LIMIT);
    cm_buf_free(&out);
    out = compose(sign_text("a\xff"), 1, CM_ERR_FORMAT);
    cm_buf_free(&out);
    cm_buf_free(&plain);
    cm_buf_free(&ideographs);
    cm_buf_free(&marks);
}
END_TEST

START_TEST(base64_has_one_spelling) {
    static const char *const RIGHT[][2] = {{"", ""},
                                           {"f", "Zg=="},
                                           {"fo", "Zm8="},
                                           {"foo", "Zm9v"},
                                           {"foob", "Zm9vYg=="},
                                           {"fooba", "Zm9vYmE="},
                                           {"foobar", "Zm9vYmFy"}};
    static const char *const WRONG[] = {"Zg",   "Zg=",  "Zh==", "Zm9=",      "Zg==Zg==", "Zm9v\n",
                                        "Z===", "====", "Zm-_", "Zm9v Zm9v", "Zg=v"};
    for (size_t i = 0; i < sizeof RIGHT / sizeof RIGHT[0]; i++) {
        cm_buf out = {0}, back = {0};
        cm_base64_encode(sign_text(RIGHT[i][0]), &out);
        ck_assert_uint_eq(out.size, cm_base64_size(strlen(RIGHT[i][0])));
        ck_assert(cm_bytes_equal(cm_buf_bytes(&out), sign_text(RIGHT[i][1])));
        ck_assert(cm_base64_decode(cm_buf_bytes(&out), &back));
        ck_assert_uint_eq(cm_base64_measure(cm_buf_bytes(&out)), back.size);
        ck_assert(cm_bytes_equal(cm_buf_bytes(&back), sign_text(RIGHT[i][0])));
        cm_buf_free(&out);
        cm_buf_free(&back);
    }
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        cm_buf back = {0};
        ck_assert_msg(!cm_base64_decode(sign_text(WRONG[i]), &back), "%s", WRONG[i]);
        ck_assert_uint_eq(cm_base64_measure(sign_text(WRONG[i])), 0);
        cm_buf_free(&back);
    }
}
END_TEST

START_TEST(texts_are_told_by_their_start) {
    static const struct {
        const char *head;
        cm_format format;
    } CASES[] = {{"Hello", CM_FORMAT_TEXT},
                 {"caf\xe9", CM_FORMAT_TEXT},
                 {"\xff\xfe", CM_FORMAT_TEXT},
                 {"<!DOCTYPE html>", CM_FORMAT_HTML},
                 {"\xef\xbb\xbf \n<!-- <p> --><HTML\tlang=x>", CM_FORMAT_HTML},
                 {"<!doctype htmlx>", CM_FORMAT_TEXT},
                 {"<p><html>", CM_FORMAT_TEXT},
                 {"a\x01", CM_FORMAT_UNKNOWN},
                 {"a\x7f", CM_FORMAT_UNKNOWN},
                 {"GIF89a", CM_FORMAT_UNKNOWN},
                 {"%PDF-1.7", CM_FORMAT_UNKNOWN},
                 {"{\\rtf1", CM_FORMAT_UNKNOWN},
                 {"", CM_FORMAT_UNKNOWN},
                 {"\x89PNG\r\n\x1a\n", CM_FORMAT_PNG}};
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++)
        ck_assert_msg(cm_sniff_text(sign_text(CASES[i].head)) == CASES[i].format, "%s",
                      CASES[i].head);
}
END_TEST

START_TEST(media_types_are_told_by_their_start) {
#define SVG "xmlns=\"http://www.w3.org/2000/svg\">"
    static const struct {
        const char *head, *type;
    } CASES[] = {{"Hello", "text/plain"},
                 {"<html>", "text/html"},
                 {"<svg " SVG, "image/svg+xml"},
                 {"\xef\xbb\xbf<?xml version=\"1.0\"?>\n<!-- < --><!DOCTYPE svg>\n<s:svg\n" SVG,
                  "image/svg+xml"},
                 {"<svg>", "text/plain"},
                 {"<svgx " SVG, "text/plain"},
                 {"<g><svg " SVG, "text/plain"},
                 {"about <svg " SVG, "text/plain"},
                 {"<!DOCTYPE svg [<!ENTITY a \"b\">]><svg " SVG, "text/plain"},
                 {"<?xml version=\"1.0\"?><tt xmlns=\"http://www.w3.org/ns/ttml\"/>",
                  "application/ttml+xml"},
                 {"<tt:tt xmlns:tt='http://www.w3.org/ns/ttml'>", "application/ttml+xml"},
                 {"<tt " SVG, "text/plain"},
                 {"<?xml", "text/plain"},
                 {"<", "text/plain"},
                 {"WEBVTT", "text/vtt"},
                 {"\xef\xbb\xbfWEBVTT - words\n", "text/vtt"},
                 {"WEBVTTS", "text/plain"},
                 {"", "application/octet-stream"},
                 {"\xff\xd8\xff", "image/jpeg"}};
#undef SVG
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++)
        ck_assert_msg(strcmp(cm_sniff_media_type(sign_text(CASES[i].head)), CASES[i].type) == 0,
                      "%s", CASES[i].head);
}
END_TEST

Suite *suite_nfc(void);
Suite *suite_nfc(void) {
    Suite *s = suite_create("nfc");
    TCase *tc = tcase_create("nfc");
    tcase_add_test(tc, known_texts);
    tcase_add_test(tc, as_utf8proc_has_it_over_the_whole);
    tcase_add_test(tc, long_texts_and_their_bounds);
    tcase_add_test(tc, base64_has_one_spelling);
    tcase_add_test(tc, texts_are_told_by_their_start);
    tcase_add_test(tc, media_types_are_told_by_their_start);
    suite_add_tcase(s, tc);
    return s;
}
