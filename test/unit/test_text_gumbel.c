/* Gumbel marks and what shares their numbers, of vLLM, MarkLLM, TextSeal and Three bricks: recorded
 * statistics, marks that are found, and p-values of unmarked text. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/tails.h"
#include "text/bricks.h"
#include "text/choice.h"
#include "text/gumbel.h"
#include "text/instance.h"
#include "text_peer.h"
#include "text_vectors.h"

enum { VOCABULARY = 300, LENGTH = 300, HUMAN = 200 };

static double number(const json_t *o, const char *name) {
    return json_number_value(field(o, name));
}

/* The peer's numbers are floats before they are summed. */
static void check_vllm(const json_t *c, const char *mode, const char *field_name, bool all) {
    char params[160];
    size_t n;
    uint32_t *ids = peer_ids(field(c, "input_ids"), &n);
    const json_t *want = field(c, field_name);
    snprintf(params, sizeof params, "key=%llu context_width=%d mode=%s deduplicate_contexts=%s",
             (unsigned long long)word(c, "key"), (int)word(c, "context_width"), mode,
             all ? "false" : "true");
    cm_text_scheme *s = peer_scheme("vllm-gumbel", 1 << 20, params);
    cm_text_evidence e = peer_look(s, ids, n);
    double score = number(want, "score"), p = number(want, "p");
    ck_assert_uint_eq(e.scored + (all ? e.duplicates : 0), word(want, "n"));
    ck_assert_double_eq_tol(e.statistic, score, 1e-6 * score);
    if (p > 0)
        ck_assert_double_eq_tol(log(e.peer_p), log(p), 1e-4 + 1e-5 * fabs(log(p)));
    else
        ck_assert(!(e.peer_p > 1e-300));
    cm_text_scheme_free(s);
    free(ids);
}

START_TEST(vllm_statistics) {
    json_t *file;
    const json_t *cases = cases_of("vllm_gumbel_detector", &file), *c;
    size_t at;
    json_array_foreach(cases, at, c) {
        uint64_t keys[2];
        check_vllm(c, "single", "dedup", false);
        check_vllm(c, "single", "all", true);
        check_vllm(c, "dual", "dual_dedup", false);
        check_vllm(c, "dual", "dual_all", true);
        ck_assert_int_eq(cm_vllm_dual_keys(word(c, "key"), keys, NULL), CM_OK);
        ck_assert_uint_eq(keys[0], word(c, "derived_key_a"));
        ck_assert_uint_eq(keys[1], word(c, "derived_key_b"));
    }
    json_decref(file);
}
END_TEST

/* The tokens that vLLM's own sampler took. */
START_TEST(vllm_steps) {
    enum { IDS = 1000 };
    json_t *file;
    const json_t *cases = cases_of("vllm_gumbel_detector", &file), *c;
    size_t at, marked = 0;
    json_array_foreach(cases, at, c) {
        char params[80];
        float logits[IDS];
        size_t n;
        if (strcmp(json_string_value(field(c, "kind")), "marked") != 0)
            continue;
        uint32_t *ids = peer_ids(field(c, "input_ids"), &n);
        snprintf(params, sizeof params, "key=%llu context_width=%d",
                 (unsigned long long)word(c, "key"), (int)word(c, "context_width"));
        cm_text_scheme *s = peer_scheme("vllm-gumbel", IDS, params);
        cm_text_marker *m;
        ck_assert_int_eq(cm_text_marker_new(s, NULL, &m, NULL), CM_OK);
        for (size_t step = 0; step < n; step++) {
            for (uint64_t i = 0; i < IDS; i++)
                logits[i] = (float)((double)((i * 7919 + step * 104729) % 1000003) / 200000.0);
            ck_assert_int_eq(cm_text_marker_step(m, logits, IDS, NULL), CM_OK);
            for (uint32_t i = 0; i < IDS; i++)
                ck_assert(i == ids[step] ? logits[i] == 0 : logits[i] == -INFINITY);
            ck_assert_int_eq(cm_text_marker_accept(m, ids[step], NULL), CM_OK);
        }
        marked++;
        cm_text_marker_free(m);
        cm_text_scheme_free(s);
        free(ids);
    }
    ck_assert_uint_gt(marked, 0);
    json_decref(file);
}
END_TEST

