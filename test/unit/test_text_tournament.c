/* SynthID's marks, of transformers and of the reference code: steps, statistics and p-values. */
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
#include "text_vectors.h"

enum { VOCABULARY = 300, LENGTH = 400, HUMAN = 200 };

#define KEYS30                                                                                     \
    "654,400,836,123,340,443,597,160,57,29,590,639,13,715,468,990,966,226,324,585,118,504,421,"    \
    "521,129,669,732,225,90,960"

static const char *params_of(const json_t *c, const char *more) {
    static char text[4096];
    snprintf(text, sizeof text, "keys=%s ngram_len=%d %s", peer_list(field(c, "keys")),
             (int)word(c, "ngram_len"), more);
    return text;
}

static const char *table_params(const json_t *c, const char *more) {
    char text[512];
    snprintf(text, sizeof text,
             "sampling_table_size=%llu sampling_table_seed=%llu context_history_size=%llu %s",
             (unsigned long long)word(c, "sampling_table_size"),
             (unsigned long long)word(c, "sampling_table_seed"),
             (unsigned long long)word(c, "context_history_size"), more);
    return params_of(c, text);
}

/* One sequence of a recorded batch. Torch adds in an order of its own: probabilities agree to a
 * float's precision, the logarithms of tiny ones to less. Before every step the one before is taken
 * back once and made again. */
static void check_sequence(const json_t *c, const cm_text_scheme *scheme, size_t sequence) {
    uint32_t n = (uint32_t)word(c, "vocab"), next = 0;
    size_t prompt_size, at;
    float *scores = calloc(n, sizeof *scores), *before = calloc(n, sizeof *before);
    uint32_t *prompt = peer_ids(json_array_get(field(c, "prompt"), sequence), &prompt_size);
    cm_text_marker *m;
    const json_t *step;
    ck_assert_int_eq(cm_text_marker_new(scheme, NULL, &m, NULL), CM_OK);
    ck_assert_int_eq(cm_text_marker_start(m, prompt, prompt_size, NULL), CM_OK);
    json_array_foreach(field(c, "steps"), at, step) {
        const json_t *want = json_array_get(field(step, "out_f32"), sequence);
        if (at > 0) {
            ck_assert_int_eq(cm_text_marker_accept(m, (next + 1) % n, NULL), CM_OK);
            ck_assert_int_eq(cm_text_marker_step(m, before, n, NULL), CM_OK);
            ck_assert_int_eq(cm_text_marker_rewind(m, 1, NULL), CM_OK);
            ck_assert_int_eq(cm_text_marker_accept(m, next, NULL), CM_OK);
        }
        for (size_t i = 0; i < n; i++)
            before[i] = scores[i] = (float)((i * 37 + at * 11 + sequence * 5) % 64) / 16;
        ck_assert_int_eq(cm_text_marker_step(m, scores, n, NULL), CM_OK);
        bool changed = memcmp(scores, before, n * sizeof *scores) != 0;
        ck_assert_int_eq(changed, json_is_true(json_array_get(field(step, "changed"), sequence)));
        if (changed)
            check_log_probabilities(scores, n, want, 1e-6);
        else
            check_floats(scores, n, want);
        next = (uint32_t)word_of(json_array_get(field(step, "next"), sequence));
    }
    cm_text_marker_free(m);
    free(prompt);
    free(before);
    free(scores);
}

START_TEST(recorded_steps) {
    json_t *file;
    const json_t *cases = cases_of("hf_synthid_processor_stateful", &file), *c;
    size_t at;
    json_array_foreach(cases, at, c) {
        const char *skip =
            json_is_true(field(c, "skip_first_ngram_calls")) ? "skip_first_ngram_calls=true" : "";
        cm_text_scheme *s =
            peer_scheme("hf-synthid", (uint32_t)word(c, "vocab"), table_params(c, skip));
        for (size_t sequence = 0; sequence < json_array_size(field(c, "prompt")); sequence++)
            check_sequence(c, s, sequence);
        cm_text_scheme_free(s);
    }
    json_decref(file);
}
END_TEST

