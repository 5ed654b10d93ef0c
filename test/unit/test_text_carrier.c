/* Manifests in texts: the three ways to carry one, round trips, faults of wrappers, refusals. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "asset/prose.h"
#include "base/nfc.h"
#include "base/utf8.h"
#include "sign_support.h"

#define STORE_BYTES 200

/* --- helpers --- */

static cm_bytes of(const char *text) {
    return (cm_bytes){(const uint8_t *)text, strlen(text)};
}

static cm_buf insert(cm_bytes text, cm_bytes store, cm_asset_plan *plan) {
    cm_source *in = sign_source_over(text);
    cm_buf out = {0};
    cm_sink sink = cm_sink_buf(&out);
    cm_error err = {0};
    ck_assert_msg(cm_asset_plan_make(in, store.size, plan, &err) == CM_OK, "%s", err.message);
    cm_asset_plan_settle(plan, store);
    ck_assert_msg(cm_asset_write(in, plan, store, &sink, &err) == CM_OK, "%s", err.message);
    ck_assert_uint_eq(out.size, plan->size);
    cm_source_close(in);
    return out;
}

static cm_buf strip(cm_bytes text) {
    cm_source *in = sign_source_over(text);
    cm_buf out = {0};
    cm_sink sink = cm_sink_buf(&out);
    ck_assert_int_eq(cm_asset_strip(in, &sink, NULL), CM_OK);
    cm_source_close(in);
    return out;
}

static void assert_same(cm_bytes a, cm_bytes b) {
    ck_assert_uint_eq(a.size, b.size);
    ck_assert(cm_bytes_equal(a, b));
}

static void put_selectors(cm_buf *out, cm_bytes bytes) {
    for (size_t i = 0; i < bytes.size; i++) {
        uint32_t c = bytes.data[i] < 16 ? 0xfe00u + bytes.data[i] : 0xe00f0u + bytes.data[i];
        if (c < 0x10000) {
            cm_buf_u8(out, (uint8_t)(0xe0 | c >> 12));
        } else {
            cm_buf_u8(out, (uint8_t)(0xf0 | c >> 18));
            cm_buf_u8(out, (uint8_t)(0x80 | (c >> 12 & 0x3f)));
        }
        cm_buf_u8(out, (uint8_t)(0x80 | (c >> 6 & 0x3f)));
        cm_buf_u8(out, (uint8_t)(0x80 | (c & 0x3f)));
    }
}

/* A wrapper made by the letter of A.8.3, not by the code under test. */
static void put_wrapper(cm_buf *out, uint8_t version, uint32_t length, cm_bytes store,
                        size_t padding) {
    cm_buf raw = {0};
    cm_buf_put(&raw, "C2PATXT\0", 8);
    cm_buf_u8(&raw, version);
    cm_buf_be32(&raw, length);
    cm_buf_put_bytes(&raw, store);
    cm_buf_fill(&raw, 0x10, padding);
    cm_buf_text(out, "\xef\xbb\xbf");
    put_selectors(out, cm_buf_bytes(&raw));
    cm_buf_free(&raw);
}

static void expect(cm_bytes text, cm_carrier carrier, cm_asset_fault fault, bool found) {
    cm_asset_manifest m;
    ck_assert_int_eq(sign_read_asset(text, &m), CM_OK);
    ck_assert_msg(m.found == found && m.fault == fault && m.carrier == carrier,
                  "found %d, fault %d, carrier %d in %.60s", m.found, m.fault, m.carrier,
                  (const char *)text.data);
    cm_asset_manifest_free(&m);
}

/* --- round trips --- */

static const struct {
    const char *text;
    cm_carrier carrier;
    const char *before; /* the store's piece, up to the base64 */
    size_t at;
} CARRIERS[] = {
    {"Hello w\xc3\xb6rld.\n", CM_CARRIER_WRAPPER, "", 14},
    {"x", CM_CARRIER_WRAPPER, "", 1},
    {"\357\273\277a mark of its own", CM_CARRIER_WRAPPER, "", 20},
    {"- a list\n- [x]\n", CM_CARRIER_WRAPPER, "", 15},
    {"<!DOCTYPE html>\n<html><head><title></head></title></head><body>x", CM_CARRIER_SCRIPT,
     "<script type=\"application/c2pa\">", 50},
    {"<!-- c --><HTML lang=en><p>x", CM_CARRIER_SCRIPT, "<script type=\"application/c2pa\">", 24},
    {"---\ntitle: x\n---\nHi\n", CM_CARRIER_BLOCK, CM_BLOCK_BEGIN "\n" CM_BLOCK_DATA, 4},
    {"+++\r\ntitle = 1\r\n+++\r\n", CM_CARRIER_BLOCK, CM_BLOCK_BEGIN "\r\n" CM_BLOCK_DATA, 5},
    {"#!/bin/sh\necho\n", CM_CARRIER_BLOCK, "\n# " CM_BLOCK_BEGIN " " CM_BLOCK_DATA, 14},
    {"#!/bin/sh\r\necho", CM_CARRIER_BLOCK, "\r\n# " CM_BLOCK_BEGIN " " CM_BLOCK_DATA, 15},
    {"<?xml version=\"1.0\"?>\n<rss/>\n", CM_CARRIER_BLOCK,
     "<!-- " CM_BLOCK_BEGIN " " CM_BLOCK_DATA, 22},
};
enum { N_CARRIERS = sizeof CARRIERS / sizeof CARRIERS[0] };