/* Many at a time, and one by one. */
START_TEST(vllm_choices) {
    enum { IDS = 3001 };
    static float logits[IDS], uniform[IDS];
    uint32_t x = 3;
    for (int round = 0; round < 60; round++) {
        const int32_t context[] = {round, 2 * round, 7, -1};
        cm_vllm_context c = cm_vllm_context_of(42, context, 4);
        uint32_t count = IDS - (uint32_t)(round % 5) * 301;
        for (uint32_t t = 0; t < count; t++) {
            x = x * 1664525u + 1013904223u;
            logits[t] = round % 3 == 0 && x >> 30 != 0 ? -INFINITY : (float)(x >> 24) / 32;
            uniform[t] = cm_vllm_uniform(&c, t);
        }
        ck_assert_uint_eq(cm_vllm_choice(&c, logits, count),
                          cm_gumbel_choice(logits, uniform, count));
    }
    for (uint32_t t = 0; t < IDS; t++)
        logits[t] = -INFINITY;
    cm_vllm_context c = cm_vllm_context_of(1, (int32_t[]){1}, 1);
    ck_assert_uint_eq(cm_vllm_choice(&c, logits, IDS), IDS);
}
END_TEST

/* Two keys choose; the sampler behind decides with their shares. */
START_TEST(vllm_two_keys) {
    enum { IDS = 500 };
    float logits[IDS];
    cm_text_scheme *s = peer_scheme("vllm-gumbel", IDS, "key=9 mode=dual alpha=0.25");
    cm_text_marker *m;
    int apart = 0;
    ck_assert_int_eq(cm_text_marker_new(s, NULL, &m, NULL), CM_OK);
    for (uint32_t step = 0; step < 40; step++) {
        int left = 0;
        double sum = 0;
        memset(logits, 0, sizeof logits);
        ck_assert_int_eq(cm_text_marker_step(m, logits, IDS, NULL), CM_OK);
        for (int i = 0; i < IDS; i++) {
            left += logits[i] > -INFINITY;
            sum += exp((double)logits[i]);
        }
        ck_assert(left == 1 || left == 2);
        ck_assert_double_eq_tol(sum, 1, 1e-6);
        apart += left == 2;
        ck_assert_int_eq(cm_text_marker_accept(m, step, NULL), CM_OK);
    }
    ck_assert_int_gt(apart, 30);
    cm_text_marker_free(m);
    cm_text_scheme_free(s);
}
END_TEST

START_TEST(exp_statistics) {
    json_t *file;
    const json_t *cases = cases_of("exp_markllm", &file), *c;
    size_t at;
    json_array_foreach(cases, at, c) {
        char params[80];
        size_t n;
        uint32_t *ids = peer_ids(field(c, "input_ids"), &n);
        snprintf(params, sizeof params, "hash_key=%llu prefix_length=%d",
                 (unsigned long long)word(c, "hash_key"), (int)word(c, "prefix_length"));
        cm_text_scheme *s = peer_scheme("exp", (uint32_t)word(c, "vocab"), params);
        cm_text_evidence e = peer_look(s, ids, n);
        ck_assert_uint_eq(e.scored + e.duplicates, json_array_size(field(c, "r")));
        ck_assert_double_eq_tol(e.statistic, number(c, "score"), 1e-5);
        ck_assert_double_eq_tol(log10(e.peer_p), log10(number(c, "p")), 1e-5);
        cm_text_scheme_free(s);
        free(ids);
    }
    json_decref(file);
}
END_TEST

/* Contexts of the same ids in another order have the same numbers. */
START_TEST(exp_counts_a_seed_once) {
    const uint32_t ids[] = {3, 5, 7, 5, 3, 7, 3, 5};
    cm_text_scheme *s = peer_scheme("exp", 50, "prefix_length=2");
    cm_text_evidence e = peer_look(s, ids, 8);
    ck_assert_uint_eq(e.scored, 3); /* after 3 5, 5 7 and 3 7 */
    ck_assert_uint_eq(e.duplicates, 3);
    cm_text_scheme_free(s);
}
END_TEST

