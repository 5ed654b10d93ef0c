/* Other people's marks at work: steps and detectors, against runs of their own code. */
#include <check.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "text/gumbel_score.h"
#include "text/ngrams.h"
#include "text/synthid_mark.h"
#include "text_vectors.h"

/* All ids of a text. Free with free(). */
static uint32_t *text_of(const json_t *array, size_t *n) {
    *n = json_array_size(array);
    uint32_t *ids = calloc(*n + 1, sizeof *ids);
    for (size_t i = 0; i < *n; i++)
        ids[i] = (uint32_t)word_of(json_array_get(array, i));
    return ids;
}

static double number(const json_t *o, const char *name) {
    return json_number_value(field(o, name));
}

/* The peer's numbers are floats before they are summed. */
static void check_vllm(const cm_gumbel_score *got, const json_t *want) {
    double score = number(want, "score"), p = number(want, "p");
    ck_assert_uint_eq(got->scored, word(want, "n"));
    ck_assert_double_eq_tol(got->score, score, 1e-6 * score);
    if (p > 0)
        ck_assert_double_eq_tol(got->log10_p, log10(p), 1e-4 + 1e-5 * fabs(log10(p)));
    else
        ck_assert(got->log10_p < -300);
}

START_TEST(vllm_detector) {
    json_t *file;
    const json_t *cases = cases_of("vllm_gumbel_detector", &file), *c;
    size_t at;
    json_array_foreach(cases, at, c) {
        size_t n;
        uint32_t *ids = text_of(field(c, "input_ids"), &n);
        uint64_t key = word(c, "key"), keys[2];
        int width = (int)word(c, "context_width");
        cm_gumbel_score got;
        ck_assert_int_eq(cm_vllm_detect(key, width, ids, n, true, &got, NULL), CM_OK);
        check_vllm(&got, field(c, "dedup"));
        ck_assert_int_eq(cm_vllm_detect(key, width, ids, n, false, &got, NULL), CM_OK);
        check_vllm(&got, field(c, "all"));
        ck_assert_int_eq(cm_vllm_dual_keys(key, keys, NULL), CM_OK);
        ck_assert_uint_eq(keys[0], word(c, "derived_key_a"));
        ck_assert_uint_eq(keys[1], word(c, "derived_key_b"));
        ck_assert_int_eq(cm_vllm_detect_dual(key, 0.1, width, ids, n, true, &got, NULL), CM_OK);
        check_vllm(&got, field(c, "dual_dedup"));
        ck_assert_int_eq(cm_vllm_detect_dual(key, 0.1, width, ids, n, false, &got, NULL), CM_OK);
        check_vllm(&got, field(c, "dual_all"));
        free(ids);
    }
    json_decref(file);
    cm_gumbel_score none;
    ck_assert_int_eq(cm_vllm_detect(1, 0, NULL, 0, true, &none, NULL), CM_ERR_ARGUMENT);
    ck_assert_int_eq(cm_vllm_detect(1, 4, NULL, 0, true, &none, NULL), CM_OK);
    ck_assert(none.log10_p == 0);
}
END_TEST

START_TEST(exp_detector) {
    json_t *file;
    const json_t *cases = cases_of("exp_markllm", &file), *c;
    size_t at;
    json_array_foreach(cases, at, c) {
        size_t n;
        uint32_t *ids = text_of(field(c, "input_ids"), &n), vocabulary = (uint32_t)word(c, "vocab");
        cm_gumbel_score got;
        ck_assert_int_eq(cm_exp_detect(word(c, "hash_key"), vocabulary,
                                       (int)word(c, "prefix_length"), ids, n, &got, NULL),
                         CM_OK);
        ck_assert_uint_eq(got.scored, json_array_size(field(c, "r")));
        ck_assert_double_eq_tol(got.score, number(c, "score"), 1e-5);
        ck_assert_double_eq_tol(got.log10_p, log10(number(c, "p")), 1e-5);
        ids[n / 2] = vocabulary;
        ck_assert_int_eq(cm_exp_detect(1, vocabulary, 1, ids, n, &got, NULL), CM_ERR_ARGUMENT);
        free(ids);
    }
    json_decref(file);
}
END_TEST

static cm_synthid_config synthid_of(const json_t *c) {
    cm_synthid_config config = {.vocabulary = 64,
                                .ngram_len = (int)word(c, "ngram_len"),
                                .sampling_table_size = (uint32_t)word(c, "sampling_table_size"),
                                .sampling_table_seed = word(c, "sampling_table_seed"),
                                .context_history_size = (uint32_t)word(c, "context_history_size")};
    const json_t *keys = field(c, "keys"), *key;
    size_t at;
    json_array_foreach(keys, at, key) config.keys[config.depth++] = (int64_t)word_of(key);
    return config;
}

static cm_synthid *make_synthid(const cm_synthid_config *config) {
    cm_synthid *s = NULL;
    cm_error err = {0};
    ck_assert_msg(cm_synthid_new(config, &s, &err) == CM_OK, "%s", err.message);
    return s;
}

/* Steps of one sequence of the batch. Torch adds in an order of its own; the probabilities agree to
 * a float's precision, the logarithms of tiny ones to less. */
