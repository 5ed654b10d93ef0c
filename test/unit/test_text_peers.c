/* Other people's marks at work: steps and detectors, against runs of their own code. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "text/gumbel_score.h"
#include "text/kgw_mark.h"
#include "text/ngrams.h"
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

static cm_kgw *make(const cm_kgw_config *config) {
    cm_kgw *k = NULL;
    cm_error err = {0};
    ck_assert_msg(cm_kgw_new(config, &k, &err) == CM_OK, "%s", err.message);
    return k;
}

START_TEST(hugging_face_step) {
    json_t *file;
    const json_t *cases = cases_of("hf_kgw_processor", &file), *c;
    size_t at;
    json_array_foreach(cases, at, c) {
        cm_kgw_config config = {.vocabulary = (uint32_t)word(c, "vocab"),
                                .greenlist_ratio = number(c, "ratio"),
                                .bias = (float)number(c, "bias"),
                                .hashing_key = word(c, "key"),
                                .selfhash =
                                    strcmp(json_string_value(field(c, "scheme")), "selfhash") == 0,
                                .context_width = (int)word(c, "context_width")};
        size_t n;
        uint32_t *ids = text_of(field(c, "input_ids"), &n);
        uint64_t s = word(c, "score_seed");
        float *scores = calloc(config.vocabulary, sizeof *scores);
        for (uint64_t i = 0; i < config.vocabulary; i++)
            scores[i] = (float)((double)((i * 7919 + s * 104729) % 1000003) / 50000.0);
        cm_kgw *k = make(&config);
        cm_kgw_step(k, ids, n, scores);
        check_digest(scores, config.vocabulary * sizeof *scores, field(c, "out_sha256_f32"));
        cm_kgw_free(k);
        free(scores);
        free(ids);
    }
    json_decref(file);
}
END_TEST

static void check_count(cm_kgw *k, double ratio, const uint32_t *ids, size_t n, bool unique,
                        const json_t *want) {
    cm_kgw_count count;
    ck_assert_int_eq(cm_kgw_detect(k, ids, n, unique, &count, NULL), CM_OK);
    ck_assert_uint_eq(count.scored, word(want, "num_tokens_scored"));
    ck_assert_uint_eq(count.green, word(want, "num_green_tokens"));
    double z = cm_kgw_z(&count, ratio);
    ck_assert_double_eq_tol(z, number(want, "z"), 1e-12 * (1 + fabs(z)));
    double p = number(want, "p_v5_23_erfc");
    ck_assert_double_eq_tol(cm_kgw_peer_p(z), p, 1e-10 * p);
    ck_assert_double_eq_tol(cm_kgw_old_peer_p(z), number(want, "p_legacy_formula"), 1e-12);
}

START_TEST(hugging_face_detector) {
    json_t *file;
    const json_t *cases = cases_of("hf_kgw_detector", &file), *c;
    size_t at;
    json_array_foreach(cases, at, c) {
        cm_kgw_config config = {
            .vocabulary = (uint32_t)word(c, "vocab"),
            .greenlist_ratio = number(c, "greenlist_ratio"),
            .hashing_key = word(c, "hashing_key"),
            .selfhash = strcmp(json_string_value(field(c, "seeding_scheme")), "selfhash") == 0,
            .context_width = (int)word(c, "context_width")};
        size_t n;
        uint32_t *ids = text_of(field(c, "input_ids"), &n);
        size_t skip = n > 0 && ids[0] == word(c, "bos_token_id") ? 1 : 0;
        cm_kgw *k = make(&config);
        check_count(k, config.greenlist_ratio, ids + skip, n - skip, false, field(c, "all"));
        check_count(k, config.greenlist_ratio, ids + skip, n - skip, true, field(c, "unique"));
        cm_kgw_free(k);
        free(ids);
    }
    json_decref(file);
}
END_TEST

START_TEST(bad_configurations_are_refused) {
    const cm_kgw_config good = {
        .vocabulary = 100, .greenlist_ratio = 0.25, .hashing_key = 7, .context_width = 1};
    cm_kgw_config bad[] = {good, good, good, good};
    bad[0].vocabulary = 0;
    bad[1].greenlist_ratio = 1;
    bad[2].context_width = 0;
    bad[3].greenlist_ratio = NAN;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        cm_kgw *k;
        ck_assert_int_eq(cm_kgw_new(&bad[i], &k, NULL), CM_ERR_ARGUMENT);
        ck_assert_ptr_null(k);
    }
    cm_kgw *k = make(&good);
    cm_kgw_count count;
    ck_assert_int_eq(cm_kgw_detect(k, (uint32_t[]){1, 100}, 2, true, &count, NULL),
                     CM_ERR_ARGUMENT);
    ck_assert_int_eq(cm_kgw_detect(k, NULL, 0, true, &count, NULL), CM_OK);
    ck_assert_uint_eq(count.scored, 0);
    cm_kgw_free(k);
}
END_TEST

/* The peer's numbers are floats before they are summed. */
static void check_vllm(const cm_vllm_score *got, const json_t *want) {
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
        cm_vllm_score got;
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
    cm_vllm_score none;
    ck_assert_int_eq(cm_vllm_detect(1, 0, NULL, 0, true, &none, NULL), CM_ERR_ARGUMENT);
    ck_assert_int_eq(cm_vllm_detect(1, 4, NULL, 0, true, &none, NULL), CM_OK);
    ck_assert(none.log10_p == 0);
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
    tcase_add_test(t, hugging_face_step);
    tcase_add_test(t, hugging_face_detector);
    tcase_add_test(t, bad_configurations_are_refused);
    tcase_add_test(t, vllm_detector);
    tcase_add_test(t, each_ngram_counts_once);
    suite_add_tcase(s, t);
    return s;
}
