/* cm-text-1 as its parts see it (spec/text-mark.md). */
#ifndef CM_TEXT_NATIVE_H
#define CM_TEXT_NATIVE_H

#include "text/laws.h"
#include "text/native_past.h"
#include "text/native_prf.h"

typedef enum cm_native_mode {
    CM_NATIVE_MODE_GUMBEL,
    CM_NATIVE_MODE_GREEN,
    CM_NATIVE_MODE_TOURNAMENT
} cm_native_mode;

/* The scheme, made. */
typedef struct cm_native {
    cm_native_mode mode;
    int width;   /* ids of context */
    int green;   /* of 256: gamma */
    float delta; /* added to green logits */
    int depth;   /* layers of the tournament */
    int bits;    /* of the payload */
    uint32_t vocabulary;
    uint8_t key[CM_NATIVE_KEY];
    double share; /* green / 256 */
    cm_layers layers;
    cm_series_rule rule; /* used unless there is a payload */
} cm_native;

/* One text in the making. */
typedef struct cm_native_sequence {
    cm_native_prf *prf;
    cm_native_past past;
    uint64_t *layer_bits; /* of each token; NULL unless a tournament */
    float *probability;
} cm_native_sequence;

/* One step on fresh context. */
void cm_native_step_green(const cm_native *n, cm_native_sequence *s, const uint32_t *context,
                          float *scores);
bool cm_native_step_gumbel(const cm_native *n, cm_native_sequence *s, const uint32_t *context,
                           uint64_t payload, float *scores);
void cm_native_step_tournament(const cm_native *n, cm_native_sequence *s, const uint32_t *context,
                               float *scores);

/* Scores of windows, for the series. */
cm_code cm_native_score(const void *self, const cm_window_block *block, double *score,
                        cm_error *err);

/* -ln(1 - u) for u = word / 2^32: at most an exponential variable. */
double cm_native_exponential(uint32_t word);

/* The detector where there is a payload. */
cm_code cm_native_detector_open(const void *self, void **detector, cm_error *err);
cm_code cm_native_detector_feed(void *detector, const uint32_t *ids, const float *probability,
                                size_t n, cm_error *err);
cm_code cm_native_detector_finish(void *detector, cm_text_evidence *out, cm_error *err);
void cm_native_detector_close(void *detector);

#endif