static void check_sequence(const json_t *c, size_t sequence) {
    cm_synthid_config config = synthid_of(c);
    config.vocabulary = (uint32_t)word(c, "vocab");
    config.skip_first_ngram_calls = json_is_true(field(c, "skip_first_ngram_calls"));
    cm_synthid *s = make_synthid(&config);
    float *scores = calloc(config.vocabulary, sizeof *scores);
    uint32_t last = 0;
    const json_t *step;
    size_t at;
    json_array_foreach(field(c, "steps"), at, step) {
        for (size_t i = 0; i < config.vocabulary; i++)
            scores[i] = (float)((i * 37 + at * 11 + sequence * 5) % 64) / 16;
        bool changed = cm_synthid_step(s, last, scores);
        ck_assert_int_eq(changed, json_is_true(json_array_get(field(step, "changed"), sequence)));
        if (changed)
            check_log_probabilities(scores, config.vocabulary,
                                    json_array_get(field(step, "out_f32"), sequence), 1e-6);
        else
            check_floats(scores, config.vocabulary,
                         json_array_get(field(step, "out_f32"), sequence));
        last = (uint32_t)word_of(json_array_get(field(step, "next"), sequence));
    }
    cm_synthid_free(s);
    free(scores);
}

START_TEST(synthid_step) {
    json_t *file;
    const json_t *cases = cases_of("hf_synthid_processor_stateful", &file), *c;
    size_t at;
    json_array_foreach(cases, at, c) {
        for (size_t sequence = 0; sequence < json_array_size(field(c, "prompt")); sequence++)
            check_sequence(c, sequence);
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

START_TEST(synthid_updates) {
    check_updates("hf_synthid_update_scores", -FLT_MAX);
    check_updates("dm_synthid_update_scores", -1e12f);
}
END_TEST

START_TEST(synthid_masks) {
    json_t *file;
    const json_t *cases = cases_of("hf_synthid_gvalues", &file), *c;
    size_t at;
    json_array_foreach(cases, at, c) {
        cm_synthid_config config = synthid_of(c);
        size_t n, width = (size_t)config.ngram_len;
        uint32_t *ids = text_of(field(c, "input_ids"), &n);
        const json_t *repeated = field(c, "context_repetition_mask"), *eos = field(c, "eos_mask");
        uint64_t *bits = calloc(n, sizeof *bits);
        bool *mask = calloc(n, sizeof *mask);
        cm_synthid *s = make_synthid(&config);
        ck_assert_int_eq(
            cm_synthid_g_values(s, ids, n, (uint32_t)word(c, "eos_token_id"), bits, mask, NULL),
            CM_OK);
        size_t count = json_array_size(field(c, "g_values"));
        ck_assert_uint_eq(count, n - width + 1);
        for (size_t i = 0; i < count; i++) {
            const char *want = json_string_value(json_array_get(field(c, "g_values"), i));
            for (int l = 0; l < config.depth; l++)
                ck_assert_int_eq((int)(bits[i] >> l & 1), want[l] - '0');
            ck_assert_int_eq(mask[i], word_of(json_array_get(repeated, i)) != 0 &&
                                          word_of(json_array_get(eos, i + width - 1)) != 0);
        }
        cm_synthid_free(s);
        free(mask);
        free(bits);
        free(ids);
    }
    json_decref(file);
}
END_TEST

static void check_posterior(const json_t *bayes, const uint64_t *bits, const bool *mask, size_t n,
                            int depth) {
    double beta[CM_SYNTHID_DEPTH_MAX], *delta = calloc((size_t)(depth * depth), sizeof *delta);
    for (int l = 0; l < depth; l++) {
        const json_t *row = json_array_get(field(bayes, "delta"), (size_t)l);
        beta[l] = json_number_value(json_array_get(field(bayes, "beta"), (size_t)l));
        for (int j = 0; j < depth; j++)
            delta[l * depth + j] = json_number_value(json_array_get(row, (size_t)j));
    }
    double got = cm_synthid_posterior(bits, mask, n, depth, beta, delta, number(bayes, "prior"));
    ck_assert_double_eq_tol(got, number(bayes, "posterior"), 1e-4); /* of floats */
    free(delta);
}

START_TEST(synthid_scores) {
    json_t *file;
    const json_t *cases = cases_of("synthid_detectors", &file), *c;
    size_t at, posteriors = 0;
    json_array_foreach(cases, at, c) {
        int depth = (int)word(c, "depth");
        size_t n = json_array_size(field(c, "g"));
        const char *text = json_string_value(field(c, "mask"));
        uint64_t *bits = calloc(n, sizeof *bits);
        bool *mask = calloc(n, sizeof *mask);
        double falling[CM_SYNTHID_DEPTH_MAX];
        for (int l = 0; l < depth; l++)
            falling[l] = depth - l;
        for (size_t i = 0; i < n; i++) {
            const char *g = json_string_value(json_array_get(field(c, "g"), i));
            mask[i] = text[i] == '1';
            for (int l = 0; l < depth; l++)
                bits[i] |= (uint64_t)(g[l] == '1') << l;
        }
        ck_assert_double_eq_tol(cm_synthid_mean(bits, mask, n, depth), number(c, "mean"), 1e-12);
        ck_assert_double_eq_tol(cm_synthid_weighted_mean(bits, mask, n, depth, NULL),
                                number(c, "weighted_mean"), 1e-12);
        ck_assert_double_eq_tol(cm_synthid_weighted_mean(bits, mask, n, depth, falling),
                                number(c, "weighted_mean_custom_weights_depth_to_1"), 1e-12);
        if (json_object_get(c, "bayes") != NULL) {
            check_posterior(field(c, "bayes"), bits, mask, n, depth);
            posteriors++;
        }
        free(mask);
        free(bits);
    }
    ck_assert(posteriors > 0);
    json_decref(file);
}
END_TEST

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
    tcase_add_test(t, vllm_detector);
    tcase_add_test(t, exp_detector);
    tcase_add_test(t, synthid_step);
    tcase_add_test(t, synthid_updates);
    tcase_add_test(t, synthid_masks);
    tcase_add_test(t, synthid_scores);
    tcase_add_test(t, each_ngram_counts_once);
    suite_add_tcase(s, t);
    return s;
}
