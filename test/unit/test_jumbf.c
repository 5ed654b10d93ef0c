/* JUMBF: a tree written and read, URIs, forged lengths, hostile bytes. */
#include <check.h>

#include "sign/jumbf.h"
#include "sign_support.h"

static const uint8_t SALT[CM_SALT_BYTES] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

/* c2pa > { m1 > { c2pa.assertions > { a (salted), a__1 }, json box }, m2 } */
static cm_buf make_tree(void) {
    cm_buf b = {0};
    size_t root = cm_jumbf_open(&b, CM_KIND_STORE, "c2pa", NULL);
    size_t m1 = cm_jumbf_open(&b, CM_KIND_MANIFEST, "m1", NULL);
    size_t assertions = cm_jumbf_open(&b, CM_KIND_ASSERTIONS, "c2pa.assertions", NULL);
    for (int i = 0; i < 2; i++) {
        size_t a = cm_jumbf_open(&b, CM_KIND_CBOR, i == 0 ? "a" : "a__1", i == 0 ? SALT : NULL);
        size_t content = cm_jumbf_open_box(&b, CM_BOX_CBOR);
        cm_buf_u8(&b, (uint8_t)i);
        cm_jumbf_close(&b, content);
        cm_jumbf_close(&b, a);
    }
    cm_jumbf_close(&b, assertions);
    size_t json = cm_jumbf_open_box(&b, CM_BOX_JSON);
    cm_buf_text(&b, "{}");
    cm_jumbf_close(&b, json);
    cm_jumbf_close(&b, m1);
    size_t m2 = cm_jumbf_open(&b, CM_KIND_UPDATE, "m2", NULL);
    cm_jumbf_close(&b, m2);
    cm_jumbf_close(&b, root);
    ck_assert_int_eq(b.failed, CM_OK);
    return b;
}

static const cm_box *at(const cm_jumbf *j, const char *uri) {
    return cm_jumbf_resolve(j, cm_box_named(j->boxes, "m1"), sign_text(uri));
}

START_TEST(a_tree_is_read_as_it_was_written) {
    cm_buf b = make_tree();
    cm_jumbf j = {0};
    ck_assert_int_eq(cm_jumbf_parse(cm_buf_bytes(&b), NULL, &j, NULL), CM_OK);
    ck_assert_uint_eq(j.count, 9);
    ck_assert_uint_eq(j.boxes[0].span, 9);
    ck_assert_uint_eq(j.boxes[0].kind, CM_KIND_STORE);
    const cm_box *m1 = cm_box_first(j.boxes);
    const cm_box *m2 = cm_box_next(j.boxes, m1);
    ck_assert_uint_eq(m1->kind, CM_KIND_MANIFEST);
    ck_assert_uint_eq(m2->kind, CM_KIND_UPDATE);
    ck_assert_ptr_null(cm_box_first(m2));
    ck_assert_ptr_null(cm_box_next(j.boxes, m2));
    const cm_box *assertions = cm_box_of_kind(m1, "c2pa.assertions", CM_KIND_ASSERTIONS);
    ck_assert_ptr_nonnull(assertions);
    ck_assert_ptr_null(cm_box_of_kind(m1, "c2pa.assertions", CM_KIND_CLAIM));
    const cm_box *a = cm_box_named(assertions, "a");
    ck_assert_uint_eq(a->toggles, CM_JUMBF_REQUESTABLE | CM_JUMBF_LABEL | CM_JUMBF_PRIVATE);
    ck_assert_uint_eq(cm_box_of_type(a, CM_BOX_CBOR)->content.size, 1);
    ck_assert_ptr_null(cm_box_of_type(a, CM_BOX_JSON));
    /* a hashed URI covers all but the superbox's header (C2PA 2.2 §8.4.2.3) */
    ck_assert_uint_eq(a->content.size, a->whole.size - 8);
    ck_assert_uint_eq(cm_box_of_type(m1, CM_BOX_JSON)->content.size, 2);
    cm_jumbf_free(&j);
    cm_buf_free(&b);
}
END_TEST

START_TEST(uris_lead_where_they_say) {
    cm_buf b = make_tree();
    cm_jumbf j = {0};
    ck_assert_int_eq(cm_jumbf_parse(cm_buf_bytes(&b), NULL, &j, NULL), CM_OK);
    const cm_box *a = at(&j, "self#jumbf=c2pa.assertions/a");
    ck_assert_ptr_nonnull(a);
    ck_assert_ptr_eq(a, at(&j, "self#jumbf=/c2pa/m1/c2pa.assertions/a"));
    ck_assert_ptr_ne(a, at(&j, "self#jumbf=c2pa.assertions/a__1"));
    ck_assert_ptr_eq(cm_box_named(j.boxes, "m2"), at(&j, "self#jumbf=/c2pa/m2"));
    static const char *const nowhere[] = {
        "",
        "self#jumbf=",
        "self#jumbf=/",
        "self#jumbf=/c2pa",
        "self#jumbf=/c2pa/",
        "self#jumbf=/c2pa/m3",
        "self#jumbf=/other/m1",
        "self#jumbf=c2pa.assertions/b",
        "self#jumbf=c2pa.assertions//a",
        "self#jumbf=c2pa.assertions/a/a",
        "self#jumbf=../m2",
        "http://example.org/",
        "c2pa.assertions/a",
    };
    for (size_t i = 0; i < sizeof nowhere / sizeof nowhere[0]; i++)
        ck_assert_msg(at(&j, nowhere[i]) == NULL, "%s", nowhere[i]);
    cm_jumbf_free(&j);
    cm_buf_free(&b);
}
END_TEST

