/* SynthID's marks, of transformers and of the reference code: what runs of theirs don't show, and
 * p-values. */
#include <check.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/synthid_mark.h"
#include "text/synthid_score.h"
#include "text/synthid_scheme.h"
#include "text_peer.h"

enum { VOCABULARY = 300, LENGTH = 400, HUMAN = 200 };

#define KEYS30                                                                                     \
    "654,400,836,123,340,443,597,160,57,29,590,639,13,715,468,990,966,226,324,585,118,504,421,"    \
    "521,129,669,732,225,90,960"

/* Layers beyond 32 take another way through the same tournament. */
START_TEST(many_layers) {
    enum { N = 700, DEPTH = 45 };
    float scores[N], p[N];
    double q[N], sum = 0;
    uint64_t bits[N], kept[N];
    uint32_t x = 9;
    for (int t = 0; t < N; t++) {
        for (int i = 0; i < 3; i++)
            bits[t] = bits[t] * (i > 0) << 22 | (x = x * 1664525u + 1013904223u) >> 10;
        scores[t] = (float)(x >> 20) / 1000;
        kept[t] = bits[t];
        sum += q[t] = exp((double)scores[t]);
    }
    cm_synthid_update(scores, bits, N, DEPTH, 2, -FLT_MAX, p);
    for (int t = 0; t < N; t++)
        q[t] /= sum;
    for (int l = 0; l < DEPTH; l++) {
        double m = 0;
        for (int t = 0; t < N; t++)
            m += q[t] * (double)(kept[t] >> l & 1);
        for (int t = 0; t < N; t++)
            q[t] *= 1 + (double)(kept[t] >> l & 1) - m;
    }
    for (int t = 0; t < N; t++)
        ck_assert_double_eq_tol(exp((double)scores[t]), q[t], 1e-6);
}
END_TEST

/* Whatever the peer forgets and counts again, ours counts once. */
START_TEST(contexts_count_once) {
    const uint32_t ids[] = {1, 2, 1, 3, 1, 2, 1, 2, 1};
    for (int size = 1; size <= 8; size++) {
        char params[64];
        snprintf(params, sizeof params, "keys=11,22 ngram_len=2 context_history_size=%d", size);
        cm_text_scheme *s = scheme_of("dm-synthid", 10, params);
        cm_text_evidence e = scheme_look(s, ids, 9);
        ck_assert_uint_eq(e.scored, 3);
        ck_assert_uint_eq(e.duplicates, 5);
        cm_text_scheme_free(s);
    }
}
END_TEST

/* The likelihood ratio's mean is 1 over all g-values with the table's own share of ones. */
START_TEST(likelihood_ratios_are_fair) {
    static const double shares[] = {0.5, 0.47, 0.62};
    cm_synthid_model m = {.beta = {-1, 0.5, 2, -0.3}, .prior = 0.5};
    m.delta[1][0] = 1.5;
    m.delta[2][0] = -2;
    m.delta[2][1] = 0.7;
    m.delta[3][1] = 3;
    for (size_t k = 0; k < 3; k++) {
        cm_synthid_g g = {.depth = 4, .key = {1, 2, 3, 4}, .reference = true, .share = shares[k]};
        cm_synthid_score s;
        double mean = 0, peer;
        cm_synthid_score_set(&s, CM_SYNTHID_BAYESIAN, &g, NULL, &m);
        for (uint64_t word = 0; word < 16; word++) {
            double chance = 1;
            for (int l = 0; l < 4; l++)
                chance *= (word >> l & 1) != 0 ? shares[k] : 1 - shares[k];
            mean += chance * exp(cm_synthid_score_of(&s, word, &peer));
        }
        ck_assert_double_eq_tol(mean, 1, 1e-12);
    }
}
END_TEST

/* Layers with one key are one layer, and cells of the table count once. */
START_TEST(equal_layers_are_one) {
    cm_synthid_g g = {.depth = 3,
                      .key = {5, 5 + 65536, 9},
                      .table = (uint8_t[1]){0},
                      .size = 65536,
                      .share = 0.5};
    cm_synthid_score s;
    cm_synthid_score_set(&s, CM_SYNTHID_MEAN, &g, NULL, NULL);
    ck_assert_int_eq(s.layers.depth, 2);
    ck_assert(!s.layers.even && s.layers.weight[0] == 2 && s.copies == 2);
    cm_text_scheme *scheme = scheme_of("hf-synthid", 1 << 20, "keys=1,2,3 ngram_len=2");
    uint32_t ids[256];
    for (uint32_t i = 0; i < 256; i++)
        ids[i] = i < 2 ? i + 1 : ids[i - 2] + 65536 * (i % 2); /* same sums mod 2^16 */
    cm_text_evidence e = scheme_look(scheme, ids, 30);
    ck_assert_uint_eq(e.scored, 2);
    cm_text_scheme_free(scheme);
}
END_TEST

static const char *const MARKS[][2] = {
    {"hf-synthid", "keys=" KEYS30},
    {"hf-synthid", "keys=" KEYS30 " statistic=mean"},
    {"hf-synthid", "keys=" KEYS30 " sampling_table_size=65537 skip_first_ngram_calls=true"},
    {"dm-synthid", "statistic=mean"},
    {"dm-synthid", "num_leaves=3 ngram_len=3"},
};

