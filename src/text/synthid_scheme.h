/* What the two SynthID schemes share: transformers' and the reference code's. */
#ifndef CM_TEXT_SYNTHID_SCHEME_H
#define CM_TEXT_SYNTHID_SCHEME_H

#include "text/synthid_detect.h"
#include "text/synthid_model.h"
#include "text/synthid_past.h"

typedef struct cm_synthid {
    cm_synthid_g g;
    cm_synthid_history history;
    cm_synthid_score score;
    cm_synthid_model model;
    cm_synthid_rule rule;
    int leaves;
    float nothing; /* stands for the logarithm of 0 */
} cm_synthid;

/* Values of the parameters that both have. */
typedef struct cm_synthid_texts {
    const char *keys, *ngram_len, *context_history_size, *skip_first_ngram_calls, *eos, *statistic,
        *weights, *model;
} cm_synthid_texts;

/* Reads them; g is opened afterwards, and cm_synthid_complete() called then. */
cm_code cm_synthid_read(const cm_synthid_texts *texts, uint32_t vocabulary, cm_synthid *s,
                        cm_error *err);
cm_code cm_synthid_complete(const cm_synthid_texts *texts, cm_synthid *s, cm_error *err);

/* Entries of the table; `self` is a cm_synthid. */
void cm_synthid_free(void *self);
cm_code cm_synthid_open(const void *self, size_t capacity, void **sequence, cm_error *err);
void cm_synthid_close(void *sequence);
bool cm_synthid_step(const void *self, void *sequence, const cm_text_past *past, float *scores);
cm_code cm_synthid_detect_open(const void *self, void **detector, cm_error *err);
cm_code cm_synthid_detect_feed(void *detector, const uint32_t *ids, const float *probability,
                               size_t n, cm_error *err);
cm_code cm_synthid_detect_finish(void *detector, cm_text_evidence *out, cm_error *err);
void cm_synthid_detect_close(void *detector);

#define CM_SYNTHID_ENTRIES                                                                         \
    .free = cm_synthid_free, .open = cm_synthid_open, .close = cm_synthid_close,                   \
    .step = cm_synthid_step, .detector_open = cm_synthid_detect_open,                              \
    .detector_feed = cm_synthid_detect_feed, .detector_finish = cm_synthid_detect_finish,          \
    .detector_close = cm_synthid_detect_close

/* Help on parameters of both. */
#define CM_SYNTHID_NGRAM_LEN_HELP "tokens of an n-gram, the scored one being the last of them"
#define CM_SYNTHID_HISTORY_HELP "contexts that are remembered: one that comes back isn't marked"
#define CM_SYNTHID_SKIP_HELP "true: the first ngram_len - 1 tokens aren't marked"
#define CM_SYNTHID_EOS_HELP "id that ends a text: nothing counts from there on"
#define CM_SYNTHID_STATISTIC_HELP "mean, weighted or bayesian"
#define CM_SYNTHID_WEIGHTS_HELP                                                                    \
    "weighted: a weight for each layer; 10 falling to 1 where none is given"
#define CM_SYNTHID_MODEL_HELP                                                                      \
    "bayesian: JSON file with the trained detector's beta, delta and prior, or the JSON itself"

#endif
