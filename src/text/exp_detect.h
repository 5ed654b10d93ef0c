/* Detection of MarkLLM's EXP (spec/text-peers.md §11). */
#ifndef CM_TEXT_EXP_DETECT_H
#define CM_TEXT_EXP_DETECT_H

#include "text/tally.h"

enum { CM_EXP_PREFIX_MAX = 64 };

typedef struct cm_exp {
    uint64_t key;
    int prefix; /* ids of context */
    uint32_t vocabulary;
} cm_exp;

/* The generator's seed after these ids, `prefix` of them. Contexts that share it share all numbers,
 * as those of the same ids in another order do. */
uint32_t cm_exp_seed(const cm_exp *e, const uint32_t *context);

/* Entries of the table; `self` is a cm_exp. */
cm_code cm_exp_detect_open(const void *self, void **detector, cm_error *err);
cm_code cm_exp_detect_feed(void *detector, const uint32_t *ids, const float *probability, size_t n,
                           cm_error *err);
cm_code cm_exp_detect_finish(void *detector, cm_text_evidence *out, cm_error *err);
void cm_exp_detect_close(void *detector);

#endif