START_TEST(a_store_is_put_in_found_and_taken_out) {
    cm_bytes text = of(CARRIERS[_i].text);
    cm_buf store = sign_filler_store(STORE_BYTES);
    cm_asset_plan plan;
    cm_asset_manifest m;
    cm_buf out = insert(text, cm_buf_bytes(&store), &plan);
    ck_assert_int_eq(plan.carrier, CARRIERS[_i].carrier);
    ck_assert_uint_eq(plan.where.start, CARRIERS[_i].at);
    ck_assert(
        memcmp(out.data + plan.where.start, CARRIERS[_i].before, strlen(CARRIERS[_i].before)) == 0);
    ck_assert(cm_utf8_valid(cm_buf_bytes(&out)));
    ck_assert_int_eq(sign_read_asset(cm_buf_bytes(&out), &m), CM_OK);
    ck_assert(m.found && m.fault == CM_ASSET_SOUND && m.carrier == plan.carrier);
    ck_assert_uint_eq(m.where.start, plan.where.start);
    ck_assert_uint_eq(m.where.length, plan.where.length);
    assert_same(cm_buf_bytes(&m.store), cm_buf_bytes(&store));
    cm_buf bare = strip(cm_buf_bytes(&out));
    assert_same(cm_buf_bytes(&bare), text);
    cm_asset_manifest_free(&m);
    cm_asset_plan_free(&plan);
    cm_buf_free(&bare);
    cm_buf_free(&out);
    cm_buf_free(&store);
}
END_TEST

START_TEST(a_second_store_takes_the_place_of_the_first) {
    cm_buf one = sign_filler_store(STORE_BYTES), two = sign_filler_store(STORE_BYTES + 77);
    cm_asset_plan plan, direct;
    cm_buf first = insert(of(CARRIERS[_i].text), cm_buf_bytes(&one), &plan);
    cm_asset_plan_free(&plan);
    cm_buf second = insert(cm_buf_bytes(&first), cm_buf_bytes(&two), &plan);
    cm_buf want = insert(of(CARRIERS[_i].text), cm_buf_bytes(&two), &direct);
    assert_same(cm_buf_bytes(&second), cm_buf_bytes(&want));
    cm_asset_plan_free(&plan);
    cm_asset_plan_free(&direct);
    cm_buf_free(&first);
    cm_buf_free(&second);
    cm_buf_free(&want);
    cm_buf_free(&one);
    cm_buf_free(&two);
}
END_TEST

/* A.8.3.3 and A.8.3.1: every byte has its selector. */
START_TEST(bytes_are_spelt_as_the_specification_says) {
    cm_buf all = {0}, ours = {0}, theirs = {0}, back = {0};
    cm_buf_be32(&all, 264);
    cm_buf_text(&all, "jumb");
    for (int i = 0; i < 256; i++)
        cm_buf_u8(&all, (uint8_t)i);
    cm_wrapper_encode(cm_buf_bytes(&all), &ours);
    put_wrapper(&theirs, 1, 264, cm_buf_bytes(&all), 0);
    assert_same(cm_buf_bytes(&ours), cm_buf_bytes(&theirs));
    ck_assert_uint_eq(cm_wrapper_size(cm_buf_bytes(&all)), ours.size);
    ck_assert(memcmp(ours.data + 3, "\xf3\xa0\x84\xb3\xf3\xa0\x84\xa2\xf3\xa0\x85\x80", 12) == 0);
    cm_wrapper_decode((cm_bytes){ours.data + 3, ours.size - 3}, &back);
    ck_assert_uint_eq(back.size, 13 + 264);
    cm_buf_free(&all);
    cm_buf_free(&ours);
    cm_buf_free(&theirs);
    cm_buf_free(&back);
}
END_TEST

