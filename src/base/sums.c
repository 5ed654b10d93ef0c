#include "base/sums.h"

#include <complex.h>
#include <math.h>

#include "base/tails.h"

/* ---- two gamma variables ---- */

/* a A is a mixture of gamma variables of scale b and shapes n, n + 1, …, with the probabilities of
 * a negative binomial (Moschopoulos 1985): all terms are positive, and nothing cancels. Shapes
 * follow each other by Q(m + 1, x) = Q(m, x) + e^-x x^m / m!. */
double cm_log_two_gamma_tail(uint64_t n, double a, double b, double sum, const cm_tilt *tilt) {
    double size = (double)n, ratio = b / a, x = sum / b;
    double weight = size * log(ratio), shape = 2 * size;
    double tail = cm_log_gamma_tail(shape, x);
    double step = shape * log(x) - x - cm_log_gamma(shape + 1);
    double total = -INFINITY;
    if (!(x > 0))
        return 0;
    for (double k = 0;; k++) {
        total = cm_log_add(total, weight + tail);
        double grows = (size + k) / (k + 1) * (1 - ratio);
        weight += log(grows);
        /* What is left is at most a geometric series, times 1. */
        if (grows < 1 && weight - log1p(-grows) < total - 40)
            return fmin(total, tilt->ln_p);
        tail = fmin(0, cm_log_add(tail, step));
        step += log(x) - log(shape + k + 1);
    }
}

/* ---- weighted bits ---- */

enum { POINTS_LEAST = 64 };

/* ln of the tilted characteristic function's n-th power; its real part is -INFINITY once it is
 * too small to matter. */
static double complex log_power(const cm_bit_sum *law, const double *tilted, double n,
                                double omega) {
    double size = 0, angle = 0;
    for (int l = 0; l < law->depth; l++) {
        double q = tilted[l], w = fmod(law->weight[l] * omega, 2 * 3.14159265358979323846);
        double c = cos(w), re = 1 - q + q * c, im = q * sin(w);
        size += n / 2 * log(re * re + im * im);
        if (!(size > -45))
            return -INFINITY;
        angle += atan2(im, re);
    }
    return size + I * n * angle;
}

/* The sum over the lattice from `least` on is the mean, around a circle, of the generating function
 * over (1 - e^-z) (Abate and Whitt 1992). As many points as keep the images, N apart, out. */
double cm_log_bit_sum_tail(const cm_bit_sum *law, uint64_t n, double least, const cm_tilt *tilt) {
    double tilted[CM_SUM_LAYERS], variance = 0, sum = 0, t = tilt->t, at = ceil(least);
    for (int l = 0; l < law->depth; l++) {
        double odds = law->share / (1 - law->share) * exp(t * law->weight[l]), w = law->weight[l];
        tilted[l] = isfinite(odds) ? odds / (1 + odds) : 1;
        variance += (double)n * w * w * tilted[l] * (1 - tilted[l]);
    }
    double points = fmax(POINTS_LEAST, ceil(fmax(60 / t, 24 * sqrt(variance))));
    for (double j = 0; j <= points / 2; j++) {
        double omega = 2 * 3.14159265358979323846 * j / points;
        double complex ln = log_power(law, tilted, (double)n, omega);
        if (!(creal(ln) > -45))
            continue;
        double twice = j > 0 && 2 * j < points ? 2 : 1;
        sum += twice * creal(cexp(ln - I * fmod(omega * at, 2 * 3.14159265358979323846)) /
                             (1 - cexp(-t - I * omega)));
    }
    return sum > 0 ? fmin(tilt->ln_p, tilt->ln_p + log(sum / points)) : tilt->ln_p;
}
