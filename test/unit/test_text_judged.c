/* What is said of signed texts: as they were signed, changed where it doesn't matter, and changed
 * where it does. No text is trusted unless what it shows is what was signed. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "api/findings.h"
#include "api/unwrap.h"
#include "asset/prose.h"
#include "base/nfc.h"
#include "base/utf8.h"
#include "sign_support.h"

static const char *const TEXTS[] = {
    "Hello w\xc3\xb6rld. An emoji \xf0\x9f\x99\x82.\nSecond line, made by a model.\n",
    "cafe\xcc\x81 au lait, as it was typed",
    "<!DOCTYPE html>\n<html><head><title>t</title></head><body><p>Hi</p></body></html>\n",
    "#!/bin/sh\necho hi\n",
    "---\ntitle: x\n---\n# Hi\n",
};
enum { N_TEXTS = sizeof TEXTS / sizeof TEXTS[0], MUTATIONS = 1500 };

static sign_credentials credentials;

static void set_up(void) {
    credentials = sign_make_credentials(CM_SIG_ES256);
}

static void tear_down(void) {
    sign_free_credentials(&credentials);
}

/* --- signing and judging in memory --- */

static void put_composed(cm_source *in, const cm_asset_plan *plan, const cm_sink *to) {
    cm_nfc *nfc = NULL;
    ck_assert_int_eq(cm_nfc_new(to, &nfc, NULL), CM_OK);
    cm_sink sink = cm_nfc_sink(nfc);
    ck_assert_int_eq(cm_asset_copy_rest(in, plan, &sink, NULL), CM_OK);
    ck_assert_int_eq(cm_nfc_finish(nfc, NULL), CM_OK);
    cm_nfc_free(nfc);
}

static cm_digest digest_rest(cm_source *in, const cm_asset_plan *plan) {
    cm_digest digest;
    cm_buf rest = {0};
    cm_sink sink = cm_sink_buf(&rest);
    if (plan->carrier == CM_CARRIER_WRAPPER)
        put_composed(in, plan, &sink);
    else
        ck_assert_int_eq(cm_asset_copy_rest(in, plan, &sink, NULL), CM_OK);
    ck_assert_int_eq(cm_hash_bytes(CM_HASH_SHA256, cm_buf_bytes(&rest), &digest, NULL), CM_OK);
    cm_buf_free(&rest);
    return digest;
}

static uint64_t one_wider(cm_bytes store) {
    return cm_wrapper_size(store) + 1;
}

/* The excluded range is one byte too wide when asked for. */
static cm_buf sign_as(const char *text, bool wider) {
    cm_manifest_spec spec = {.when = 1790000000};
    cm_source *in = NULL;
    cm_manifest *m = NULL;
    cm_asset_plan plan = {0};
    cm_buf store = {0}, out = {0};
    cm_sink sink = cm_sink_buf(&out);
    ck_assert_int_eq(cm_source_memory(sign_text(text), &in, NULL), CM_OK);
    ck_assert_int_eq(cm_manifest_new(&spec, credentials.signer, &m, NULL), CM_OK);
    ck_assert_int_eq(cm_asset_plan_make(in, cm_manifest_size(m), &plan, NULL), CM_OK);
    cm_digest digest = digest_rest(in, &plan);
    cm_span excluded = {plan.where.start, plan.where.length + wider};
    cm_code code = plan.carrier == CM_CARRIER_WRAPPER
                       ? cm_manifest_sign_fitted(m, &digest, excluded,
                                                 wider ? one_wider : cm_wrapper_size, &store, NULL)
                       : cm_manifest_sign(m, &digest, excluded, &store, NULL);
    ck_assert_int_eq(code, CM_OK);
    cm_asset_plan_settle(&plan, cm_buf_bytes(&store));
    ck_assert_int_eq(cm_asset_write(in, &plan, cm_buf_bytes(&store), &sink, NULL), CM_OK);
    cm_manifest_free(m);
    cm_asset_plan_free(&plan);
    cm_source_close(in);
    cm_buf_free(&store);
    return out;
}

/* The report, or NULL where nothing is found or the file can't be read. */
static cm_report *judge(cm_bytes text) {
    cm_source *in = NULL;
    cm_asset_manifest found;
    cm_report *report = NULL;
    cm_verify_options options = {.signers = credentials.trust, .now = time(NULL)};
    ck_assert_int_eq(cm_source_memory(text, &in, NULL), CM_OK);
    cm_code code = cm_asset_read(in, NULL, &found, NULL);
    if (code == CM_OK && found.found) {
        cm_verify_input input = cm_found_input(&found, in);
        ck_assert_int_eq(cm_verify(&input, &options, &report, NULL), CM_OK);
    }
    cm_asset_manifest_free(&found);
    cm_source_close(in);
    return report;
}

