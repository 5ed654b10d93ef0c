/* Scores of other people's Gumbel marks: vLLM's and EXP (spec/text-peers.md §6, §11). */
#ifndef CM_TEXT_GUMBEL_SCORE_H
#define CM_TEXT_GUMBEL_SCORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

typedef struct cm_gumbel_score {
    uint64_t scored;
    double score;   /* sum of Exp(1) variables where there is no mark */
    double log10_p; /* of a sum as large or larger; holds where `unique` was asked for */
} cm_gumbel_score;

enum { CM_VLLM_WIDTH_MAX = 64 };

/* One score for each token, or (`unique`) for the first token after each different context. */
cm_code cm_vllm_detect(uint64_t key, int width, const uint32_t *ids, size_t n, bool unique,
                       cm_gumbel_score *out, cm_error *err);

/* The two keys that the dual-key mark derives. */
cm_code cm_vllm_dual_keys(uint64_t key, uint64_t out[2], cm_error *err);

/* Both keys' scores, the first weighted 1 - alpha, the second alpha. The p-value is the peer's: a
 * gamma law with the right variance. */
cm_code cm_vllm_detect_dual(uint64_t key, double alpha, int width, const uint32_t *ids, size_t n,
                            bool unique, cm_gumbel_score *out, cm_error *err);

/* EXP: every token behind the first `prefix`, repeated contexts too, as the peer has it: its
 * p-value holds for texts that don't repeat themselves. */
cm_code cm_exp_detect(uint64_t key, uint32_t vocabulary, int prefix, const uint32_t *ids, size_t n,
                      cm_gumbel_score *out, cm_error *err);

#endif
