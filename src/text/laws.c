#include "text/laws.h"

#include <math.h>

#include "base/sums.h"
#include "base/tails.h"

/* ---- green lists ---- */

static double green_tail(const void *with, uint64_t n, double sum) {
    const double *share = with;
    return cm_log_binomial_tail((uint64_t)sum, n, *share);
}

cm_law cm_law_green(const double *share) {
    return (cm_law){
        .mean = *share, .variance = *share * (1 - *share), .tail = green_tail, .with = share};
}

/* ---- exponentials ---- */

static double erlang_tail(const void *with, uint64_t n, double sum) {
    (void)with;
    return cm_log_gamma_tail((double)n, sum);
}

cm_law cm_law_exponential(void) {
    return (cm_law){.mean = 1, .variance = 1, .tail = erlang_tail};
}

/* ---- Chernoff's bound: ln P(sum >= s) <= n K(t) - t s for every t >= 0, K the cumulant generating
 * function of one score. Any t gives a valid bound; the best one is sought by bisection on the
 * derivative's sign. ---- */

typedef double derivative(const void *with, double t);
typedef double cumulant(const void *with, double t);

static cm_tilt chernoff(const void *with, uint64_t n, double sum, cumulant *k, derivative *slope,
                        double most) {
    double mean = sum / (double)n, low = 0, high = most;
    if (!(slope(with, 0) < mean))
        return (cm_tilt){0};
    for (int i = 0; i < 60; i++) {
        double t = (low + high) / 2;
        if (slope(with, t) < mean)
            low = t;
        else
            high = t;
    }
    return (cm_tilt){.t = low, .ln_p = fmin(0, (double)n * k(with, low) - low * sum)};
}

/* The exact tail is worth its time only where the bound is small: 10^-1. */
static const double WORTH_LN = -2.3;

static double two_cumulant(const void *with, double t) {
    const double *alpha = with;
    return -log1p(-t * (1 - *alpha)) - log1p(-t * *alpha);
}

static double two_slope(const void *with, double t) {
    const double *alpha = with;
    return (1 - *alpha) / (1 - t * (1 - *alpha)) + *alpha / (1 - t * *alpha);
}

/* Beyond so many terms Chernoff's bound has to do. */
static const double TERMS_MOST = 1e5;

static double two_tail_by(const double *alpha, uint64_t n, double sum, bool exact) {
    double larger = fmax(*alpha, 1 - *alpha), smaller = 1 - larger;
    if (larger >= 1)
        return cm_log_gamma_tail((double)n, sum);
    if (larger <= 0.5)
        return cm_log_gamma_tail(2 * (double)n, 2 * sum);
    cm_tilt tilt = chernoff(alpha, n, sum, two_cumulant, two_slope, 1 / larger);
    if (!exact || tilt.ln_p > WORTH_LN || sum / smaller > TERMS_MOST)
        return tilt.ln_p;
    return cm_log_two_gamma_tail(n, larger, smaller, sum, &tilt);
}

static double two_tail(const void *with, uint64_t n, double sum) {
    return two_tail_by(with, n, sum, true);
}

static double two_quick(const void *with, uint64_t n, double sum) {
    return two_tail_by(with, n, sum, false);
}

cm_law cm_law_two_exponentials(const double *alpha) {
    return (cm_law){.mean = 1,
                    .variance = (1 - *alpha) * (1 - *alpha) + *alpha * *alpha,
                    .tail = two_tail,
                    .quick = two_quick,
                    .with = alpha};
}

/* ---- layers of bits ---- */

static double layers_cumulant(const void *with, double t) {
    const cm_layers *l = with;
    double sum = 0;
    for (int i = 0; i < l->depth; i++)
        sum += log1p(l->share * expm1(t * l->weight[i]));
    return sum;
}

static double layers_slope(const void *with, double t) {
    const cm_layers *l = with;
    double sum = 0;
    for (int i = 0; i < l->depth; i++) {
        double odds = l->share / (1 - l->share) * exp(t * l->weight[i]);
        sum += l->weight[i] * odds / (1 + odds);
    }
    return sum;
}

/* exp(T_MOST * weight) must stay finite for weights of up to 64. */
static const double T_MOST = 10;

/* Beyond so many draws Chernoff's bound has to do: an exact tail takes time as their root. */
enum { DRAWS_MOST = 1 << 16, FINE = 2048 };

/* Sums of weights are whole numbers of units up to rounding. */
static const double CLOSE = 1e-6;

/* Whole weights in units of the greatest by `parts`; others are taken for the next greater one,
 * which can only raise the tail. */
static double in_units(const cm_layers *l, int parts, cm_bit_sum *out) {
    double most = 0;
    for (int i = 0; i < l->depth; i++)
        most = fmax(most, l->weight[i]);
    *out = (cm_bit_sum){.depth = l->depth, .share = l->share};
    for (int i = 0; i < l->depth; i++)
        out->weight[i] = (uint32_t)ceil(l->weight[i] / most * parts - CLOSE);
    return most / parts;
}

/* The peers' own weights are tenths of the depth less one, times whole numbers. */
static double exact_layers(const cm_layers *l, uint64_t n, double sum, cm_tilt tilt) {
    cm_bit_sum bits;
    bool whole = true;
    int parts = 10 * (l->depth > 1 ? l->depth - 1 : 1);
    double unit = in_units(l, parts, &bits);
    for (int i = 0; i < l->depth; i++)
        whole &= fabs(bits.weight[i] * unit - l->weight[i]) < CLOSE * unit;
    if (!whole)
        unit = in_units(l, FINE, &bits);
    double bound = tilt.ln_p;
    tilt.t *= unit;
    tilt.ln_p = -tilt.t * ceil(sum / unit - CLOSE);
    for (int i = 0; i < bits.depth; i++)
        tilt.ln_p += (double)n * log1p(l->share * expm1(tilt.t * bits.weight[i]));
    return fmin(bound, cm_log_bit_sum_tail(&bits, n, sum / unit - CLOSE, &tilt));
}

static double layers_tail_by(const cm_layers *l, uint64_t n, double sum, bool exact) {
    if (l->even)
        return cm_log_binomial_tail((uint64_t)sum, n * (uint64_t)l->depth, l->share);
    cm_tilt tilt = chernoff(l, n, sum, layers_cumulant, layers_slope, T_MOST);
    if (!exact || tilt.ln_p > WORTH_LN || n > DRAWS_MOST)
        return tilt.ln_p;
    return exact_layers(l, n, sum, tilt);
}

static double layers_tail(const void *with, uint64_t n, double sum) {
    return layers_tail_by(with, n, sum, true);
}

static double layers_quick(const void *with, uint64_t n, double sum) {
    return layers_tail_by(with, n, sum, false);
}

cm_law cm_law_layers(const cm_layers *layers) {
    cm_law law = {.tail = layers_tail, .quick = layers_quick, .with = layers};
    for (int i = 0; i < layers->depth; i++) {
        double w = layers->weight[i];
        law.mean += w * layers->share;
        law.variance += w * w * layers->share * (1 - layers->share);
    }
    return law;
}