/* The levels of recorded windows, a text of one of them at a time: the first scored token stands
 * behind ngram + 1 others. */
START_TEST(textseal_statistics) {
    json_t *file;
    const json_t *cases = cases_of("textseal_prf", &file), *c, *window;
    size_t at, row;
    json_array_foreach(cases, at, c) {
        char green[120], gumbel[120];
        int64_t key = (int64_t)word(c, "secret_key");
        int ngram = (int)word(c, "ngram");
        snprintf(green, sizeof green, "secret_key=%lld ngram=%d gamma=0.25", (long long)key, ngram);
        snprintf(gumbel, sizeof gumbel, "watermark_type=gumbelmax secret_key=%lld ngram=%d",
                 (long long)key, ngram);
        cm_text_scheme *lists = peer_scheme("textseal", 1 << 20, green);
        cm_text_scheme *levels = peer_scheme("textseal", 1 << 20, gumbel);
        json_array_foreach(field(c, "windows"), row, window) {
            uint32_t ids[WINDOW_MAX + 2] = {1};
            uint32_t n = 1 + ids_of(window, ids + 1);
            ids[n++] = (uint32_t)word_of(json_array_get(field(c, "targets"), row));
            uint64_t level = word_of(json_array_get(field(c, "uniform_times_8191"), row));
            cm_text_evidence e = peer_look(lists, ids, n);
            ck_assert_uint_eq(e.scored, 1);
            ck_assert(e.statistic ==
                      (double)word_of(json_array_get(field(c, "binary_gamma025"), row)));
            e = peer_look(levels, ids, n);
            ck_assert_double_eq_tol(e.statistic, -log1p(-(double)level / 8191), 1e-12);
        }
        cm_text_scheme_free(lists);
        cm_text_scheme_free(levels);
    }
    json_decref(file);
}
END_TEST

