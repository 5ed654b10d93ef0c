/* Keyed streams. Known answers: test/oracle/image_mark.py. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "mark/prf.h"
#include "mark/scheme.h"

/* The public layer key of spec/keys.md. */
static const char TEST_KEY[] = "0ae86b8f0fbc77d23cbd74ce06dedf1861afe4194fb5e18f333d47c629e6ad30";

static cm_prf *opened(const char *purpose) {
    uint8_t key[CM_KEY_BYTES];
    cm_prf *p = NULL;
    cm_error err = {0};
    ck_assert(cm_hex_decode(TEST_KEY, sizeof key, key));
    ck_assert_msg(cm_prf_open(key, purpose, &p, &err) == CM_OK, "%s", err.message);
    return p;
}

START_TEST(words_known_answers) {
    static const uint32_t first[] = {0x6d0d2535, 0x3cec62aa, 0xc29669f8, 0x04ae4185};
    cm_prf *p = opened("cm-image-1 signs");
    for (int i = 0; i < 4; i++)
        ck_assert_uint_eq(cm_prf_u32(p), first[i]);
    for (int i = 4; i < 1023; i++)
        (void)cm_prf_u32(p);
    ck_assert_uint_eq(cm_prf_u32(p), 0x69aff843); /* across the edge of a chunk */
    ck_assert_uint_eq(cm_prf_u32(p), 0xbeb64ad4);
    cm_prf_close(p);
}
END_TEST

/* Nearly half of all words are passed over for this bound: six draws take fifteen words. */
START_TEST(below_passes_over_the_uneven_rest) {
    static const uint32_t want[] = {0x18fdb2c1, 0x43dbad51, 0x3105e547,
                                    0x59b2967f, 0x6abc011,  0x2b918785};
    cm_prf *p = opened("example"), *q = opened("example");
    for (int i = 0; i < 6; i++)
        ck_assert_uint_eq(cm_prf_below(p, 0x80000001u), want[i]);
    for (int i = 0; i < 15; i++)
        (void)cm_prf_u32(q);
    ck_assert_uint_eq(cm_prf_u32(p), cm_prf_u32(q));
    cm_prf_close(p);
    cm_prf_close(q);
}
END_TEST

START_TEST(below_stays_below_and_is_even) {
    cm_prf *p = opened("evenness");
    int count[6] = {0};
    for (uint32_t n = 1; n < 300; n++)
        ck_assert_uint_lt(cm_prf_below(p, n), n);
    for (int i = 0; i < 60000; i++)
        count[cm_prf_below(p, 6)]++;
    for (int i = 0; i < 6; i++)
        ck_assert_int_lt(abs(count[i] - 10000), 500); /* 5 deviations */
    cm_prf_close(p);
}
END_TEST

START_TEST(permutation_known_answer) {
    static const uint16_t want[] = {2, 4, 10, 7, 6, 3, 11, 1, 0, 5, 8, 9};
    uint16_t order[12];
    cm_prf *p = opened("example");
    cm_prf_permutation(p, order, 12);
    ck_assert_mem_eq(order, want, sizeof want);
    cm_prf_permutation(p, order, 1);
    ck_assert_uint_eq(order[0], 0);
    cm_prf_close(p);
}
END_TEST

START_TEST(permutation_holds_everything_once) {
    enum { N = 3240 };
    uint16_t order[N];
    uint8_t seen[N] = {0};
    cm_prf *p = opened("permutation");
    cm_prf_permutation(p, order, N);
    for (int i = 0; i < N; i++) {
        ck_assert_uint_lt(order[i], N);
        ck_assert_int_eq(seen[order[i]]++, 0);
    }
    cm_prf_close(p);
}
END_TEST

START_TEST(purposes_and_keys_differ) {
    uint8_t key[CM_KEY_BYTES] = {1};
    cm_prf *p = opened("example"), *q = opened("examples"), *r = NULL;
    ck_assert_int_eq(cm_prf_open(key, "example", &r, NULL), CM_OK);
    uint32_t a = cm_prf_u32(p), b = cm_prf_u32(q), c = cm_prf_u32(r);
    ck_assert(a != b && b != c && a != c);
    cm_prf_close(p);
    cm_prf_close(q);
    cm_prf_close(r);
    cm_prf_close(NULL);
}
END_TEST

Suite *suite_prf(void);
Suite *suite_prf(void) {
    Suite *s = suite_create("prf");
    TCase *t = tcase_create("prf");
    tcase_add_test(t, words_known_answers);
    tcase_add_test(t, below_passes_over_the_uneven_rest);
    tcase_add_test(t, below_stays_below_and_is_even);
    tcase_add_test(t, permutation_known_answer);
    tcase_add_test(t, permutation_holds_everything_once);
    tcase_add_test(t, purposes_and_keys_differ);
    suite_add_tcase(s, t);
    return s;
}