START_TEST(a_comment_may_be_asked_for) {
    static const struct {
        const char *text, *comment, *before;
        size_t at;
    } CASES[] = {{"int x;\n", "//", "// " CM_BLOCK_BEGIN, 0},
                 {"int x;\n", "/*", "/* " CM_BLOCK_BEGIN, 0},
                 {"#!/usr/bin/lua\nx\n", "--", "\n-- " CM_BLOCK_BEGIN, 16},
                 {"<?xml version=\"1.0\"?>\n<a/>", "#", "<!-- " CM_BLOCK_BEGIN, 22}};
    cm_buf store = sign_filler_store(STORE_BYTES);
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        cm_source *in = sign_source_over(of(CASES[i].text));
        cm_buf out = {0};
        cm_sink sink = cm_sink_buf(&out);
        cm_asset_plan plan;
        ck_assert_int_eq(cm_asset_plan_comment(in, STORE_BYTES, CASES[i].comment, &plan, NULL),
                         CM_OK);
        ck_assert_int_eq(cm_asset_write(in, &plan, cm_buf_bytes(&store), &sink, NULL), CM_OK);
        ck_assert_uint_eq(plan.where.start, CASES[i].at);
        ck_assert(memcmp(out.data + CASES[i].at, CASES[i].before, strlen(CASES[i].before)) == 0);
        expect(cm_buf_bytes(&out), CM_CARRIER_BLOCK, CM_ASSET_SOUND, true);
        cm_buf bare = strip(cm_buf_bytes(&out));
        assert_same(cm_buf_bytes(&bare), of(CASES[i].text));
        cm_buf_free(&bare);
        cm_buf_free(&out);
        cm_asset_plan_free(&plan);
        cm_source_close(in);
    }
    cm_buf_free(&store);
}
END_TEST

START_TEST(comments_that_make_no_sense_are_refused) {
    static const char *const CASES[][2] = {{"x", "print"}, {"x", ""}, {"<html>", "<!--"}};
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        cm_source *in = sign_source_over(of(CASES[i][0]));
        cm_asset_plan plan;
        ck_assert_int_eq(cm_asset_plan_comment(in, STORE_BYTES, CASES[i][1], &plan, NULL),
                         CM_ERR_ARGUMENT);
        cm_source_close(in);
    }
}
END_TEST

/* --- faults of wrappers --- */

START_TEST(wrappers_that_break_the_rules) {
    static const struct {
        uint8_t version;
        int32_t more; /* declared length over the real one */
        size_t padding;
        cm_asset_fault fault;
    } CASES[] = {{1, 0, 0, CM_ASSET_SOUND},           {1, 0, 9, CM_ASSET_SOUND},
                 {2, 0, 0, CM_ASSET_CORRUPT},         {0, 0, 0, CM_ASSET_CORRUPT},
                 {1, 1, 0, CM_ASSET_CORRUPT},         {1, 1, 1, CM_ASSET_SOUND},
                 {1, INT32_MAX, 0, CM_ASSET_CORRUPT}, {1, -200, 0, CM_ASSET_CORRUPT},
                 {1, -169, 0, CM_ASSET_CORRUPT},      {1, -168, 0, CM_ASSET_SOUND}};
    cm_buf store = sign_filler_store(STORE_BYTES);
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        cm_buf text = {0};
        cm_buf_text(&text, "before");
        put_wrapper(&text, CASES[i].version, STORE_BYTES + (uint32_t)CASES[i].more,
                    cm_buf_bytes(&store), CASES[i].padding);
        size_t end = text.size;
        cm_buf_text(&text, "behind");
        expect(cm_buf_bytes(&text), CM_CARRIER_WRAPPER, CASES[i].fault, true);
        cm_asset_manifest m;
        ck_assert_int_eq(sign_read_asset(cm_buf_bytes(&text), &m), CM_OK);
        ck_assert_uint_eq(m.where.start, 6);
        ck_assert_uint_eq(m.where.length, end - 6);
        cm_asset_manifest_free(&m);
        cm_buf bare = strip(cm_buf_bytes(&text));
        assert_same(cm_buf_bytes(&bare), of("beforebehind"));
        cm_buf_free(&bare);
        cm_buf_free(&text);
    }
    cm_buf_free(&store);
}
END_TEST

