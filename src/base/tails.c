#include "base/tails.h"

#include <math.h>
#include <stdbool.h>

static const double LN_2 = 0.69314718055994530942;
static const double LN_SQRT_2PI = 0.91893853320467274178;
static const double SQRT_HALF = 0.70710678118654752440;
static const double LARGEST = 1e12;    /* beyond, the middle takes too long */
static const double EPSILON = 1e-17;   /* below what a sum near 1 can hold */
static const double SETTLED = 2.3e-16; /* one rounding from 1 */
static const double TINY = 1e-300;     /* stands in for 0 in Lentz's method */

/* --- sums of logarithms --- */

double cm_log1mexp(double x) {
    /* Mächler, "Accurately computing log(1 - exp(-|a|))", 2012. */
    return x > -LN_2 ? log(-expm1(x)) : log1p(-exp(x));
}

double cm_log_add(double a, double b) {
    double high = a > b ? a : b;
    double low = a > b ? b : a;
    if (isnan(a) || isnan(b))
        return NAN;
    return isinf(high) ? high : high + log1p(exp(low - high));
}

double cm_log_sum(const double *values, size_t n) {
    double high = -INFINITY;
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        if (!(values[i] <= high)) /* takes a NaN, too */
            high = values[i];
    if (!isfinite(high))
        return high;
    for (size_t i = 0; i < n; i++)
        sum += exp(values[i] - high);
    return high + log(sum);
}

/* --- gamma function --- */

/* ln Gamma(x) - ((x - 1/2) ln x - x + ln sqrt(2 pi)): the series in 1/x (DLMF 5.11.1) from 16 on,
 * where its seventh term is below 2e-18; below 16, stepped up to there. */
static double stirling_error(double x) {
    double below = 0;
    for (; x < 16; x++)
        below += (x + 0.5) * log1p(1 / x) - 1;
    double r = 1 / (x * x);
    double sum = 691.0 / 360360;
    sum = 1.0 / 1188 - r * sum;
    sum = 1.0 / 1680 - r * sum;
    sum = 1.0 / 1260 - r * sum;
    sum = 1.0 / 360 - r * sum;
    sum = 1.0 / 12 - r * sum;
    return below + sum / x;
}

double cm_log_gamma(double x) {
    if (!(x > 0))
        return NAN;
    if (isinf(x))
        return x;
    return (x - 0.5) * log(x) - x + LN_SQRT_2PI + stirling_error(x);
}

/* x ln(x / mean) + mean - x, without cancellation where x is near the mean (Loader's bd0); `excess`
 * is x - mean, which the caller may know better than by subtraction. */
static double deviance(double x, double mean, double excess) {
    if (x == 0)
        return mean;
    if (fabs(excess) >= 0.1 * (x + mean))
        return x * log(x / mean) - excess;
    double v = excess / (x + mean);
    double sum = excess * v;
    double term = 2 * x * v;
    for (int j = 3;; j += 2) {
        term *= v * v;
        double next = sum + term / j;
        if (next == sum)
            return sum;
        sum = next;
    }
}

/* ln(x^a e^-x / Gamma(a + 1)): the Poisson weight of a. */
static double log_poisson_weight(double a, double x) {
    return -stirling_error(a) - deviance(a, x, a - x) - LN_SQRT_2PI - 0.5 * log(a);
}

/* ln(x^a y^b / B(a, b)), with y = 1 - x and excess = a - (a + b) x. */
static double log_beta_weight(double a, double b, double x, double y, double excess) {
    double n = a + b;
    return stirling_error(n) - stirling_error(a) - stirling_error(b) - deviance(a, n * x, excess) -
           deviance(b, n * y, -excess) - LN_SQRT_2PI + 0.5 * (log(a) + log(b) - log(n));
}

/* --- continued fractions --- */

/* Modified Lentz for f = b0 + a1/(b1 + a2/(b2 + …)). */
typedef struct lentz {
    double f, c, d;
} lentz;

static lentz lentz_start(double b0) {
    double f = b0 != 0 ? b0 : TINY;
    return (lentz){.f = f, .c = f, .d = 0};
}

