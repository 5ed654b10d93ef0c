/* Exact tails of sums that are neither binomial nor gamma, as natural logarithms
 * (spec/statistics.md §3). Both take ln of Chernoff's bound, with the tilt that gives it: they work
 * at the scale of the answer, so that it may be far below the smallest double, and never return
 * more. Relative error of p below 1e-9 (test/unit/test_sums.c). */
#ifndef CM_BASE_SUMS_H
#define CM_BASE_SUMS_H

#include <stdint.h>

typedef struct cm_tilt {
    double t;    /* > 0 */
    double ln_p; /* n K(t) - t sum, K the cumulant generating function of one score */
} cm_tilt;

/* P(a A + b B >= sum) for gamma variables A and B of shape n and scale 1, a > b > 0. Time grows
 * with sum / b. */
double cm_log_two_gamma_tail(uint64_t n, double a, double b, double sum, const cm_tilt *tilt);

enum { CM_SUM_LAYERS = 64 };

/* n draws of `depth` independent bits, bit l worth weight[l] and 1 with probability
 * `share`. */
typedef struct cm_bit_sum {
    int depth;
    uint32_t weight[CM_SUM_LAYERS];
    double share;
} cm_bit_sum;

/* P(sum >= least). The tilt is per unit of weight. */
double cm_log_bit_sum_tail(const cm_bit_sum *law, uint64_t n, double least, const cm_tilt *tilt);

#endif