static void check_updates(const char *name, float nothing) {
    json_t *file;
    const json_t *cases = cases_of(name, &file), *c, *leaves;
    size_t at;
    json_array_foreach(cases, at, c) {
        size_t n = json_array_size(field(c, "g"));
        const json_t *g = field(c, "g");
        uint64_t *bits = calloc(n, sizeof *bits);
        float *scores = calloc(n, sizeof *scores), *scratch = calloc(n, sizeof *scratch);
        int depth = (int)json_string_length(json_array_get(g, 0));
        read_floats(field(c, "scores_f32"), n, scores);
        for (size_t t = 0; t < n; t++)
            for (int l = 0; l < depth; l++) {
                const char *text = json_string_value(json_array_get(g, t));
                bits[t] |= (uint64_t)(text[l] == '1') << l;
            }
        leaves = json_object_get(c, "num_leaves");
        cm_synthid_update(scores, bits, (uint32_t)n, depth,
                          leaves != NULL ? (int)word_of(leaves) : 2, nothing, scratch);
        check_log_probabilities(scores, n, field(c, "out_f32"), 1e-6);
        free(scratch);
        free(scores);
        free(bits);
    }
    json_decref(file);
}

START_TEST(recorded_updates) {
    check_updates("hf_synthid_update_scores", -FLT_MAX);
    check_updates("dm_synthid_update_scores", -1e12f);
}
END_TEST

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

/* The mean that the recorded g-values and masks have. Weights 1, or falling from 10 to 1. */
static double recorded_mean(const json_t *c, bool weighted) {
    const json_t *g = field(c, "g_values"), *eos = json_object_get(c, "eos_mask");
    size_t depth = json_array_size(field(c, "keys")), width = (size_t)word(c, "ngram_len");
    double sum = 0, total = 0;
    for (size_t i = 0; i < json_array_size(g); i++) {
        const char *bits = json_string_value(json_array_get(g, i));
        const json_t *repeated = json_object_get(c, "context_repetition_mask");
        if (repeated != NULL && (word_of(json_array_get(repeated, i)) == 0 ||
                                 word_of(json_array_get(eos, i + width - 1)) == 0))
            continue;
        for (size_t l = 0; l < depth; l++) {
            double w = weighted && depth > 1 ? 10 - 9.0 * (double)l / (double)(depth - 1) : 1;
            total += w;
            sum += w * (bits[l] - '0');
        }
    }
    return total > 0 ? sum / total : 0;
}

static void check_means(const char *scheme, const json_t *c, const char *params) {
    char text[4096];
    size_t n;
    uint32_t *ids = peer_ids(field(c, "input_ids"), &n);
    for (int weighted = 0; weighted < 2; weighted++) {
        snprintf(text, sizeof text, "%s statistic=%s", params, weighted ? "weighted" : "mean");
        cm_text_scheme *s = peer_scheme(scheme, 1 << 18, text);
        cm_text_evidence e = peer_look(s, ids, n);
        ck_assert_double_eq_tol(e.statistic, recorded_mean(c, weighted != 0), 1e-12);
        cm_text_scheme_free(s);
    }
    free(ids);
}

START_TEST(recorded_g_values_and_masks) {
    json_t *file;
    const json_t *cases = cases_of("hf_synthid_gvalues", &file), *c;
    size_t at;
    json_array_foreach(cases, at, c) {
        char eos[32], params[4096];
        snprintf(eos, sizeof eos, "eos=%d", (int)word(c, "eos_token_id"));
        snprintf(params, sizeof params, "%s", table_params(c, eos));
        check_means("hf-synthid", c, params);
    }
    json_decref(file);
    cases = cases_of("dm_synthid_gvalues", &file);
    json_array_foreach(cases, at, c) {
        char params[4096];
        snprintf(params, sizeof params, "%s", params_of(c, ""));
        check_means("dm-synthid", c, params);
    }
    json_decref(file);
}
END_TEST

/* Whatever the peer forgets and counts again, ours counts once. */
START_TEST(contexts_count_once) {
    const uint32_t ids[] = {1, 2, 1, 3, 1, 2, 1, 2, 1};
    for (int size = 1; size <= 8; size++) {
        char params[64];
        snprintf(params, sizeof params, "keys=11,22 ngram_len=2 context_history_size=%d", size);
        cm_text_scheme *s = peer_scheme("dm-synthid", 10, params);
        cm_text_evidence e = peer_look(s, ids, 9);
        ck_assert_uint_eq(e.scored, 3);
        ck_assert_uint_eq(e.duplicates, 5);
        cm_text_scheme_free(s);
    }
}
END_TEST

static void set_model(const json_t *bayes, int depth, cm_synthid_model *m) {
    char *text = json_dumps(bayes, 0);
    ck_assert_int_eq(cm_synthid_model_read(text, depth, m, NULL), CM_OK);
    free(text);
}