/* A level's score is never more likely to be great than an exponential variable's. */
START_TEST(textseal_levels_are_conservative) {
    for (int k = 0; k < CM_TEXTSEAL_LEVELS; k++) {
        double score = -log1p(-(double)k / CM_TEXTSEAL_LEVELS);
        double chance = (double)(CM_TEXTSEAL_LEVELS - k) / CM_TEXTSEAL_LEVELS;
        ck_assert(chance <= exp(-score) * (1 + 1e-12));
    }
    cm_text_scheme *s = peer_scheme("textseal", 100, "");
    const uint32_t ids[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    cm_text_evidence e = peer_look(s, ids, 12);
    double up = exp(cm_log_binomial_tail((uint64_t)e.statistic, 10, 0.5));
    double over = exp(cm_log_binomial_tail((uint64_t)e.statistic + 1, 10, 0.5));
    ck_assert_double_eq_tol(e.peer_p, (up + over) / 2, 1e-12);
    cm_text_scheme_free(s);
}
END_TEST

static cm_text_scheme *bricks_of(const json_t *c) {
    char params[200];
    const char *detector = json_string_value(field(c, "detector"));
    const json_t *gamma = json_object_get(c, "gamma");
    snprintf(params, sizeof params,
             "method=%s law=%s scoring=%s seed=%llu salt_key=%llu ngram=%d payload_max=%d gamma=%g",
             detector[0] == 'M' ? "maryland" : "openai",
             detector[strlen(detector) - 1] == 'Z' ? "normal" : "exact",
             json_string_value(field(c, "scoring")), (unsigned long long)word(c, "seed"),
             (unsigned long long)word(c, "salt_key"), (int)word(c, "ngram"),
             (int)word(c, "payload_max"), gamma != NULL ? json_number_value(gamma) : 0.5);
    return peer_scheme("three-bricks", (uint32_t)word(c, "vocab"), params);
}

START_TEST(three_bricks_statistics) {
    json_t *file;
    const json_t *cases = cases_of("three_bricks", &file), *c;
    size_t at;
    json_array_foreach(cases, at, c) {
        size_t n;
        uint64_t count;
        cm_text_scheme *s = bricks_of(c);
        cm_text_evidence e;
        void *d;
        uint32_t *ids = peer_ids(field(c, "input_ids"), &n);
        char seed[32];
        snprintf(seed, sizeof seed, "%llu", (unsigned long long)cm_bricks_seed(s->self, ids + 1));
        ck_assert_str_eq(seed, json_string_value(field(c, "seed_first")));
        ck_assert_int_eq(cm_bricks_detect_open(s->self, &d, NULL), CM_OK);
        ck_assert_int_eq(cm_bricks_detect_feed(d, ids, NULL, n, NULL), CM_OK);
        ck_assert_int_eq(cm_bricks_detect_finish(d, &e, NULL), CM_OK);
        const double *sum = cm_bricks_sums(d, &count);
        ck_assert_uint_eq(count, word(c, "n_scored"));
        for (size_t m = 0; m < json_array_size(field(c, "score_sum")); m++) {
            double p = json_number_value(json_array_get(field(c, "pvalues"), m));
            double want = json_number_value(json_array_get(field(c, "score_sum"), m));
            ck_assert_double_eq_tol(sum[m], want, 1e-5 * (1 + want));
            ck_assert_double_eq_tol(cm_bricks_peer_p(s->self, count, sum[m]), p, 1e-5);
        }
        double best = cm_bricks_peer_p(s->self, count, e.statistic);
        for (size_t m = 0; m < 4; m++)
            ck_assert(json_string_value(field(c, "scoring"))[0] == 'n' ||
                      best <= json_number_value(json_array_get(field(c, "pvalues"), m)) + 1e-5);
        ck_assert_double_eq_tol(e.peer_p, best, 1e-12);
        cm_bricks_detect_close(d);
        cm_text_scheme_free(s);
        free(ids);
    }
    json_decref(file);
}
END_TEST

static const struct {
    const char *scheme, *params, *wrong_key;
    uint64_t payload;
    double most;
} MARKS[] = {
    {"vllm-gumbel", "key=42", "key=43", 0, -40},
    {"vllm-gumbel", "key=42 mode=dual", "key=43 mode=dual", 0, -20},
    {"exp", "prefix_length=3", "hash_key=15485865 prefix_length=3", 0, -30},
    {"textseal", "watermark_type=gumbelmax ngram=2",
     "watermark_type=gumbelmax ngram=2 secret_key=43", 0, -30},
    {"textseal", "ngram=2 delta=3", "ngram=2 secret_key=43", 0, -10},
    {"three-bricks", "payload_max=7", "payload_max=7 seed=1", 6, -30},
    {"three-bricks", "payload_max=20", "payload_max=20 seed=1", 11, -30},
    {"three-bricks", "method=maryland payload_max=3", "method=maryland payload_max=3 seed=1", 2,
     -10},
};

START_TEST(what_is_marked_is_found) {
    uint32_t ids[LENGTH];
    cm_text_scheme *s = peer_scheme(MARKS[_i].scheme, VOCABULARY, MARKS[_i].params);
    cm_text_scheme *other = peer_scheme(MARKS[_i].scheme, VOCABULARY, MARKS[_i].wrong_key);
    peer_write(s, VOCABULARY, MARKS[_i].payload, 3, ids, LENGTH);
    cm_text_evidence e = peer_look(s, ids, LENGTH);
    ck_assert_msg(e.log10_p < MARKS[_i].most, "%g", e.log10_p);
    if (strcmp(MARKS[_i].scheme, "three-bricks") == 0) {
        ck_assert_int_eq(e.payload_state, CM_TEXT_PAYLOAD_READ);
        ck_assert_uint_eq(e.payload, MARKS[_i].payload);
    }
    e = peer_look(other, ids, LENGTH);
    ck_assert_msg(e.log10_p > -4, "%g", e.log10_p);
    ck_assert_int_eq(e.payload_state, CM_TEXT_PAYLOAD_NONE);
    cm_text_scheme_free(other);
    cm_text_scheme_free(s);
}
END_TEST

static const char *const KEYS[][2] = {
    {"vllm-gumbel", "key="},
    {"vllm-gumbel", "mode=dual key="},
    {"exp", "prefix_length=2 hash_key="},
    {"textseal", "watermark_type=gumbelmax ngram=3 secret_key="},
    {"textseal", "ngram=2 scoring_method=v1 secret_key="},
    {"three-bricks", "payload_max=3 seed="},
    {"three-bricks", "method=maryland scoring=v1 seed="},
};

/* The levels that p-values of unmarked text reach under random keys. */
START_TEST(other_keys_find_nothing) {
    enum { TRIALS = 60 };
    uint32_t ids[HUMAN], x = 5, hits = 0;
    peer_human(ids);
    for (int trial = 0; trial < TRIALS; trial++) {
        char params[100];
        x = x * 1664525u + 1013904223u;
        ck_assert_int_gt(snprintf(params, sizeof params, "%s%u", KEYS[_i][1], x), 0);
        cm_text_scheme *s = peer_scheme(KEYS[_i][0], 49152, params);
        hits += peer_look(s, ids, HUMAN).log10_p <= -1;
        cm_text_scheme_free(s);
    }
    /* 6 are expected at most; 16 would come by chance less than once in 2000 times. */
    ck_assert_uint_lt(hits, 16);
}
END_TEST

START_TEST(nonsense_is_refused) {
    static const char *const bad[][2] = {
        {"vllm-gumbel", ""},
        {"vllm-gumbel", "key=1 context_width=0"},
        {"vllm-gumbel", "key=1 context_width=65"},
        {"vllm-gumbel", "key=1 mode=triple"},
        {"vllm-gumbel", "key=1 mode=dual alpha=1.5"},
        {"vllm-gumbel", "key=1 deduplicate_contexts=1"},
        {"exp", "hash_key=x"},
        {"exp", "prefix_length=0"},
        {"textseal", "watermark_type=synthid"},
        {"textseal", "ngram=11"},
        {"textseal", "gamma=1"},
        {"textseal", "scoring_method=v3"},
        {"three-bricks", "method=maryland gamma=0"},
        {"three-bricks", "scoring=all"},
        {"three-bricks", "ngram=0"},
        {"three-bricks", "payload_max=100"},
        {"three-bricks", "law=student"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        ck_assert_msg(peer_refusal(bad[i][0], 100, bad[i][1]) == CM_ERR_ARGUMENT, "%s", bad[i][1]);
    const cm_text_marker_options options = {.payload = 4};
    cm_text_scheme *s = peer_scheme("three-bricks", 100, "payload_max=6");
    cm_text_marker *m;
    ck_assert_int_eq(cm_text_marker_new(s, &options, &m, NULL), CM_ERR_ARGUMENT);
    cm_text_scheme_free(s);
}
END_TEST

Suite *suite_text_gumbel(void);
Suite *suite_text_gumbel(void) {
    Suite *s = suite_create("text_gumbel");
    TCase *t = tcase_create("gumbel");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, vllm_statistics);
    tcase_add_test(t, vllm_steps);
    tcase_add_test(t, vllm_choices);
    tcase_add_test(t, vllm_two_keys);
    tcase_add_test(t, exp_statistics);
    tcase_add_test(t, exp_counts_a_seed_once);
    tcase_add_test(t, textseal_statistics);
    tcase_add_test(t, textseal_levels_are_conservative);
    tcase_add_test(t, three_bricks_statistics);
    tcase_add_loop_test(t, what_is_marked_is_found, 0, sizeof MARKS / sizeof MARKS[0]);
    tcase_add_loop_test(t, other_keys_find_nothing, 0, sizeof KEYS / sizeof KEYS[0]);
    tcase_add_test(t, nonsense_is_refused);
    suite_add_tcase(s, t);
    return s;
}
