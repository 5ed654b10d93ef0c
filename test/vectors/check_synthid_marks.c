/* SynthID's processor over many steps, and the statistics of its detectors. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "fields.h"
#include "scheme.h"
#include "text/synthid_score.h"
#include "text/synthid_scheme.h"

enum { PARAMS_MAX = 5000 };

/* Takes the step before back once and makes it again. */
static void retake(cm_text_marker *m, uint32_t next, uint32_t n, float *scores) {
    cm_error err = {0};
    expect_ok(cm_text_marker_accept(m, (next + 1) % n, &err), &err);
    expect_ok(cm_text_marker_step(m, scores, n, &err), &err);
    expect_ok(cm_text_marker_rewind(m, 1, &err), &err);
    expect_ok(cm_text_marker_accept(m, next, &err), &err);
}

/* Torch adds in an order of its own: probabilities agree to a float's precision, the logarithms of
 * tiny ones to less. */
static void check_step(cm_text_marker *m, const json_t *step, size_t at, size_t sequence,
                       uint32_t n) {
    const json_t *want = element(list(step, "out_f32"), sequence);
    float *scores = calloc(n, sizeof *scores), *before = calloc(n, sizeof *before);
    cm_error err = {0};
    for (size_t i = 0; i < n; i++)
        before[i] = scores[i] = (float)((i * 37 + at * 11 + sequence * 5) % 64) / 16;
    expect_ok(cm_text_marker_step(m, scores, n, &err), &err);
    bool changed = memcmp(scores, before, n * sizeof *scores) != 0;
    expect_word("changed", changed, json_is_true(element(list(step, "changed"), sequence)));
    if (changed)
        check_log_probabilities("out_f32", scores, n, want, 1e-6);
    else
        check_floats("out_f32", scores, n, want);
    free(before);
    free(scores);
}

static void check_sequence(const json_t *c, const cm_text_scheme *scheme, size_t sequence) {
    uint32_t n = vocabulary_of(c), next = 0;
    size_t prompt_size, at;
    float *scratch = calloc(n, sizeof *scratch);
    uint32_t *prompt = text_ids(element(list(c, "prompt"), sequence), &prompt_size);
    cm_text_marker *m;
    cm_error err = {0};
    const json_t *step;
    expect_ok(cm_text_marker_new(scheme, NULL, &m, &err), &err);
    expect_ok(cm_text_marker_start(m, prompt, prompt_size, &err), &err);
    json_array_foreach(list(c, "steps"), at, step) {
        if (at > 0)
            retake(m, next, n, scratch);
        check_step(m, step, at, sequence, n);
        next = (uint32_t)word_of(element(list(step, "next"), sequence));
    }
    cm_text_marker_free(m);
    free(prompt);
    free(scratch);
}

void check_hf_synthid_processor_stateful(const json_t *file, const json_t *c) {
    (void)file;
    char params[PARAMS_MAX];
    snprintf(params, sizeof params,
             "keys=%s ngram_len=%d sampling_table_size=%llu sampling_table_seed=%llu "
             "context_history_size=%llu skip_first_ngram_calls=%s",
             number_list(field(c, "keys")), (int)word(c, "ngram_len"),
             (unsigned long long)word(c, "sampling_table_size"),
             (unsigned long long)word(c, "sampling_table_seed"),
             (unsigned long long)word(c, "context_history_size"),
             flag(c, "skip_first_ngram_calls") ? "true" : "false");
    cm_text_scheme *s = scheme_of("hf-synthid", vocabulary_of(c), params);
    for (size_t sequence = 0; sequence < json_array_size(list(c, "prompt")); sequence++)
        check_sequence(c, s, sequence);
    cm_text_scheme_free(s);
}

/* Of recorded g-values of windows that count. */
static double statistic_of(const cm_synthid_score *s, const json_t *c) {
    const char *mask = text(c, "mask");
    uint64_t count = 0;
    double sum = 0, peer;
    for (size_t i = 0; mask[i] != 0; i++) {
        uint64_t bits = read_bits(text_element(list(c, "g"), i), s->depth);
        if (mask[i] != '1')
            continue;
        (void)cm_synthid_score_of(s, bits, &peer);
        sum += peer;
        count++;
    }
    return cm_synthid_statistic(s, count, sum);
}

static void check_posterior(const cm_synthid_g *g, const json_t *c, cm_synthid_score *s) {
    const json_t *bayes = field(c, "bayes");
    char *model = json_dumps(bayes, 0);
    cm_synthid_model *m = calloc(1, sizeof *m);
    cm_error err = {0};
    expect_ok(cm_synthid_model_read(model, g->depth, m, &err), &err);
    cm_synthid_score_set(s, CM_SYNTHID_BAYESIAN, g, NULL, m);
    expect_near("posterior", statistic_of(s, c), number(bayes, "posterior"), 1e-4); /* of floats */
    free(m);
    free(model);
}

void check_synthid_detectors(const json_t *file, const json_t *c) {
    (void)file;
    cm_synthid_score *s = calloc(1, sizeof *s);
    cm_synthid_g g = {
        .depth = (int)count_of(c, "depth", CM_SYNTHID_DEPTH_MAX), .reference = true, .share = 0.5};
    double falling[CM_SYNTHID_DEPTH_MAX];
    for (int l = 0; l < g.depth; l++) {
        falling[l] = g.depth - l;
        g.key[l] = l;
    }
    cm_synthid_score_set(s, CM_SYNTHID_MEAN, &g, NULL, NULL);
    expect_near("mean", statistic_of(s, c), number(c, "mean"), 1e-12);
    cm_synthid_score_set(s, CM_SYNTHID_WEIGHTED, &g, NULL, NULL);
    expect_near("weighted_mean", statistic_of(s, c), number(c, "weighted_mean"), 1e-12);
    cm_synthid_score_set(s, CM_SYNTHID_WEIGHTED, &g, falling, NULL);
    expect_near("weighted_mean_custom_weights_depth_to_1", statistic_of(s, c),
                number(c, "weighted_mean_custom_weights_depth_to_1"), 1e-12);
    if (json_object_get(c, "bayes") != NULL)
        check_posterior(&g, c, s);
    free(s);
}
