#include "text/synthid_mark.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Hashes of the last contexts; slots not yet used hold 0, as the peer's do. */
typedef struct history {
    uint64_t *hash;
    uint32_t size, next;
} history;

struct cm_synthid {
    cm_synthid_config config;
    uint8_t *table;
    uint64_t *bits;     /* of every token, for the step */
    float *probability; /* of every token */
    history past;
    uint32_t context[CM_SYNTHID_NGRAM_MAX];
    int calls;
};

static bool is_sound(const cm_synthid_config *c) {
    return c->vocabulary >= 1 && c->ngram_len >= 2 && c->ngram_len <= CM_SYNTHID_NGRAM_MAX &&
           c->depth >= 1 && c->depth <= CM_SYNTHID_DEPTH_MAX && c->sampling_table_size >= 1 &&
           c->sampling_table_size <= 1u << 24 && c->context_history_size >= 1 &&
           c->context_history_size <= CM_SYNTHID_HISTORY_MAX;
}

cm_code cm_synthid_new(const cm_synthid_config *config, cm_synthid **out, cm_error *err) {
    *out = NULL;
    if (!is_sound(config))
        return cm_fail(err, CM_ERR_ARGUMENT,
                       "SynthID: n-grams of 2 to %d, 1 to %d keys, a table of up to 2^24 and a "
                       "history of up to %d are needed",
                       CM_SYNTHID_NGRAM_MAX, CM_SYNTHID_DEPTH_MAX, CM_SYNTHID_HISTORY_MAX);
    cm_synthid *s = cm_calloc(1, sizeof *s);
    if (s == NULL)
        return cm_fail_memory(err);
    s->config = *config;
    s->table = cm_calloc(config->sampling_table_size, 1);
    s->bits = cm_calloc(config->vocabulary, sizeof *s->bits);
    s->probability = cm_calloc(config->vocabulary, sizeof *s->probability);
    s->past = (history){.hash = cm_calloc(config->context_history_size, sizeof *s->past.hash),
                        .size = config->context_history_size};
    if (s->table == NULL || s->bits == NULL || s->probability == NULL || s->past.hash == NULL) {
        cm_synthid_free(s);
        return cm_fail_memory(err);
    }
    cm_synthid_table(config->sampling_table_seed, config->sampling_table_size, s->table);
    *out = s;
    return CM_OK;
}

void cm_synthid_free(cm_synthid *s) {
    if (s == NULL)
        return;
    free(s->table);
    free(s->bits);
    free(s->probability);
    free(s->past.hash);
    free(s);
}

/* Whether the context is in the history; it is afterwards. */
static bool remember(history *past, uint64_t hash) {
    bool there = false;
    for (uint32_t i = 0; i < past->size; i++)
        there |= past->hash[i] == hash;
    past->hash[past->next] = hash;
    past->next = (past->next + 1) % past->size;
    return there;
}

static void softmax(const float *scores, uint32_t n, float *p) {
    float most = -FLT_MAX;
    double sum = 0;
    for (uint32_t i = 0; i < n; i++)
        most = scores[i] > most ? scores[i] : most;
    for (uint32_t i = 0; i < n; i++) {
        p[i] = expf(scores[i] - most);
        sum += (double)p[i];
    }
    float scale = (float)(1 / sum);
    for (uint32_t i = 0; i < n; i++)
        p[i] *= scale;
}

/* A tournament of one layer between as many leaves: tokens with g = 1 gain what those with g = 0
 * lose. m is the share of the former. */
static void play(float *p, const uint64_t *bits, uint32_t n, int layer, int leaves) {
    double m = 0;
    for (uint32_t i = 0; i < n; i++)
        m += (double)(p[i] * (float)(bits[i] >> layer & 1));
    double lost = 1 - m, won = 1 + lost;
    if (leaves == 3) {
        won = m > 0 ? (1 - lost * lost * lost) / m : 0;
        lost *= lost;
    }
    float factor[2] = {(float)lost, (float)won};
    for (uint32_t i = 0; i < n; i++)
        p[i] *= factor[bits[i] >> layer & 1];
}

void cm_synthid_update(float *scores, const uint64_t *bits, uint32_t n, int depth, int leaves,
                       float nothing, float *p) {
    softmax(scores, n, p);
    for (int l = 0; l < depth; l++)
        play(p, bits, n, l, leaves);
    for (uint32_t t = 0; t < n; t++)
        scores[t] = p[t] > 0 && p[t] <= FLT_MAX ? logf(p[t]) : nothing;
}

