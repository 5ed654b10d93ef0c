/* Text of others that can't act on whoever reads it, and CBOR as JSON. */
#include <check.h>
#include <countermark/printable.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "api/cbor_json.h"
#include "base/printable.h"

static void expect(const char *text, const char *printable) {
    char *got = NULL;
    ck_assert_int_eq(cm_printable(text, &got, NULL), CM_OK);
    ck_assert_str_eq(got, printable);
    free(got);
}

START_TEST(what_shows_stays) {
    static const char text[] = "Zürich <b>東京</b> عربى \xf0\x9f\x98\x80 a\xcc\x81\\";
    expect(text, text);
    expect("", "");
}
END_TEST

START_TEST(what_does_not_show_is_escaped) {
    expect("a\033[2J\n\x7f", "a\\u{1b}[2J\\u{a}\\u{7f}");
    expect("\xc2\x9b", "\\u{9b}");
    expect("x\xe2\x80\xaey", "x\\u{202e}y");                  /* turns the direction of writing */
    expect("\xe2\x80\x8b\xef\xbb\xbf", "\\u{200b}\\u{feff}"); /* no width */
    expect("\xe2\x80\xa8", "\\u{2028}");
    expect("\xf3\xa0\x81\x81\xef\xb8\x8f", "\\u{e0041}\\u{fe0f}"); /* a tag, a selector */
    expect("\xe3\x85\xa4", "\\u{3164}");                           /* a letter that is blank */
    expect("\xee\x80\x80", "\\u{e000}"); /* means what a font makes of it */
}
END_TEST

START_TEST(what_is_no_utf8_is_told_byte_by_byte) {
    expect("a\xff"
           "b\xc3",
           "a\\x{ff}b\\x{c3}");
    expect("\xed\xa0\x80", "\\x{ed}\\x{a0}\\x{80}"); /* a surrogate */
    expect("\xf0\x9f\x98", "\\x{f0}\\x{9f}\\x{98}"); /* cut */
}
END_TEST

START_TEST(json_means_the_same_and_is_plain) {
    static const char text[] = "</script>&\xe2\x80\xae\xf3\xa0\x81\x81 \xc3\xbc \x7f";
    json_t *value = json_pack("{s:s}", text, text);
    char *dumped = json_dumps(value, JSON_INDENT(1));
    cm_buf guarded = {0};
    cm_put_guarded_json(&guarded, dumped);
    cm_buf_u8(&guarded, 0);
    const char *json = (const char *)guarded.data;
    ck_assert_ptr_nonnull(
        strstr(json, "\"\\u003c/script\\u003e\\u0026\\u202e\\udb40\\udc41 ü \\u007f\""));
    ck_assert_ptr_null(strpbrk(json, "<>&\x7f"));
    json_t *again = json_loads(json, 0, NULL);
    ck_assert(json_equal(value, again));
    json_decref(again);
    json_decref(value);
    free(dumped);
    cm_buf_free(&guarded);
}
END_TEST

/* The item in these bytes as compact JSON. */
static void expect_json(const char *cbor, size_t size, const char *json) {
    cm_cbor doc;
    cm_bytes bytes = {(const uint8_t *)cbor, size};
    ck_assert_int_eq(cm_cbor_parse(bytes, NULL, &doc, NULL), CM_OK);
    json_t *value = cm_cbor_json(cm_cbor_root(&doc));
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(6));
    ck_assert_str_eq(text, json);
    free(text);
    json_decref(value);
    cm_cbor_free(&doc);
}
#define EXPECT_JSON(cbor, json) expect_json(cbor, sizeof(cbor) - 1, json)

/* Encodings from RFC 8949, appendix A. */
START_TEST(cbor_becomes_json) {
    EXPECT_JSON("\x00", "0");
    EXPECT_JSON("\x39\x03\xe7", "-1000");
    EXPECT_JSON("\x1b\x00\x00\x00\xe8\xd4\xa5\x10\x00", "1000000000000");
    EXPECT_JSON("\x1b\xff\xff\xff\xff\xff\xff\xff\xff", "1.84467e19");
    EXPECT_JSON("\xf9\x3e\x00", "1.5");
    EXPECT_JSON("\xf9\xc4\x00", "-4.0");
    EXPECT_JSON("\xf9\x00\x01", "5.96046e-8");
    EXPECT_JSON("\xfa\x47\xc3\x50\x00", "100000.0");
    EXPECT_JSON("\xfb\x3f\xf1\x99\x99\x99\x99\x99\x9a", "1.1");
    EXPECT_JSON("\xf9\x7c\x00", "null");
    EXPECT_JSON("\xfb\x7f\xf8\x00\x00\x00\x00\x00\x00", "null");
    EXPECT_JSON("\xf4", "false");
    EXPECT_JSON("\xf5", "true");
    EXPECT_JSON("\xf6", "null");
    EXPECT_JSON("\xf7", "null");
    EXPECT_JSON("\xc0\x74"
                "2013-03-21T20:04:00Z",
                "\"2013-03-21T20:04:00Z\"");
    EXPECT_JSON("\x44\x01\x02\x03\x04", "\"b64'AQIDBA==\"");
    EXPECT_JSON("\x60", "\"\"");
    EXPECT_JSON("\x83\x01\x82\x02\x03\x80", "[1,[2,3],[]]");
    EXPECT_JSON("\xa2\x61\x61\x01\x61\x62\xa0", "{\"a\":1,\"b\":{}}");
    EXPECT_JSON("\xa1\xa1\xa0\x00\x01", "{\"b64'oaAA\":1}");
    EXPECT_JSON("\xa2\x01\x02\x41\x07\xf5", "{\"1\":2,\"b64'Bw==\":true}");
}
END_TEST

Suite *suite_printable(void);
Suite *suite_printable(void) {
    Suite *s = suite_create("printable");
    TCase *tc = tcase_create("text of others");
    tcase_add_test(tc, what_shows_stays);
    tcase_add_test(tc, what_does_not_show_is_escaped);
    tcase_add_test(tc, what_is_no_utf8_is_told_byte_by_byte);
    tcase_add_test(tc, json_means_the_same_and_is_plain);
    tcase_add_test(tc, cbor_becomes_json);
    suite_add_tcase(s, tc);
    return s;
}
