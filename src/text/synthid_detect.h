/* Detection of SynthID's marks: the peer's statistic under the peer's masks, and a p-value of
 * windows that count once (spec/text-peers.md §5). */
#ifndef CM_TEXT_SYNTHID_DETECT_H
#define CM_TEXT_SYNTHID_DETECT_H

#include "text/synthid_score.h"

typedef struct cm_synthid_rule {
    const cm_synthid_g *g;
    const cm_synthid_score *score;
    uint32_t vocabulary;
    int width;        /* ids of context */
    uint32_t history; /* contexts that the peer remembers */
    int64_t eos;      /* nothing counts from here on; -1 for none */
    const char *statistic_name;
} cm_synthid_rule;

typedef struct cm_synthid_detector cm_synthid_detector;

/* The rule must outlive the detector. */
cm_code cm_synthid_detector_open(const cm_synthid_rule *rule, cm_synthid_detector **out,
                                 cm_error *err);
cm_code cm_synthid_detector_feed(cm_synthid_detector *d, const uint32_t *ids, size_t n,
                                 cm_error *err);
cm_code cm_synthid_detector_finish(cm_synthid_detector *d, cm_text_evidence *out, cm_error *err);
void cm_synthid_detector_close(cm_synthid_detector *d); /* NULL is allowed */

#endif
