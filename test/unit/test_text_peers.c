/* Other people's marks at work: steps and detectors, against runs of their own code. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "text/kgw_mark.h"
#include "text/lmw_mark.h"
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
    cm_green_count count;
    ck_assert_int_eq(cm_kgw_detect(k, ids, n, unique, &count, NULL), CM_OK);
    ck_assert_uint_eq(count.scored, word(want, "num_tokens_scored"));
    ck_assert_uint_eq(count.green, word(want, "num_green_tokens"));
    double z = cm_green_z(&count, ratio);
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
    cm_green_count count;
    ck_assert_int_eq(cm_kgw_detect(k, (uint32_t[]){1, 100}, 2, true, &count, NULL),
                     CM_ERR_ARGUMENT);
    ck_assert_int_eq(cm_kgw_detect(k, NULL, 0, true, &count, NULL), CM_OK);
    ck_assert_uint_eq(count.scored, 0);
    cm_kgw_free(k);
}
END_TEST

/* One text's counts, mask and best window. The peer's mask has a flag for every window, ours for
 * those that count. */
static void check_lmw(const cm_lmw *l, double gamma, const uint32_t *ids, size_t n, bool unique,
                      const json_t *want) {
    uint8_t *hits = calloc(n + 1, 1);
    cm_green_count count;
    ck_assert_int_eq(cm_lmw_detect(l, ids, n, unique, hits, &count, NULL), CM_OK);
    ck_assert_uint_eq(count.scored, word(want, "num_tokens_scored"));
    ck_assert_uint_eq(count.green, word(want, "num_green_tokens"));
    ck_assert_double_eq_tol(cm_green_z(&count, gamma), number(want, "z"), 1e-9);
    if (!unique) {
        const char *mask = json_string_value(field(want, "mask"));
        ck_assert_uint_eq(strlen(mask), count.scored);
        for (size_t i = 0; i < count.scored; i++)
            ck_assert_int_eq(hits[i], mask[i] == '1');
    }
    const json_t *winmax = field(want, "winmax");
    cm_window best = cm_green_winmax(hits, count.scored, gamma);
    ck_assert_double_eq_tol(best.z, number(winmax, "z"), 1e-6); /* a float there */
    ck_assert_uint_eq(best.size, word(winmax, "size"));
    ck_assert_uint_eq(best.green, word(winmax, "green"));
    free(hits);
}

START_TEST(lm_watermarking_detector) {
    json_t *file;
    const json_t *cases = cases_of("lmw_detector", &file), *c;
    size_t at;
    json_array_foreach(cases, at, c) {
        double gamma = number(c, "gamma");
        cm_lmw_config config;
        cm_lmw *l = NULL;
        size_t n;
        uint32_t *ids = text_of(field(c, "input_ids"), &n);
        size_t skip = n > 0 && ids[0] == word(c, "bos") ? 1 : 0;
        ck_assert_int_eq(cm_lmw_parse(json_string_value(field(c, "scheme")), &config, NULL), CM_OK);
        ck_assert_int_eq(cm_lmw_new(&config, (uint32_t)word(c, "vocab"), gamma, &l, NULL), CM_OK);
        check_lmw(l, gamma, ids + skip, n - skip, true, field(c, "unique"));
        check_lmw(l, gamma, ids + skip, n - skip, false, field(c, "all"));
        cm_lmw_free(l);
        free(ids);
    }
    json_decref(file);
}
END_TEST

START_TEST(seeding_schemes) {
    static const char *const BAD[] = {"",
                                      "simple",
                                      "ff",
                                      "ff-additive_prf",
                                      "ff-additive_prf-1",
                                      "ff-additive_prf-0-False",
                                      "ff-additive_prf-65-False",
                                      "ff-no_prf-1-False",
                                      "ff-additive_prf-1-Maybe",
                                      "ff-additive_prf-x-False",
                                      "ff-additive_prf-1-False-",
                                      "ff-additive_prf-1-False-k",
                                      "ff-additive_prf-1-False-1-2",
                                      "ff-minskipgram_prf-1-False"};
    cm_lmw_config config;
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++)
        ck_assert_msg(cm_lmw_parse(BAD[i], &config, NULL) == CM_ERR_ARGUMENT, "%s", BAD[i]);
    ck_assert_int_eq(cm_lmw_parse("ff-minhash_prf-3-True-99", &config, NULL), CM_OK);
    ck_assert(config.function == CM_LMW_MINHASH && config.context_width == 3 && config.self_salt &&
              config.key == 99);
    cm_lmw *l;
    ck_assert_int_eq(cm_lmw_new(&config, 10, 1, &l, NULL), CM_ERR_ARGUMENT);
    ck_assert_ptr_null(l);
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
    tcase_add_test(t, lm_watermarking_detector);
    tcase_add_test(t, seeding_schemes);
    tcase_add_test(t, each_ngram_counts_once);
    suite_add_tcase(s, t);
    return s;
}
