/* Seeds of lm-watermarking (spec/text-peers.md §10): a function of the last ids to what seeds a
 * green list. */
#ifndef CM_TEXT_LMW_H
#define CM_TEXT_LMW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

typedef enum cm_lmw_function {
    CM_LMW_MULTIPLICATIVE,
    CM_LMW_ADDITIVE,
    CM_LMW_MINFUNC,
    CM_LMW_SIMPLE_SKIP,
    CM_LMW_SKIPGRAM,
    CM_LMW_ANCHORED_SKIPGRAM,
    CM_LMW_MINHASH,
    CM_LMW_ANCHORED_MINHASH,
    CM_LMW_MINSKIPGRAM,
    CM_LMW_NONCOMM,
    CM_LMW_POSITION,
    CM_LMW_FUNCTIONS
} cm_lmw_function;

/* "multiplicative_prf", …: the names of the peer's table. */
const char *cm_lmw_name(cm_lmw_function f);

/* Whether ids are hashed before they are put together. */
bool cm_lmw_needs_table(cm_lmw_function f);

/* The table that all keys share; free with free(). */
cm_code cm_lmw_table(uint32_t **out, cm_error *err);

/* The value for n ids in int64 arithmetic that wraps, as SBW takes it for a seed; without a table
 * the ids go through SBW's hash. */
uint64_t cm_lmw_wrapped(cm_lmw_function f, uint64_t key, const uint32_t *table, const uint32_t *ids,
                        int n);

/* The seed for n ids (at least 2 for minskipgram), ready for the generator. */
uint64_t cm_lmw_seed(cm_lmw_function f, uint64_t key, const uint32_t *table, const uint32_t *ids,
                     int n);

#endif
