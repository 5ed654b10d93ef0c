#include "text/laws.h"

#include <math.h>

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

static double chernoff(const void *with, uint64_t n, double sum, cumulant *k, derivative *slope,
                       double most) {
    double mean = sum / (double)n, low = 0, high = most;
    if (!(slope(with, 0) < mean))
        return 0;
    for (int i = 0; i < 60; i++) {
        double t = (low + high) / 2;
        if (slope(with, t) < mean)
            low = t;
        else
            high = t;
    }
    return fmin(0, (double)n * k(with, low) - low * sum);
}

static double two_cumulant(const void *with, double t) {
    const double *alpha = with;
    return -log1p(-t * (1 - *alpha)) - log1p(-t * *alpha);
}

static double two_slope(const void *with, double t) {
    const double *alpha = with;
    return (1 - *alpha) / (1 - t * (1 - *alpha)) + *alpha / (1 - t * *alpha);
}

static double two_tail(const void *with, uint64_t n, double sum) {
    const double *alpha = with, larger = fmax(*alpha, 1 - *alpha);
    if (larger >= 1)
        return cm_log_gamma_tail((double)n, sum);
    if (larger <= 0.5)
        return cm_log_gamma_tail(2 * (double)n, 2 * sum);
    return chernoff(with, n, sum, two_cumulant, two_slope, 1 / larger);
}

cm_law cm_law_two_exponentials(const double *alpha) {
    return (cm_law){.mean = 1,
                    .variance = (1 - *alpha) * (1 - *alpha) + *alpha * *alpha,
                    .tail = two_tail,
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

static double layers_tail(const void *with, uint64_t n, double sum) {
    const cm_layers *l = with;
    if (l->even)
        return cm_log_binomial_tail((uint64_t)sum, n * (uint64_t)l->depth, l->share);
    return chernoff(with, n, sum, layers_cumulant, layers_slope, T_MOST);
}

cm_law cm_law_layers(const cm_layers *layers) {
    cm_law law = {.tail = layers_tail, .with = layers};
    for (int i = 0; i < layers->depth; i++) {
        double w = layers->weight[i];
        law.mean += w * layers->share;
        law.variance += w * w * layers->share * (1 - layers->share);
    }
    return law;
}