/* The tree with four bytes overwritten must be refused. */
static void refuse(size_t offset, uint32_t value, cm_code expected) {
    cm_buf b = make_tree();
    cm_jumbf j = {0};
    cm_buf_patch_be32(&b, offset, value);
    ck_assert_msg(cm_jumbf_parse(cm_buf_bytes(&b), NULL, &j, NULL) == expected, "%zu: %u", offset,
                  value);
    ck_assert_ptr_null(j.boxes);
    cm_buf_free(&b);
}

START_TEST(forged_lengths_are_refused) {
    cm_buf b = make_tree();
    const uint32_t lengths[] = {0, 1, 4, 7, 8, 9, 0x7fffffff, 0xffffffff, (uint32_t)b.size + 1};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        refuse(0, lengths[i], CM_ERR_FORMAT);  /* the store */
        refuse(8, lengths[i], CM_ERR_FORMAT);  /* its description */
        refuse(38, lengths[i], CM_ERR_FORMAT); /* the first manifest */
    }
    refuse(4, 0x6a756d63, CM_ERR_FORMAT);  /* not a superbox */
    refuse(12, 0x6a756d63, CM_ERR_FORMAT); /* no description */
    cm_buf_free(&b);
}
END_TEST

START_TEST(labels_with_control_characters_or_slashes_are_refused) {
    static const char *const labels[] = {"", "a/b", "a\nb", "\x7f", "a\x91"};
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
        cm_buf b = {0};
        cm_jumbf j = {0};
        cm_jumbf_close(&b, cm_jumbf_open(&b, CM_KIND_STORE, labels[i], NULL));
        ck_assert_int_eq(cm_jumbf_parse(cm_buf_bytes(&b), NULL, &j, NULL), CM_ERR_FORMAT);
        cm_buf_free(&b);
    }
}
END_TEST

START_TEST(nesting_and_number_are_bounded) {
    enum { DEEP = 2000 };
    cm_limits limits = cm_limits_default();
    cm_buf b = {0};
    cm_jumbf j = {0};
    size_t opened[DEEP];
    for (int i = 0; i < DEEP; i++)
        opened[i] = cm_jumbf_open(&b, CM_KIND_STORE, "x", NULL);
    for (int i = DEEP; i > 0; i--)
        cm_jumbf_close(&b, opened[i - 1]);
    ck_assert_int_eq(cm_jumbf_parse(cm_buf_bytes(&b), &limits, &j, NULL), CM_ERR_LIMIT);
    cm_buf_free(&b);
    opened[0] = cm_jumbf_open(&b, CM_KIND_STORE, "x", NULL);
    for (uint32_t i = 0; i < limits.boxes; i++)
        cm_jumbf_close(&b, cm_jumbf_open_box(&b, CM_BOX_UUID));
    cm_jumbf_close(&b, opened[0]);
    ck_assert_int_eq(cm_jumbf_parse(cm_buf_bytes(&b), &limits, &j, NULL), CM_ERR_LIMIT);
    limits.boxes++;
    ck_assert_int_eq(cm_jumbf_parse(cm_buf_bytes(&b), &limits, &j, NULL), CM_OK);
    cm_jumbf_free(&j);
    cm_buf_free(&b);
}
END_TEST

START_TEST(hostile_bytes_are_survived) {
    cm_buf b = sign_load("ok_detached_of_embedded.c2pa");
    cm_jumbf j = {0};
    sign_random random = {2};
    for (size_t n = 0; n < b.size; n++)
        ck_assert_int_eq(cm_jumbf_parse((cm_bytes){b.data, n}, NULL, &j, NULL), CM_ERR_FORMAT);
    for (int i = 0; i < 20000; i++) {
        size_t where = sign_next(&random) % b.size;
        uint8_t old = b.data[where];
        b.data[where] ^= (uint8_t)(1u << sign_next(&random) % 8);
        if (cm_jumbf_parse(cm_buf_bytes(&b), NULL, &j, NULL) == CM_OK) {
            for (size_t k = 0; k < j.count; k++) {
                ck_assert_uint_le(k + j.boxes[k].span, j.count);
                ck_assert(j.boxes[k].whole.data >= b.data);
                ck_assert(j.boxes[k].whole.data + j.boxes[k].whole.size <= b.data + b.size);
            }
            cm_jumbf_free(&j);
        }
        b.data[where] = old;
    }
    cm_buf_free(&b);
}
END_TEST

Suite *suite_jumbf(void);
Suite *suite_jumbf(void) {
    Suite *s = suite_create("jumbf");
    TCase *tc = tcase_create("jumbf");
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, a_tree_is_read_as_it_was_written);
    tcase_add_test(tc, uris_lead_where_they_say);
    tcase_add_test(tc, forged_lengths_are_refused);
    tcase_add_test(tc, labels_with_control_characters_or_slashes_are_refused);
    tcase_add_test(tc, nesting_and_number_are_bounded);
    tcase_add_test(tc, hostile_bytes_are_survived);
    suite_add_tcase(s, tc);
    return s;
}
