/* transformers' green lists at work: the step that marks, and the count that detects
 * (spec/text-peers.md §4). */
#ifndef CM_TEXT_KGW_MARK_H
#define CM_TEXT_KGW_MARK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "text/green_count.h"

/* WatermarkingConfig, by its own names. */
typedef struct cm_kgw_config {
    uint32_t vocabulary;
    double greenlist_ratio;
    float bias;
    uint64_t hashing_key;
    bool selfhash; /* else lefthash */
    int context_width;
} cm_kgw_config;

/* What all steps of one configuration share, and their scratch memory: one thread at a time. */
typedef struct cm_kgw cm_kgw;

/* CM_ERR_ARGUMENT for a configuration that makes no sense. Free with cm_kgw_free(). */
cm_code cm_kgw_new(const cm_kgw_config *config, cm_kgw **out, cm_error *err);
void cm_kgw_free(cm_kgw *k); /* NULL is allowed */

/* Adds the bias to the scores of green tokens; `scores` holds one for each token of the vocabulary.
 * Too little context leaves them alone. Ids are below the vocabulary's size. */
void cm_kgw_step(cm_kgw *k, const uint32_t *ids, size_t n, float *scores);

/* Whether the last id of a window (context_width ids for selfhash, one more for lefthash) is green.
 */
bool cm_kgw_is_green(const cm_kgw *k, const uint32_t *window);

/* How many of the tokens are green; `unique` counts each n-gram once, without which no p-value
 * holds. CM_ERR_ARGUMENT for ids beyond the vocabulary. */
cm_code cm_kgw_detect(const cm_kgw *k, const uint32_t *ids, size_t n, bool unique,
                      cm_green_count *out, cm_error *err);

/* The p-values that WatermarkDetector reports for a z: approximations, the second one of releases
 * before 5.23. For a p-value that holds take the binomial tail. */
double cm_kgw_peer_p(double z);
double cm_kgw_old_peer_p(double z);

#endif
