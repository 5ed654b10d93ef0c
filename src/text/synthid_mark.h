/* transformers' SynthID at work: the step that marks, the masks and scores that detect
 * (spec/text-peers.md §5). */
#ifndef CM_TEXT_SYNTHID_MARK_H
#define CM_TEXT_SYNTHID_MARK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text/synthid.h"

enum { CM_SYNTHID_NGRAM_MAX = 64, CM_SYNTHID_HISTORY_MAX = 1 << 20 };

/* SynthIDTextWatermarkingConfig, by its own names. */
typedef struct cm_synthid_config {
    uint32_t vocabulary;
    int ngram_len; /* at least 2 */
    int depth;     /* number of keys */
    int64_t keys[CM_SYNTHID_DEPTH_MAX];
    uint32_t sampling_table_size;
    uint64_t sampling_table_seed;
    uint32_t context_history_size;
    bool skip_first_ngram_calls;
} cm_synthid_config;

/* One sequence that is being generated: its context, and the contexts that it had. */
typedef struct cm_synthid cm_synthid;

/* CM_ERR_ARGUMENT for a configuration that makes no sense. Free with cm_synthid_free(). */
cm_code cm_synthid_new(const cm_synthid_config *config, cm_synthid **out, cm_error *err);
void cm_synthid_free(cm_synthid *s); /* NULL is allowed */

/* The tournaments alone: scores of n tokens to marked ones. Bit l of bits[t] is token t's g-value
 * of layer l. `leaves` is 2, or 3 for the reference code's distortionary kind. `nothing` stands for
 * the logarithm of 0. `p` is scratch for n floats. */
void cm_synthid_update(float *scores, const uint64_t *bits, uint32_t n, int depth, int leaves,
                       float nothing, float *p);

/* Replaces the scores (one for each token of the vocabulary, after temperature, top-k and top-p) by
 * the marked ones: log probabilities, -FLT_MAX where there is none. `last` is the token that the
 * step before has chosen; the first step ignores it. False where the scores are left alone: a
 * context that came before, or too early. */
bool cm_synthid_step(cm_synthid *s, uint32_t last, float *scores);

/* g-values of a text's n-grams: bit l of bits[i] is layer l's of the n-gram from i on; mask[i] is
 * false for a context that came before and from the first `eos` on. Both have n - ngram_len + 1
 * elements, none for shorter texts. The sequence itself is not touched. */
cm_code cm_synthid_g_values(const cm_synthid *s, const uint32_t *ids, size_t n, uint32_t eos,
                            uint64_t *bits, bool *mask, cm_error *err);

/* Mean of the g-values under the mask, 1/2 without a mark; with weights for the layers, or the
 * peer's own (falling from 10 to 1) for NULL. 0 of nothing. */
double cm_synthid_mean(const uint64_t *bits, const bool *mask, size_t n, int depth);
double cm_synthid_weighted_mean(const uint64_t *bits, const bool *mask, size_t n, int depth,
                                const double *weights);

/* Posterior of BayesianDetectorModel: beta[depth], delta[depth * depth] row by row. */
double cm_synthid_posterior(const uint64_t *bits, const bool *mask, size_t n, int depth,
                            const double *beta, const double *delta, double prior);

#endif
