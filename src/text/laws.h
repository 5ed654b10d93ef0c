/* Laws of chance that the schemes' sums follow without a mark (spec/statistics.md §7). */
#ifndef CM_TEXT_LAWS_H
#define CM_TEXT_LAWS_H

#include "text/series.h"

/* Scores 1 with probability `share`, else 0: binomial, exact. `with` points to the share. */
cm_law cm_law_green(const double *share);

/* Standard exponential scores: Erlang, exact. */
cm_law cm_law_exponential(void);

/* (1 - alpha) A + alpha B of independent exponentials; *alpha in [0, 1]. Exact while
 * the sum is below 10^5 times the lesser share; else, and over spans, Chernoff's bound. */
cm_law cm_law_two_exponentials(const double *alpha);

/* Sum of weight[l] over the layers whose bit is 1, each with probability `share`. */
typedef struct cm_layers {
    int depth;
    double share;
    double weight[64];
    bool even; /* all weights are 1 */
} cm_layers;

/* Exact with even weights (binomial), and up to 65536 draws (weights that aren't whole multiples of
 * a common unit are rounded up); else, and over spans, Chernoff's bound. */
cm_law cm_law_layers(const cm_layers *layers);

#endif
