/* Exact tail probabilities, as natural logarithms: p-values far below the smallest double.
 *
 * Every function gives ln of a probability: 0 is certainty, -INFINITY impossibility. Against
 * 50-digit references (test/oracle/tails.py) the error in ln p is below 1e-13 + 2e-15 |ln p| for
 * arguments up to 1e4, and below 2e-12 + 2e-15 |ln p| up to 1e7; so p itself is right to 12 digits
 * or better wherever ln p can hold them. Time grows as the square root of the arguments, and only
 * near the distribution's middle: 1e7 costs some tens of microseconds, 64 a fifth of one. All are
 * pure and thread-safe (the C library's lgamma is not). NaN gives NaN, and so do n, a or b over
 * 1e12.
 *
 * Methods: binomial and Poisson weights by C. Loader's saddle point ("Fast and accurate computation
 * of binomial probabilities", 2000), which doesn't subtract large logarithms; tails by continued
 * fractions (DLMF 8.9.2; DiDonato and Morris, TOMS 708) and the series DLMF 8.7.1. */
#ifndef CM_BASE_TAILS_H
#define CM_BASE_TAILS_H

#include <stddef.h>
#include <stdint.h>

/* ln 10: divide by it for the log10 of reports. */
#define CM_LN10 2.30258509299404568402

/* P(X >= k) for X binomial with n draws of probability p in [0, 1]. */
double cm_log_binomial_tail(uint64_t k, uint64_t n, double p);

/* P(X >= x) for X gamma-distributed with shape a >= 1/4 and scale 1: the regularised upper
 * incomplete gamma function Q(a, x). For whole a, the sum of a standard exponentials (Erlang). */
double cm_log_gamma_tail(double a, double x);

/* P(X <= x) for X beta-distributed with a, b >= 1/4: the regularised incomplete beta function
 * I_x(a, b). Its upper tail is cm_log_beta(b, a, 1 - x). */
double cm_log_beta(double a, double b, double x);

/* P(X >= z) for X standard normal. */
double cm_log_normal_tail(double z);

/* ln Gamma(x), x > 0. Absolute error below 1e-14 + 4e-16 |ln Gamma(x)|. */
double cm_log_gamma(double x);

/* ln(1 - e^x) for x <= 0, without cancellation at either end. */
double cm_log1mexp(double x);

/* ln(e^a + e^b). */
double cm_log_add(double a, double b);

/* ln of the sum of e^values[i]; -INFINITY for none. */
double cm_log_sum(const double *values, size_t n);

#endif