static void advance(cm_synthid *s, uint32_t last) {
    size_t width = (size_t)s->config.ngram_len - 1;
    if (s->calls++ > 0) {
        memmove(s->context, s->context + 1, (width - 1) * sizeof *s->context);
        s->context[width - 1] = last;
    }
}

bool cm_synthid_step(cm_synthid *s, uint32_t last, float *scores) {
    const cm_synthid_config *c = &s->config;
    advance(s, last);
    if (c->skip_first_ngram_calls && s->calls < c->ngram_len)
        return false;
    uint64_t context = cm_synthid_hash(1, s->context, c->ngram_len - 1);
    if (remember(&s->past, context))
        return false;
    for (uint32_t t = 0; t < c->vocabulary; t++)
        s->bits[t] = cm_synthid_table_bits(cm_synthid_hash(context, &t, 1), c->keys, c->depth,
                                           s->table, c->sampling_table_size);
    cm_synthid_update(scores, s->bits, c->vocabulary, c->depth, 2, -FLT_MAX, s->probability);
    return true;
}

cm_code cm_synthid_g_values(const cm_synthid *s, const uint32_t *ids, size_t n, uint32_t eos,
                            uint64_t *bits, bool *mask, cm_error *err) {
    const cm_synthid_config *c = &s->config;
    size_t width = (size_t)c->ngram_len;
    bool ended = false;
    if (n < width)
        return CM_OK;
    history past = {.hash = cm_calloc(c->context_history_size, sizeof *past.hash),
                    .size = c->context_history_size};
    if (past.hash == NULL)
        return cm_fail_memory(err);
    for (size_t i = 0; i + 1 < width; i++)
        ended |= ids[i] == eos;
    for (size_t i = 0; i + width <= n; i++) {
        uint64_t context = cm_synthid_hash(1, ids + i, c->ngram_len - 1);
        ended |= ids[i + width - 1] == eos;
        bits[i] = cm_synthid_table_bits(cm_synthid_hash(context, ids + i + width - 1, 1), c->keys,
                                        c->depth, s->table, c->sampling_table_size);
        mask[i] = !remember(&past, context) && !ended;
    }
    free(past.hash);
    return CM_OK;
}

double cm_synthid_weighted_mean(const uint64_t *bits, const bool *mask, size_t n, int depth,
                                const double *weights) {
    double own[CM_SYNTHID_DEPTH_MAX], total = 0, sum = 0;
    uint64_t scored = 0, ones[CM_SYNTHID_DEPTH_MAX] = {0};
    for (int l = 0; l < depth; l++) {
        own[l] = weights != NULL ? weights[l] : depth > 1 ? 10 - 9.0 * l / (depth - 1) : 10;
        total += own[l];
    }
    for (size_t i = 0; i < n; i++) {
        scored += mask[i];
        for (int l = 0; mask[i] && l < depth; l++)
            ones[l] += bits[i] >> l & 1;
    }
    for (int l = 0; l < depth; l++)
        sum += own[l] / total * (double)ones[l];
    return scored > 0 ? sum / (double)scored : 0;
}

double cm_synthid_mean(const uint64_t *bits, const bool *mask, size_t n, int depth) {
    double even[CM_SYNTHID_DEPTH_MAX];
    for (int l = 0; l < depth; l++)
        even[l] = 1;
    return cm_synthid_weighted_mean(bits, mask, n, depth, even);
}

static double sigmoid(double x) {
    return 1 / (1 + exp(-x));
}

double cm_synthid_posterior(const uint64_t *bits, const bool *mask, size_t n, int depth,
                            const double *beta, const double *delta, double prior) {
    double odds = log(prior) - log1p(-prior);
    for (size_t i = 0; i < n; i++)
        for (int l = 0; mask[i] && l < depth; l++) {
            double logit = beta[l];
            for (int j = 0; j < l; j++)
                logit += delta[l * depth + j] * (double)(bits[i] >> j & 1);
            double two = sigmoid(logit), g = (double)(bits[i] >> l & 1);
            odds += log((g + 0.5) * two + (1 - two)); /* both halves of the fraction are over 1/2 */
        }
    return sigmoid(odds);
}