START_TEST(what_is_marked_is_found) {
    uint32_t ids[LENGTH];
    cm_text_scheme *s = scheme_of(MARKS[_i][0], VOCABULARY, MARKS[_i][1]);
    cm_text_scheme *other = scheme_of(MARKS[_i][0], VOCABULARY, "keys=77,78,79,80,81,82");
    peer_write(s, VOCABULARY, 0, 3, ids, LENGTH);
    cm_text_evidence e = scheme_look(s, ids, LENGTH);
    ck_assert_msg(e.log10_p < -20, "%g", e.log10_p);
    ck_assert(e.statistic > 0.53);
    e = scheme_look(other, ids, LENGTH);
    ck_assert_msg(e.log10_p > -4, "%g", e.log10_p);
    cm_text_scheme_free(other);
    cm_text_scheme_free(s);
}
END_TEST

#define MODEL "{\"beta\":[[[-2,-1,0]]],\"delta\":[[[[0,0,0],[1,0,0],[1,1,0]]]],\"prior\":[0.5]}"

/* The levels that p-values of unmarked text reach under random keys. */
START_TEST(other_keys_find_nothing) {
    static const char *const rules[][2] = {
        {"hf-synthid", "statistic=mean"},
        {"hf-synthid", "statistic=weighted"},
        {"hf-synthid", "statistic=bayesian model=" MODEL},
        {"dm-synthid", "statistic=mean"},
        {"dm-synthid", "statistic=weighted ngram_len=2"},
    };
    enum { TRIALS = 400 };
    uint32_t ids[HUMAN], x = 5, hits = 0;
    peer_human(ids);
    for (int trial = 0; trial < TRIALS; trial++) {
        char params[512];
        uint32_t key[3];
        for (int k = 0; k < 3; k++)
            key[k] = (x = x * 1664525u + 1013904223u) >> 4;
        snprintf(params, sizeof params, "%s keys=%u,%u,%u", rules[_i][1], key[0], key[1], key[2]);
        cm_text_scheme *s = scheme_of(rules[_i][0], 49152, params);
        hits += scheme_look(s, ids, HUMAN).log10_p <= -1;
        cm_text_scheme_free(s);
    }
    /* 40 are expected at most; 62 would come by chance once in 2000 times. */
    ck_assert_uint_lt(hits, 62);
}
END_TEST

START_TEST(nonsense_is_refused) {
    static const char *const bad[][2] = {
        {"hf-synthid", "keys="},
        {"hf-synthid", "keys=1,x"},
        {"hf-synthid", "keys=1 ngram_len=1"},
        {"hf-synthid", "sampling_table_size=1"},
        {"hf-synthid", "sampling_table_size=2 sampling_table_seed=3"},
        {"hf-synthid", "context_history_size=0"},
        {"hf-synthid", "skip_first_ngram_calls=maybe"},
        {"hf-synthid", "eos=100"},
        {"hf-synthid", "statistic=median"},
        {"hf-synthid", "statistic=bayesian"},
        {"hf-synthid", "statistic=weighted weights=1,2"},
        {"hf-synthid", "keys=1,2 weights=1,-2"},
        {"dm-synthid", "num_leaves=4"},
        {"dm-synthid", "sampling_table_size=65536"},
    };
    static const char *const models[] = {"{}",
                                         "{\"beta\":[1],\"delta\":[[0]],\"prior\":0.5}",
                                         "{\"beta\":[1,2],\"delta\":[[0,0]],\"prior\":0.5}",
                                         "{\"beta\":[1,2],\"delta\":[[0,0],[0,0]],\"prior\":1}",
                                         "{\"beta\":[1,",
                                         "test/data/README.md"};
    char params[256];
    uint64_t start;
    ck_assert_int_eq(cm_synthid_iv((int64_t[]){1}, 0, &start, NULL), CM_ERR_ARGUMENT);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        ck_assert_msg(peer_refusal(bad[i][0], 100, bad[i][1]) == CM_ERR_ARGUMENT, "%s", bad[i][1]);
    for (size_t i = 0; i < sizeof models / sizeof models[0]; i++) {
        snprintf(params, sizeof params, "keys=1,2 statistic=bayesian model=%s", models[i]);
        ck_assert_msg(peer_refusal("hf-synthid", 100, params) == CM_ERR_FORMAT, "%s", models[i]);
    }
    ck_assert_int_ne(peer_refusal("hf-synthid", 100, "statistic=bayesian model=/nowhere"), CM_OK);
}
END_TEST

Suite *suite_text_tournament(void);
Suite *suite_text_tournament(void) {
    Suite *s = suite_create("text_tournament");
    TCase *t = tcase_create("synthid");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, many_layers);
    tcase_add_test(t, contexts_count_once);
    tcase_add_test(t, likelihood_ratios_are_fair);
    tcase_add_test(t, equal_layers_are_one);
    tcase_add_loop_test(t, what_is_marked_is_found, 0, sizeof MARKS / sizeof MARKS[0]);
    tcase_add_loop_test(t, other_keys_find_nothing, 0, 5);
    tcase_add_test(t, nonsense_is_refused);
    suite_add_tcase(s, t);
    return s;
}
