/* What SynthID's three detectors give a window: the mean of its g-values, a weighted one, or the
 * likelihood ratio of a trained model (spec/text-peers.md §5). */
#ifndef CM_TEXT_SYNTHID_SCORE_H
#define CM_TEXT_SYNTHID_SCORE_H

#include "text/laws.h"
#include "text/synthid_g.h"

typedef enum cm_synthid_kind {
    CM_SYNTHID_MEAN,
    CM_SYNTHID_WEIGHTED,
    CM_SYNTHID_BAYESIAN
} cm_synthid_kind;

/* BayesianDetectorModel's numbers: delta[l][j] counts for j < l. */
typedef struct cm_synthid_model {
    double beta[CM_SYNTHID_DEPTH_MAX];
    double delta[CM_SYNTHID_DEPTH_MAX][CM_SYNTHID_DEPTH_MAX];
    double prior;
} cm_synthid_model;

typedef struct cm_synthid_score {
    cm_synthid_kind kind;
    int depth;
    double share;       /* of ones */
    double sum[8][256]; /* of the weights of the ones in each byte of g-values; together `depth` */
    uint64_t copies;    /* layers that are the same as an earlier one */
    cm_layers layers;
    const cm_synthid_model *model;
} cm_synthid_score;

/* `weights`: of the layers, for the weighted kind; the peer's own, falling from 10 to 1, for NULL.
 * `model`, NULL unless the kind is Bayesian, must outlive it. */
void cm_synthid_score_set(cm_synthid_score *s, cm_synthid_kind kind, const cm_synthid_g *g,
                          const double *weights, const cm_synthid_model *model);

/* Of scores: exact or an upper bound, see laws.h; p <= 1/L for a likelihood ratio, whose score is
 * ln L. */
cm_law cm_synthid_law(const cm_synthid_score *s);

/* A window's score, and what it adds to the peer's own sum. The two differ for the Bayesian kind
 * alone: where the share of ones isn't 1/2 the peer's ratio isn't one of probabilities. */
double cm_synthid_score_of(const cm_synthid_score *s, uint64_t word, double *peer);

/* The peer's statistic: of a sum over n windows. */
double cm_synthid_statistic(const cm_synthid_score *s, uint64_t n, double sum);

#endif