/* Scores of recorded g-values of windows that count. */
static double statistic_of(const cm_synthid_score *s, const json_t *c) {
    const char *mask = json_string_value(field(c, "mask"));
    uint64_t count = 0;
    double sum = 0;
    for (size_t i = 0; mask[i] != 0; i++) {
        const char *g = json_string_value(json_array_get(field(c, "g"), i));
        uint64_t word = 0;
        double peer;
        for (int l = 0; l < s->depth; l++)
            word |= (uint64_t)(g[l] == '1') << l;
        if (mask[i] != '1')
            continue;
        (void)cm_synthid_score_of(s, word, &peer);
        sum += peer;
        count++;
    }
    return cm_synthid_statistic(s, count, sum);
}

START_TEST(recorded_statistics) {
    json_t *file;
    const json_t *cases = cases_of("synthid_detectors", &file), *c;
    size_t at, posteriors = 0;
    cm_synthid_score *s = calloc(1, sizeof *s);
    cm_synthid_model *m = calloc(1, sizeof *m);
    json_array_foreach(cases, at, c) {
        cm_synthid_g g = {.depth = (int)word(c, "depth"), .reference = true, .share = 0.5};
        double falling[CM_SYNTHID_DEPTH_MAX];
        for (int l = 0; l < g.depth; l++) {
            falling[l] = g.depth - l;
            g.key[l] = l;
        }
        cm_synthid_score_set(s, CM_SYNTHID_MEAN, &g, NULL, NULL);
        ck_assert_double_eq_tol(statistic_of(s, c), json_real_value(field(c, "mean")), 1e-12);
        cm_synthid_score_set(s, CM_SYNTHID_WEIGHTED, &g, NULL, NULL);
        ck_assert_double_eq_tol(statistic_of(s, c), json_real_value(field(c, "weighted_mean")),
                                1e-12);
        cm_synthid_score_set(s, CM_SYNTHID_WEIGHTED, &g, falling, NULL);
        ck_assert_double_eq_tol(
            statistic_of(s, c),
            json_real_value(field(c, "weighted_mean_custom_weights_depth_to_1")), 1e-12);
        const json_t *bayes = json_object_get(c, "bayes");
        if (bayes == NULL)
            continue;
        set_model(bayes, g.depth, m);
        cm_synthid_score_set(s, CM_SYNTHID_BAYESIAN, &g, NULL, m);
        ck_assert_double_eq_tol(statistic_of(s, c), json_number_value(field(bayes, "posterior")),
                                1e-4); /* of floats */
        posteriors++;
    }
    ck_assert_uint_gt(posteriors, 0);
    free(m);
    free(s);
    json_decref(file);
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
    cm_text_scheme *scheme = peer_scheme("hf-synthid", 1 << 20, "keys=1,2,3 ngram_len=2");
    uint32_t ids[256];
    for (uint32_t i = 0; i < 256; i++)
        ids[i] = i < 2 ? i + 1 : ids[i - 2] + 65536 * (i % 2); /* same sums mod 2^16 */
    cm_text_evidence e = peer_look(scheme, ids, 30);
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
    cm_text_scheme *s = peer_scheme(MARKS[_i][0], VOCABULARY, MARKS[_i][1]);
    cm_text_scheme *other = peer_scheme(MARKS[_i][0], VOCABULARY, "keys=77,78,79,80,81,82");
    peer_write(s, VOCABULARY, 0, 3, ids, LENGTH);
    cm_text_evidence e = peer_look(s, ids, LENGTH);
    ck_assert_msg(e.log10_p < -20, "%g", e.log10_p);
    ck_assert(e.statistic > 0.53);
    e = peer_look(other, ids, LENGTH);
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
        cm_text_scheme *s = peer_scheme(rules[_i][0], 49152, params);
        hits += peer_look(s, ids, HUMAN).log10_p <= -1;
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
    tcase_add_test(t, recorded_steps);
    tcase_add_test(t, recorded_updates);
    tcase_add_test(t, many_layers);
    tcase_add_test(t, recorded_g_values_and_masks);
    tcase_add_test(t, contexts_count_once);
    tcase_add_test(t, recorded_statistics);
    tcase_add_test(t, likelihood_ratios_are_fair);
    tcase_add_test(t, equal_layers_are_one);
    tcase_add_loop_test(t, what_is_marked_is_found, 0, sizeof MARKS / sizeof MARKS[0]);
    tcase_add_loop_test(t, other_keys_find_nothing, 0, 5);
    tcase_add_test(t, nonsense_is_refused);
    suite_add_tcase(s, t);
    return s;
}