/* Takes in the next a and b. True while f still changes. */
static bool lentz_step(lentz *l, double a, double b) {
    double d = b + a * l->d;
    double c = b + a / l->c;
    l->d = 1 / (d != 0 ? d : TINY);
    l->c = c != 0 ? c : TINY;
    double factor = l->c * l->d;
    l->f *= factor;
    return fabs(factor - 1) > SETTLED;
}

/* --- gamma --- */

/* ln P(a, x), the lower tail, for x <= a + 1: x^a e^-x / Gamma(a + 1) (1 + x/(a + 1) + …). */
static double log_gamma_below(double a, double x) {
    double term = 1;
    double sum = 1;
    for (double i = a + 1; term > EPSILON * sum; i++) {
        term *= x / i;
        sum += term;
    }
    return log_poisson_weight(a, x) + log(sum);
}

/* ln Q(a, x) for x > a + 1. */
static double log_gamma_above(double a, double x) {
    lentz l = lentz_start(x + 1 - a);
    double i = 1;
    while (lentz_step(&l, -i * (i - a), x + 2 * i + 1 - a))
        i++;
    return log_poisson_weight(a, x) + log(a) - log(l.f);
}

double cm_log_gamma_tail(double a, double x) {
    if (isnan(x) || !(a > 0) || a > LARGEST)
        return NAN;
    if (x <= 0)
        return 0;
    if (isinf(x))
        return -INFINITY;
    if (x > a + 1)
        return log_gamma_above(a, x);
    return cm_log1mexp(log_gamma_below(a, x));
}

/* --- beta and binomial --- */

/* ln I_x(a, b) for x up to about the mean, with y = 1 - x. The even part of the continued fraction,
 * in terms of the excess (DiDonato and Morris, TOMS 708): as it stands in DLMF, it loses all digits
 * where x is near 1. */
static double log_beta_below(double a, double b, double x, double y) {
    /* The smaller of x and y is the one that has kept its digits. */
    double excess = x < y ? a - (a + b) * x : (a + b) * y - b;
    lentz l = lentz_start(a * (excess + 1) / (a + 1));
    for (double m = 1;; m++) {
        double s = a + 2 * m - 1;
        double w = m * (b - m) * x;
        double num = (a + m - 1) / s * ((a + b + m - 1) / s) * w * x;
        double den = m + w / s + (a + m) * (excess + 1 + m * (1 + y)) / (s + 2);
        if (!lentz_step(&l, num, den))
            break;
    }
    return log_beta_weight(a, b, x, y, excess) - log(l.f);
}

static double log_beta_with(double a, double b, double x, double y) {
    if (x <= 0)
        return -INFINITY;
    if (y <= 0)
        return 0;
    if (x * (a + b + 2) <= a + 1)
        return log_beta_below(a, b, x, y);
    return cm_log1mexp(log_beta_below(b, a, y, x));
}

double cm_log_beta(double a, double b, double x) {
    if (isnan(x) || !(a > 0) || !(b > 0) || a > LARGEST || b > LARGEST)
        return NAN;
    return log_beta_with(a, b, x, 1 - x);
}

double cm_log_binomial_tail(uint64_t k, uint64_t n, double p) {
    if (isnan(p) || (double)n > LARGEST)
        return NAN;
    if (k == 0)
        return 0;
    if (k > n)
        return -INFINITY;
    if (k == n)
        return p > 0 ? (double)n * log(p < 1 ? p : 1) : -INFINITY;
    return log_beta_with((double)k, (double)(n - k) + 1, p, 1 - p);
}

/* --- normal --- */

double cm_log_normal_tail(double z) {
    if (z < 6)
        return z > -1 ? log(0.5 * erfc(z * SQRT_HALF)) : log1p(-0.5 * erfc(-z * SQRT_HALF));
    /* Mills' ratio, DLMF 7.9.3 with z in place of sqrt(2) z: 1/(z + 1/(z + 2/(z + …))). */
    double ratio = z;
    for (int i = 60; i >= 1; i--)
        ratio = z + i / ratio;
    return -0.5 * z * z - LN_SQRT_2PI - log(ratio);
}
