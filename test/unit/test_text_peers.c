/* What is seen once, counts once. */
#include <check.h>
#include <stdlib.h>

#include "text/ngrams.h"

START_TEST(each_ngram_counts_once) {
    enum { N = 20000, WIDTH = 2, IDS = 50 };
    uint32_t *ids = calloc(N, sizeof *ids);
    bool there[IDS][IDS] = {{false}};
    cm_ngrams *seen;
    for (uint32_t i = 0, x = 1; i < N; i++) {
        x = x * 1664525u + 1013904223u;
        ids[i] = (x >> 16) % IDS;
    }
    ck_assert_int_eq(cm_ngrams_new(IDS * IDS, WIDTH, &seen, NULL), CM_OK);
    for (size_t i = 0; i + WIDTH <= N; i++) {
        bool *before = &there[ids[i]][ids[i + 1]];
        ck_assert_int_eq(cm_ngrams_add(seen, ids + i), !*before);
        *before = true;
    }
    cm_ngrams_free(seen);
    free(ids);
}
END_TEST

Suite *suite_text_peers(void);
Suite *suite_text_peers(void) {
    Suite *s = suite_create("text_peers");
    TCase *t = tcase_create("peers");
    tcase_add_test(t, each_ngram_counts_once);
    suite_add_tcase(s, t);
    return s;
}
