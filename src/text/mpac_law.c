#include "text/mpac_law.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/tails.h"

uint64_t cm_mpac_best(const cm_mpac_counts *c, uint8_t *digits) {
    uint64_t hits = 0;
    for (int p = 0; p < c->positions; p++) {
        digits[p] = 0;
        for (int k = 1; k < c->base; k++)
            if (c->coloured[p][k] > c->coloured[p][digits[p]])
                digits[p] = (uint8_t)k;
        hits += c->coloured[p][digits[p]];
    }
    return hits;
}

double cm_mpac_share(uint32_t length, uint32_t vocabulary, uint32_t together) {
    uint32_t others = together > 0 ? together - 1 : 0;
    uint32_t left = vocabulary > others ? vocabulary - others : 1;
    return length < left ? (double)length / left : 1;
}

/* ---- P(best message) ----
 * Digit by digit, its greatest count is at least k with a probability of at most
 * t_k = min(1, base P(binomial >= k)), whatever the digits before it had. So the sum is bounded by
 * that of independent variables with these tails, which Chernoff's bound is taken of; and the whole
 * by all messages' binomial tails together. Both bound the same probability: the lesser one does.
 */

/* Longer texts have evidence enough for the second bound alone. */
enum { CHERNOFF_MOST = 1 << 16 };

/* t_1 to t_n as logarithms, in tail[0..n-1]. */
static void fill_tails(int base, double share, uint32_t n, double *tail) {
    for (uint32_t k = 1; k <= n; k++)
        tail[k - 1] = fmin(0, log(base) + cm_log_binomial_tail(k, n, share));
}

/* ln E e^(t M), M with these tails: 1 + the sum over k of t_k (e^(t k) - e^(t (k - 1))). */
static double cumulant(const double *tail, uint32_t n, double t) {
    double most = 0, sum = 0;
    for (uint32_t k = 1; k <= n; k++)
        most = fmax(most, tail[k - 1] + t * k);
    for (uint32_t k = 1; k <= n; k++)
        sum += exp(tail[k - 1] + t * k - most);
    return most + log(exp(-most) - expm1(-t) * sum);
}

static double exponent(const cm_mpac_counts *c, const double *tails, double t, uint64_t hits) {
    double sum = -t * (double)hits;
    for (int p = 0; p < c->positions; p++) {
        sum += cumulant(tails, c->scored[p], t);
        tails += c->scored[p];
    }
    return sum;
}

/* Any t gives a valid bound. The exponent is convex in t: thirds are cut off where it is greater.
 */
static double chernoff(const cm_mpac_counts *c, const double *tails, uint64_t hits) {
    double low = 0, high = 12;
    for (int i = 0; i < 40; i++) {
        double a = low + (high - low) / 3, b = high - (high - low) / 3;
        if (exponent(c, tails, a, hits) < exponent(c, tails, b, hits))
            high = b;
        else
            low = a;
    }
    return fmin(0, exponent(c, tails, low, hits));
}

cm_code cm_mpac_tail(const cm_mpac_counts *c, double share, uint64_t hits, double *out,
                     cm_error *err) {
    uint64_t n = 0;
    for (int p = 0; p < c->positions; p++)
        n += c->scored[p];
    *out = fmin(0, c->positions * log(c->base) + cm_log_binomial_tail(hits, n, share));
    if (n > CHERNOFF_MOST)
        return CM_OK;
    double *tails = cm_calloc(n, sizeof *tails), *tail = tails;
    if (tails == NULL)
        return cm_fail_memory(err);
    for (int p = 0; p < c->positions; p++) {
        fill_tails(c->base, share, c->scored[p], tail);
        tail += c->scored[p];
    }
    *out = fmin(*out, chernoff(c, tails, hits));
    free(tails);
    return CM_OK;
}

/* ---- which message ---- */

enum { STRENGTHS = 64 };

static const double NO_MARK_WEIGHT = 1000;

/* ln of how much likelier the colours of a digit's tokens are if it has this value and such tokens
 * come with probability q. */
static double ratio(const cm_mpac_counts *c, int position, int value, double share, double q) {
    double hits = c->coloured[position][value], n = c->scored[position];
    return hits * log(q / share) + (n - hits) * log((1 - q) / (1 - share));
}

double cm_mpac_posterior(const cm_mpac_counts *c, double share, const uint8_t *digits) {
    double this = -INFINITY, all = log(NO_MARK_WEIGHT * STRENGTHS);
    for (int i = 1; i <= STRENGTHS; i++) {
        double q = share + (1 - share) * i / (STRENGTHS + 1), one = 0, sum = 0;
        for (int p = 0; p < c->positions; p++) {
            double values = -INFINITY;
            for (int v = 0; v < c->base; v++)
                values = cm_log_add(values, ratio(c, p, v, share, q));
            one += ratio(c, p, digits[p], share, q) - log(c->base);
            sum += values - log(c->base);
        }
        this = cm_log_add(this, one);
        all = cm_log_add(all, sum);
    }
    return exp(this - all);
}