static void expect(cm_bytes text, cm_state state, const char *failures) {
    char said[512];
    cm_report *r = judge(text);
    ck_assert_ptr_nonnull(r);
    sign_failures(r, said, sizeof said);
    ck_assert_str_eq(said, failures);
    ck_assert_int_eq(r->state, state);
    cm_report_free(r);
}

/* What a text shows, in form C. */
static cm_buf shown(cm_bytes text) {
    cm_source *in = NULL;
    cm_asset_plan plan;
    cm_buf out = {0};
    cm_sink sink = cm_sink_buf(&out);
    ck_assert_int_eq(cm_source_memory(text, &in, NULL), CM_OK);
    if (cm_asset_plan_make(in, 0, &plan, NULL) == CM_OK)
        put_composed(in, &plan, &sink);
    cm_asset_plan_free(&plan);
    cm_source_close(in);
    return out;
}

static size_t find(cm_bytes in, const char *what) {
    size_t at = cm_text_find(in, 0, what);
    ck_assert_uint_lt(at, in.size);
    return at;
}

/* [0, at), `middle`, [from, …). */
static cm_buf splice(cm_bytes text, size_t at, cm_bytes middle, size_t from) {
    cm_buf out = {0};
    cm_buf_put(&out, text.data, at);
    cm_buf_put_bytes(&out, middle);
    cm_buf_put(&out, text.data + from, text.size - from);
    return out;
}

static void expect_spliced(cm_bytes text, size_t at, cm_bytes middle, size_t from, cm_state state,
                           const char *failures) {
    cm_buf out = splice(text, at, middle, from);
    expect(cm_buf_bytes(&out), state, failures);
    cm_buf_free(&out);
}

/* --- tests --- */

START_TEST(a_signed_text_is_trusted) {
    cm_buf text = sign_as(TEXTS[_i], false);
    expect(cm_buf_bytes(&text), CM_STATE_TRUSTED, "");
    cm_buf_free(&text);
}
END_TEST

START_TEST(what_was_done_to_a_wrapper_is_told) {
    cm_buf signed_text = sign_as(TEXTS[0], false);
    cm_bytes text = cm_buf_bytes(&signed_text), none = {0};
    size_t start = find(text, "\xef\xbb\xbf");
    cm_bytes wrapper = {text.data + start, text.size - start};
    const char *malformed = "assertion.dataHash.malformed",
               *mismatch = "assertion.dataHash.mismatch";
    /* a letter, the end, the place, the normal form, selectors behind */
    expect_spliced(text, 0, sign_text("J"), 1, CM_STATE_INVALID, mismatch);
    expect_spliced(text, text.size, sign_text("x"), text.size, CM_STATE_INVALID, mismatch);
    expect_spliced(text, start - 1, none, start, CM_STATE_INVALID, malformed);
    expect_spliced(text, 7, sign_text("o\xcc\x88"), 9, CM_STATE_INVALID, malformed);
    expect_spliced(text, text.size, sign_text("\xef\xb8\x80"), text.size, CM_STATE_INVALID,
                   malformed);
    /* doubled, cut off, an unknown version, a length beyond all */
    expect_spliced(text, text.size, wrapper, text.size, CM_STATE_INVALID,
                   "manifest.text.multipleWrappers assertion.dataHash.mismatch");
    size_t last = text.data[text.size - 3] == 0xef ? 3 : 4; /* bytes of a selector */
    expect_spliced(text, text.size - last, none, text.size, CM_STATE_INVALID,
                   "manifest.text.corruptedWrapper");
    expect_spliced(text, start + 3 + 31, sign_text("\xef\xb8\x82"), start + 3 + 34,
                   CM_STATE_INVALID, "manifest.text.corruptedWrapper");
    expect_spliced(text, start + 3 + 34, sign_text("\xf3\xa0\x87\xaf"), start + 3 + 37,
                   CM_STATE_INVALID, "manifest.text.corruptedWrapper");
    cm_buf_free(&signed_text);
}
END_TEST

START_TEST(equal_letters_of_other_bytes_are_the_same_text) {
    /* "é" twice, once of two bytes and once of three: exchanged, the wrapper stays where it is */
    cm_buf text = sign_as("\xc3\xa9 and e\xcc\x81", false);
    cm_buf out = splice(cm_buf_bytes(&text), 0, sign_text("e\xcc\x81 and \xc3\xa9"), 10);
    expect(cm_buf_bytes(&out), CM_STATE_TRUSTED, "");
    cm_buf_free(&out);
    cm_buf_free(&text);
}
END_TEST

START_TEST(a_range_that_takes_in_text_is_refused) {
    cm_buf text = sign_as(TEXTS[_i], true);
    cm_report *r = judge(cm_buf_bytes(&text));
    ck_assert_ptr_nonnull(r);
    ck_assert_int_eq(r->state, CM_STATE_INVALID);
    cm_report_free(r);
    cm_buf_free(&text);
}
END_TEST

