/* SynthID's g-values, of transformers and of the reference code, and what a step does with them. */
#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "fields.h"
#include "scheme.h"
#include "text/synthid.h"
#include "text/synthid_mark.h"

enum { TABLE_MAX = 1 << 24, PARAMS_MAX = 5000, VOCABULARY = 1 << 18 };

static int keys_of(const json_t *c, int64_t *keys) {
    const json_t *array = list(c, "keys");
    size_t n = json_array_size(array);
    if (n < 1 || n > CM_SYNTHID_DEPTH_MAX)
        mismatch("%zu keys", n);
    for (size_t i = 0; i < n; i++)
        keys[i] = (int64_t)word_of(element(array, i));
    return (int)n;
}

/* `table`: transformers'; NULL for the reference. */
static void check_g_values(const json_t *c, const int64_t *keys, int depth, uint64_t start,
                           const uint8_t *table, uint32_t size) {
    const json_t *ids = list(c, "input_ids"), *want;
    int n = (int)count_of(c, "ngram_len", WINDOW_MAX);
    size_t at;
    json_array_foreach(list(c, "g_values"), at, want) {
        uint32_t ngram[WINDOW_MAX];
        for (int i = 0; i < n; i++)
            ngram[i] = (uint32_t)word_of(element(ids, at + (size_t)i));
        uint64_t h = cm_synthid_hash(start, ngram, n);
        uint64_t bits = table != NULL ? cm_synthid_table_bits(h, keys, depth, table, size)
                                      : cm_synthid_reference_bits(h, keys, depth);
        expect_word("g_values", bits, read_bits(text_element(list(c, "g_values"), at), depth));
    }
}

/* Whether the peer counts a window. */
static bool counts(const json_t *c, size_t i) {
    const json_t *repeated = json_object_get(c, "context_repetition_mask");
    if (repeated == NULL)
        return true;
    size_t last = i + (size_t)word(c, "ngram_len") - 1;
    return word_of(element(repeated, i)) != 0 && word_of(element(list(c, "eos_mask"), last)) != 0;
}

/* The mean that the recorded g-values and masks have. Weights 1, or falling from 10 to 1. */
static double recorded_mean(const json_t *c, bool weighted) {
    const json_t *g = list(c, "g_values");
    size_t depth = json_array_size(list(c, "keys"));
    double sum = 0, total = 0;
    for (size_t i = 0; i < json_array_size(g); i++) {
        if (!counts(c, i))
            continue;
        for (size_t l = 0; l < depth; l++) {
            double w = weighted && depth > 1 ? 10 - 9.0 * (double)l / (double)(depth - 1) : 1;
            total += w;
            sum += w * (text_element(g, i)[l] - '0');
        }
    }
    return total > 0 ? sum / total : 0;
}

static void check_means(const char *scheme, const json_t *c, const char *more) {
    char params[PARAMS_MAX];
    size_t n;
    uint32_t *ids = text_ids(field(c, "input_ids"), &n);
    for (int weighted = 0; weighted < 2; weighted++) {
        const char *statistic = weighted ? "weighted" : "mean";
        snprintf(params, sizeof params, "keys=%s ngram_len=%d statistic=%s %s",
                 number_list(field(c, "keys")), (int)word(c, "ngram_len"), statistic, more);
        cm_text_evidence e = look_under(scheme, VOCABULARY, params, ids, n);
        expect_near(statistic, e.statistic, recorded_mean(c, weighted != 0), 1e-12);
    }
    free(ids);
}

void check_hf_synthid_gvalues(const json_t *file, const json_t *c) {
    (void)file;
    char params[240];
    int64_t keys[CM_SYNTHID_DEPTH_MAX];
    int depth = keys_of(c, keys);
    uint32_t size = count_of(c, "sampling_table_size", TABLE_MAX);
    uint8_t *table = calloc(size, 1);
    cm_synthid_table(word(c, "sampling_table_seed"), size, table);
    check_digest("table_sha256_u8", table, size, field(c, "table_sha256_u8"));
    check_g_values(c, keys, depth, 1, table, size);
    free(table);
    snprintf(params, sizeof params,
             "sampling_table_size=%u sampling_table_seed=%llu context_history_size=%llu eos=%d",
             size, (unsigned long long)word(c, "sampling_table_seed"),
             (unsigned long long)word(c, "context_history_size"), (int)word(c, "eos_token_id"));
    check_means("hf-synthid", c, params);
}

void check_dm_synthid_gvalues(const json_t *file, const json_t *c) {
    (void)file;
    int64_t keys[CM_SYNTHID_DEPTH_MAX];
    int depth = keys_of(c, keys);
    uint64_t start;
    cm_error err = {0};
    expect_ok(cm_synthid_iv(keys, depth, &start, &err), &err);
    expect_word("hash_iv", start, word(c, "hash_iv"));
    check_g_values(c, keys, depth, start, NULL, 0);
    check_means("dm-synthid", c, "");
}

/* Torch adds in an order of its own: probabilities agree to a float's precision, the logarithms of
 * tiny ones to less. */
static void check_update(const json_t *c, float nothing) {
    const json_t *g = list(c, "g"), *leaves = json_object_get(c, "num_leaves");
    size_t n = json_array_size(g);
    int depth = (int)strlen(text_element(g, 0));
    uint64_t *bits = calloc(n, sizeof *bits);
    float *scores = calloc(n, sizeof *scores), *scratch = calloc(n, sizeof *scratch);
    read_floats(field(c, "scores_f32"), n, scores);
    for (size_t t = 0; t < n; t++)
        bits[t] = read_bits(text_element(g, t), depth);
    cm_synthid_update(scores, bits, (uint32_t)n, depth, leaves != NULL ? (int)word_of(leaves) : 2,
                      nothing, scratch);
    check_log_probabilities("out_f32", scores, n, field(c, "out_f32"), 1e-6);
    free(scratch);
    free(scores);
    free(bits);
}

void check_hf_synthid_update_scores(const json_t *file, const json_t *c) {
    (void)file;
    check_update(c, -FLT_MAX);
}

void check_dm_synthid_update_scores(const json_t *file, const json_t *c) {
    (void)file;
    check_update(c, -1e12f);
}
