#include "foreign/chance.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/tails.h"

/* Any tilt gives a bound. The best is looked for among powers of e. */
static const double LEAST_TILT = -3, MOST_TILT = 12;
enum { STEPS = 30 };

/* Means that change places with one another, sorted from the greatest on; `ones` of them are taken
 * by an arrangement. */
typedef struct draw {
    double means[CM_CHANCE_BITS_MAX];
    size_t n, ones;
    double sum;    /* of those that the payload takes */
    double middle; /* between the least that the best arrangement takes and the next */
} draw;

typedef struct draws {
    draw *of;
    size_t count;
} draws;

static int descending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

static double log_choices(size_t n, size_t k) {
    return cm_log_gamma((double)n + 1) - cm_log_gamma((double)k + 1) -
           cm_log_gamma((double)(n - k) + 1);
}

/* ln P(S = ones), S the number of heads of n coins that fall on heads with odds e^x[i] : 1. */
static double log_heads(const double *x, size_t n, size_t ones) {
    double p[CM_CHANCE_BITS_MAX + 1] = {1};
    for (size_t i = 0; i < n; i++) {
        double head = 1 / (1 + exp(-x[i])), tail = 1 / (1 + exp(x[i]));
        for (size_t k = ones; k > 0; k--)
            p[k] = p[k] * tail + p[k - 1] * head;
        p[0] *= tail;
    }
    return log(p[ones]);
}

/* Chernoff's bound: E[e^(tilt (T - t))], which is the elementary symmetric polynomial of the
 * e^(tilt mean) over the number of arrangements. Coins that fall on heads about `ones` times of n
 * bring it into the range of doubles. */
static double bound(const draw *d, double tilt) {
    double x[CM_CHANCE_BITS_MAX], scale = 0;
    for (size_t i = 0; i < d->n; i++) {
        x[i] = tilt * (d->means[i] - d->middle);
        scale += fmax(x[i], 0) + log1p(exp(-fabs(x[i])));
    }
    return scale + log_heads(x, d->n, d->ones) - log_choices(d->n, d->ones) -
           tilt * (d->sum - (double)d->ones * d->middle);
}

/* The sums of several draws that don't depend on one another: their bounds multiply. */
static double bound_of_all(const draws *all, double log_tilt) {
    double sum = 0;
    for (size_t i = 0; i < all->count; i++)
        sum += bound(&all->of[i], exp(log_tilt));
    return sum;
}

/* Golden section. */
static double least_bound(const draws *d) {
    const double ratio = 0.61803398874989484820;
    double low = LEAST_TILT, high = MOST_TILT;
    double a = high - ratio * (high - low), b = low + ratio * (high - low);
    double at_a = bound_of_all(d, a), at_b = bound_of_all(d, b);
    for (int i = 0; i < STEPS; i++)
        if (at_a < at_b) {
            high = b;
            b = a;
            at_b = at_a;
            a = high - ratio * (high - low);
            at_a = bound_of_all(d, a);
        } else {
            low = a;
            a = b;
            at_a = at_b;
            b = low + ratio * (high - low);
            at_b = bound_of_all(d, b);
        }
    return fmin(0, fmin(at_a, at_b));
}

/* The means of places first, first + period, …; false where the payload leaves no choice. Adds to
 * `excess` how much more the payload takes than is expected. */
static bool draw_from(const double *means, const uint8_t *payload, size_t n, size_t first,
                      size_t period, draw *d, double *excess) {
    double all = 0;
    *d = (draw){0};
    for (size_t i = first; i < n; i += period) {
        d->means[d->n++] = means[i];
        all += means[i];
        d->sum += payload[i] != 0 ? means[i] : 0;
        d->ones += payload[i] != 0;
    }
    if (d->ones == 0 || d->ones == d->n)
        return false;
    *excess += d->sum - all * (double)d->ones / (double)d->n;
    qsort(d->means, d->n, sizeof d->means[0], descending);
    d->middle = (d->means[d->ones - 1] + d->means[d->ones]) / 2;
    return d->means[0] > d->means[d->n - 1]; /* else any arrangement takes the same */
}

double cm_chance_of_match(const double *means, const uint8_t *payload, size_t n, size_t period) {
    draw of[CM_CHANCE_PERIOD_MAX];
    draws d = {.of = of};
    double excess = 0;
    for (size_t first = 0; first < period; first++)
        if (draw_from(means, payload, n, first, period, &of[d.count], &excess))
            d.count++;
    return d.count > 0 && excess > 0 ? least_bound(&d) : 0;
}