static void mutate(cm_buf *text, sign_random *r) {
    static const char *const PIECES[] = {"\xef\xbb\xbf",
                                         "\xef\xb8\x80",
                                         "\xf3\xa0\x84\x80",
                                         "x",
                                         "\xcc\x81",
                                         " ",
                                         "\n",
                                         "-",
                                         "=",
                                         "A",
                                         "<",
                                         ">",
                                         "\""};
    size_t at = sign_next(r) % text->size, n = 1 + sign_next(r) % 8;
    cm_bytes piece = sign_text(PIECES[sign_next(r) % (sizeof PIECES / sizeof PIECES[0])]);
    cm_buf out = {0};
    if (n > text->size - at)
        n = text->size - at;
    switch (sign_next(r) % 5) {
    case 0:
        text->data[at] ^= (uint8_t)(1u << sign_next(r) % 8);
        return;
    case 1: /* a piece more */
        out = splice(cm_buf_bytes(text), at, piece, at);
        break;
    case 2: /* in the place of others */
        out = splice(cm_buf_bytes(text), at, piece, at + n);
        break;
    case 3: /* some bytes twice */
        out = splice(cm_buf_bytes(text), at, (cm_bytes){text->data + at, n}, at);
        break;
    default: /* some bytes fewer */
        out = splice(cm_buf_bytes(text), at, (cm_bytes){0}, at + n);
    }
    cm_buf_free(text);
    *text = out;
}

START_TEST(no_changed_text_is_trusted) {
    cm_buf original = sign_as(TEXTS[_i], false), want = shown(cm_buf_bytes(&original));
    sign_random r = {(uint64_t)_i + 1};
    for (int i = 0; i < MUTATIONS; i++) {
        cm_buf text = splice(cm_buf_bytes(&original), 0, (cm_bytes){0}, 0);
        for (uint32_t n = 1 + sign_next(&r) % 3; n > 0 && text.size > 0; n--)
            mutate(&text, &r);
        cm_report *report = judge(cm_buf_bytes(&text));
        if (report != NULL && report->state == CM_STATE_TRUSTED) {
            cm_buf now = shown(cm_buf_bytes(&text));
            ck_assert(cm_bytes_equal(cm_buf_bytes(&now), cm_buf_bytes(&want)));
            cm_buf_free(&now);
        }
        cm_report_free(report);
        cm_buf_free(&text);
    }
    cm_buf_free(&want);
    cm_buf_free(&original);
}
END_TEST

static cm_buf unwrap(cm_bytes text, size_t part) {
    cm_unwrap u = {0};
    cm_buf out = {0};
    uint8_t bytes[256 + CM_UNWRAP_HELD];
    for (size_t at = 0, n; at < text.size; at += n) {
        n = text.size - at < part ? text.size - at : part;
        cm_buf_put(&out, bytes, cm_unwrap_filter(&u, text.data + at, n, bytes));
    }
    cm_buf_put(&out, bytes, cm_unwrap_end(&u, bytes));
    return out;
}

/* The filter for streams leaves out what the container does. */
START_TEST(wrappers_are_left_out_of_streams) {
    cm_buf original = sign_as(TEXTS[0], false);
    sign_random r = {77};
    for (int i = 0; i < MUTATIONS; i++) {
        cm_buf text = splice(cm_buf_bytes(&original), 0, (cm_bytes){0}, 0), want = {0};
        cm_sink sink = cm_sink_buf(&want);
        cm_source *in = NULL;
        for (uint32_t n = sign_next(&r) % 4; n > 0 && text.size > 0; n--)
            mutate(&text, &r);
        ck_assert_int_eq(cm_source_memory(cm_buf_bytes(&text), &in, NULL), CM_OK);
        if (cm_asset_strip(in, &sink, NULL) == CM_OK) {
            cm_buf out = unwrap(cm_buf_bytes(&text), 1 + sign_next(&r) % 256);
            ck_assert(cm_bytes_equal(cm_buf_bytes(&out), cm_buf_bytes(&want)));
            cm_buf_free(&out);
        }
        cm_source_close(in);
        cm_buf_free(&want);
        cm_buf_free(&text);
    }
    cm_buf_free(&original);
}
END_TEST

Suite *suite_text_judged(void);
Suite *suite_text_judged(void) {
    Suite *s = suite_create("text_judged");
    TCase *tc = tcase_create("text_judged");
    tcase_add_unchecked_fixture(tc, set_up, tear_down);
    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, a_signed_text_is_trusted, 0, N_TEXTS);
    tcase_add_test(tc, what_was_done_to_a_wrapper_is_told);
    tcase_add_test(tc, equal_letters_of_other_bytes_are_the_same_text);
    tcase_add_loop_test(tc, a_range_that_takes_in_text_is_refused, 0, N_TEXTS);
    tcase_add_loop_test(tc, no_changed_text_is_trusted, 0, N_TEXTS);
    tcase_add_test(tc, wrappers_are_left_out_of_streams);
    suite_add_tcase(s, tc);
    return s;
}
