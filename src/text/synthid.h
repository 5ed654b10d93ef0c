/* g-values of SynthID-Text (Dathathri et al., Nature 634, 2024): of transformers, which draws them
 * from a table, and of the reference code, which computes them (spec/text-peers.md §5). */
#ifndef CM_TEXT_SYNTHID_H
#define CM_TEXT_SYNTHID_H

#include <stdint.h>

#include "base/error.h"

enum { CM_SYNTHID_DEPTH_MAX = 64 };

/* h of an n-gram, from `start`: 1 for transformers, cm_synthid_iv() for the reference code. The
 * window of a step is `n - 1` tokens of context, then the candidate. */
uint64_t cm_synthid_hash(uint64_t start, const uint32_t *ngram, int n);

/* The reference code's start: SHA-256 of the keys, mod 2^63 - 1. */
cm_code cm_synthid_iv(const int64_t *keys, int depth, uint64_t *out, cm_error *err);

/* transformers' table of 0 and 1 for a seed: `size` bytes. */
void cm_synthid_table(uint64_t seed, uint32_t size, uint8_t *table);

/* g-values of all layers from the n-gram's h: bit l of the result is layer l's. */
uint64_t cm_synthid_table_bits(uint64_t h, const int64_t *keys, int depth, const uint8_t *table,
                               uint32_t size);
uint64_t cm_synthid_reference_bits(uint64_t h, const int64_t *keys, int depth);

#endif
