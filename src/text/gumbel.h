/* Uniform variables of other people's Gumbel marks: vLLM's Philox and TextSeal's hash
 * (spec/text-peers.md §6, §7). */
#ifndef CM_TEXT_GUMBEL_H
#define CM_TEXT_GUMBEL_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum { CM_VLLM_WIDTH_MAX = 64 };

/* vLLM: the state of a context of `width` ids (a missing one is -1), from which each token's number
 * follows. */
typedef struct cm_vllm_context {
    uint32_t state[4];
    uint32_t key[2];
} cm_vllm_context;

cm_vllm_context cm_vllm_context_of(uint64_t key, const int32_t *ids, uint32_t width);

/* A token's number u = (k + 1) / (2^24 + 1), of its 24 bits k. */
float cm_vllm_number(uint32_t bits);

/* The bits of ids[at[i]], each behind its context. */
void cm_vllm_bits_of(uint64_t key, uint32_t width, const uint32_t *ids, const uint32_t *at,
                     size_t count, uint32_t *bits);

/* The two keys that the dual-key mark derives from one. */
cm_code cm_vllm_dual_keys(uint64_t key, uint64_t out[2], cm_error *err);

/* cm_gumbel_choice() under the context's numbers. */
uint32_t cm_vllm_choice(const cm_vllm_context *c, const float *logits, uint32_t count);

enum { CM_TEXTSEAL_CONTEXT_MAX = 10, CM_TEXTSEAL_LEVELS = 8191 };

/* TextSeal: u is one of 8191 levels, 0 <= u < 1. `ids`: n of context, the last one nearest. */
uint32_t cm_textseal_level(uint64_t key, const uint32_t *ids, int n, uint32_t token);
float cm_textseal_uniform(uint32_t level);

#endif