START_TEST(two_wrappers_are_one_too_many_but_remains_are_text) {
    cm_buf store = sign_filler_store(STORE_BYTES), two = {0}, decoy = {0};
    put_wrapper(&two, 1, STORE_BYTES, cm_buf_bytes(&store), 0);
    cm_buf_text(&two, "and");
    put_wrapper(&two, 1, STORE_BYTES, cm_buf_bytes(&store), 0);
    expect(cm_buf_bytes(&two), CM_CARRIER_WRAPPER, CM_ASSET_SEVERAL, true);
    cm_buf_text(&decoy, "a");
    put_wrapper(&decoy, 7, STORE_BYTES, cm_buf_bytes(&store), 0);
    cm_buf_text(&decoy, "b\xef\xbb\xbf\xef\xb8\x8f"
                        "c");
    size_t at = decoy.size;
    put_wrapper(&decoy, 1, STORE_BYTES, cm_buf_bytes(&store), 0);
    cm_asset_manifest m;
    ck_assert_int_eq(sign_read_asset(cm_buf_bytes(&decoy), &m), CM_OK);
    ck_assert_int_eq(m.fault, CM_ASSET_SOUND);
    ck_assert_uint_eq(m.where.start, at);
    cm_asset_manifest_free(&m);
    cm_buf_free(&two);
    cm_buf_free(&decoy);
    cm_buf_free(&store);
}
END_TEST

START_TEST(every_truncation_of_a_wrapper_is_corrupt_or_nothing) {
    cm_buf store = sign_filler_store(STORE_BYTES), text = {0};
    cm_buf_text(&text, "before");
    put_wrapper(&text, 1, STORE_BYTES, cm_buf_bytes(&store), 0);
    const size_t magic = 6 + 3 + 7 * 4 + 3;
    for (size_t n = 6; n < text.size; n++) {
        cm_bytes part = {text.data, n};
        cm_asset_manifest m;
        if (!cm_utf8_valid(part)) {
            ck_assert_int_eq(sign_read_asset(part, &m), CM_ERR_FORMAT);
            continue;
        }
        bool there = n >= magic;
        expect(part, there ? CM_CARRIER_WRAPPER : CM_CARRIER_NONE,
               there ? CM_ASSET_CORRUPT : CM_ASSET_SOUND, there);
    }
    cm_buf_free(&text);
    cm_buf_free(&store);
}
END_TEST

START_TEST(what_is_not_utf_8_is_refused_with_advice) {
    static const char *const TEXTS[] = {"caf\xe9", "\377\376a", "a\xed\xa0\x80", "\xc0\x80"};
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++) {
        cm_source *in = sign_source_over(of(TEXTS[i]));
        cm_asset_manifest m;
        cm_asset_plan plan;
        cm_error err = {0};
        ck_assert_int_eq(cm_asset_read(in, NULL, &m, &err), CM_ERR_FORMAT);
        ck_assert_ptr_nonnull(strstr(err.message, "iconv"));
        ck_assert_int_eq(cm_asset_plan_make(in, 100, &plan, &err), CM_ERR_FORMAT);
        cm_source_close(in);
    }
}
END_TEST

START_TEST(texts_without_a_place_are_refused) {
    static const char *const TEXTS[] = {"{\"a\": 1}",
                                        " [1, 2]\n",
                                        "<svg></svg>",
                                        "WEBVTT\n\n",
                                        "<?xml version=\"1.0\"?><rss/>",
                                        "<?xml version=\"1.0\"?>",
                                        "<?xml version=\"1.0\"?>\n<svg/>",
                                        "#!/bin/sh\r",
                                        "# " CM_BLOCK_BEGIN " http://x/y " CM_BLOCK_END "\n",
                                        "<html><link rel=c2pa-manifest href=x>"};
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++) {
        cm_source *in = sign_source_over(of(TEXTS[i]));
        cm_asset_plan plan;
        ck_assert_int_eq(cm_asset_plan_make(in, 100, &plan, NULL), CM_ERR_UNSUPPORTED);
        ck_assert_int_eq(cm_asset_plan_make(in, 0, &plan, NULL), CM_OK); /* a sidecar does */
        cm_asset_plan_free(&plan);
        cm_source_close(in);
    }
}
END_TEST

Suite *suite_text_carrier(void);
Suite *suite_text_carrier(void) {
    Suite *s = suite_create("text_carrier");
    TCase *tc = tcase_create("text_carrier");
    tcase_add_loop_test(tc, a_store_is_put_in_found_and_taken_out, 0, N_CARRIERS);
    tcase_add_loop_test(tc, a_second_store_takes_the_place_of_the_first, 0, N_CARRIERS);
    tcase_add_test(tc, a_comment_may_be_asked_for);
    tcase_add_test(tc, comments_that_make_no_sense_are_refused);
    tcase_add_test(tc, bytes_are_spelt_as_the_specification_says);
    tcase_add_test(tc, wrappers_that_break_the_rules);
    tcase_add_test(tc, two_wrappers_are_one_too_many_but_remains_are_text);
    tcase_add_test(tc, every_truncation_of_a_wrapper_is_corrupt_or_nothing);
    tcase_add_test(tc, what_is_not_utf_8_is_refused_with_advice);
    tcase_add_test(tc, texts_without_a_place_are_refused);
    suite_add_tcase(s, tc);
    return s;
}
