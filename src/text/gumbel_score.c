#include "text/gumbel_score.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/tails.h"
#include "text/gumbel.h"
#include "text/ids.h"
#include "text/mt19937.h"
#include "text/ngrams.h"

/* The text with `width` missing ids before it, so that every token has a whole context. */
static cm_code pad(const uint32_t *ids, size_t n, size_t width, uint32_t **out, cm_error *err) {
    *out = cm_calloc(n + width, sizeof **out);
    if (*out == NULL)
        return cm_fail_memory(err);
    memset(*out, 0xff, width * sizeof **out);
    if (n > 0)
        memcpy(*out + width, ids, n * sizeof *ids);
    return CM_OK;
}

static double score_at(uint64_t key, const uint32_t *context, size_t width) {
    int32_t ids[CM_VLLM_WIDTH_MAX];
    memcpy(ids, context, width * sizeof *ids);
    cm_vllm_context c = cm_vllm_context_of(key, ids, (uint32_t)width);
    return -log1p(-(double)cm_vllm_uniform(&c, context[width]));
}

/* Sums, for each of `keys`, the scores of the same tokens. */
static cm_code sum_scores(const uint64_t *keys, int key_count, int width, const uint32_t *ids,
                          size_t n, bool unique, double *sums, uint64_t *scored, cm_error *err) {
    uint32_t *text = NULL;
    cm_ngrams *seen = NULL;
    size_t w = (size_t)width;
    *scored = 0;
    if (width < 1 || width > CM_VLLM_WIDTH_MAX)
        return cm_fail(err, CM_ERR_ARGUMENT, "context width %d; 1 to %d are possible", width,
                       CM_VLLM_WIDTH_MAX);
    cm_code code = pad(ids, n, w, &text, err);
    if (code == CM_OK && unique)
        code = cm_ngrams_new(n, w, &seen, err);
    for (size_t i = 0; code == CM_OK && i < n; i++) {
        if (unique && !cm_ngrams_add(seen, text + i))
            continue;
        ++*scored;
        for (int k = 0; k < key_count; k++)
            sums[k] += score_at(keys[k], text + i, w);
    }
    cm_ngrams_free(seen);
    free(text);
    return code;
}

static void conclude(double sum, cm_gumbel_score *out) {
    out->score = sum;
    out->log10_p = cm_log_gamma_tail((double)out->scored, sum) / CM_LN10;
}

cm_code cm_vllm_detect(uint64_t key, int width, const uint32_t *ids, size_t n, bool unique,
                       cm_gumbel_score *out, cm_error *err) {
    double sum = 0;
    *out = (cm_gumbel_score){0};
    cm_code code = sum_scores(&key, 1, width, ids, n, unique, &sum, &out->scored, err);
    if (code != CM_OK || out->scored == 0)
        return code;
    conclude(sum, out);
    return CM_OK;
}

static cm_code derive(const char *name, uint64_t key, uint64_t *out, cm_error *err) {
    uint8_t bytes[16];
    cm_digest digest;
    size_t n = strlen(name);
    memcpy(bytes, name, n);
    for (size_t i = 0; i < 8; i++)
        bytes[n + i] = (uint8_t)(key >> (56 - 8 * i));
    cm_code code =
        cm_hash_bytes(CM_HASH_SHA256, (cm_bytes){.data = bytes, .size = n + 8}, &digest, err);
    *out = 0;
    for (size_t i = 0; code == CM_OK && i < 8; i++)
        *out = *out << 8 | digest.bytes[i];
    return code;
}

cm_code cm_vllm_dual_keys(uint64_t key, uint64_t out[2], cm_error *err) {
    cm_code code = derive("key_a", key, &out[0], err);
    return code == CM_OK ? derive("key_b", key, &out[1], err) : code;
}

cm_code cm_vllm_detect_dual(uint64_t key, double alpha, int width, const uint32_t *ids, size_t n,
                            bool unique, cm_gumbel_score *out, cm_error *err) {
    uint64_t keys[2];
    double sums[2] = {0}, variance = (1 - alpha) * (1 - alpha) + alpha * alpha;
    *out = (cm_gumbel_score){0};
    cm_code code = cm_vllm_dual_keys(key, keys, err);
    if (code == CM_OK)
        code = sum_scores(keys, 2, width, ids, n, unique, sums, &out->scored, err);
    if (code != CM_OK || out->scored == 0)
        return code;
    out->score = (1 - alpha) * sums[0] + alpha * sums[1];
    out->log10_p =
        cm_log_gamma_tail((double)out->scored / variance, out->score / variance) / CM_LN10;
    return CM_OK;
}

/* Element `token` of torch.rand(vocabulary) under the context's seed. */
static float exp_uniform(uint64_t key, uint32_t vocabulary, const uint32_t *context, int prefix,
                         uint32_t token) {
    uint64_t product = 1;
    cm_mt mt;
    for (int i = 0; i < prefix; i++)
        product = product * context[i] % vocabulary;
    cm_mt_seed(&mt, key * product);
    for (uint32_t i = 0; i < token; i++)
        (void)cm_mt_u32(&mt);
    return cm_mt_float(&mt);
}

cm_code cm_exp_detect(uint64_t key, uint32_t vocabulary, int prefix, const uint32_t *ids, size_t n,
                      cm_gumbel_score *out, cm_error *err) {
    double sum = 0;
    *out = (cm_gumbel_score){0};
    if (vocabulary == 0 || prefix < 1)
        return cm_fail(err, CM_ERR_ARGUMENT, "EXP: a vocabulary and a prefix length are needed");
    cm_code code = cm_ids_check(ids, n, 0, vocabulary, err);
    for (size_t i = (size_t)prefix; code == CM_OK && i < n; i++) {
        float u = exp_uniform(key, vocabulary, ids + i - prefix, prefix, ids[i]);
        sum -= log1p(-(double)u);
        out->scored++;
    }
    if (out->scored > 0)
        conclude(sum, out);
    return code;
}
