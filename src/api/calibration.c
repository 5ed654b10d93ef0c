#include "api/calibration.h"

#include <math.h>
#include <string.h>

#include "base/tails.h"

static const double ALPHA = 0.05;

/* A level counts only where at least this many chunks would reach it by chance, and only from 1/10
 * on: of rates that are known less well, or logarithms that are near 0, the power would be mostly
 * the uncertainty. */
static const double EXPECTED_LEAST = 30;
enum { FIRST_LEVEL = 1 };

double cm_rate_upper(uint64_t hits, uint64_t n) {
    double low = n > 0 ? (double)hits / (double)n : 0, high = 1;
    if (hits >= n)
        return 1;
    for (int i = 0; i < 60; i++) {
        double rate = (low + high) / 2;
        /* P(X <= hits) at this rate, by the tail above it. */
        double below = -expm1(cm_log_binomial_tail(hits + 1, n, rate));
        if (below > ALPHA)
            low = rate;
        else
            high = rate;
    }
    return high;
}

static double level(int i) {
    return pow(10, -0.5 * (i + 1));
}

double cm_calibration_power(const cm_calibration_bucket *b) {
    double power = 1;
    for (int i = FIRST_LEVEL; i < CM_LEVELS && level(i) * (double)b->chunks >= EXPECTED_LEAST; i++)
        power = fmin(power, log(cm_rate_upper(b->hits[i], b->chunks)) / log(level(i)));
    return power;
}

static bool is_usable(const cm_calibration_bucket *b) {
    return level(FIRST_LEVEL) * (double)b->chunks >= EXPECTED_LEAST;
}

double cm_calibration_power_at(const cm_calibration *c, uint64_t tokens) {
    const cm_calibration_bucket *below = NULL, *above = NULL;
    for (int i = 0; i < CM_BUCKETS; i++) {
        const cm_calibration_bucket *b = &c->buckets[i];
        if (!is_usable(b))
            continue;
        if (b->tokens <= tokens)
            below = b;
        else if (above == NULL)
            above = b;
    }
    double power = 1;
    if (below != NULL)
        power = fmin(power, cm_calibration_power(below));
    if (above != NULL)
        power = fmin(power, cm_calibration_power(above));
    return power;
}

bool cm_calibration_fits(const cm_calibration *c, const cm_text_inspector *inspector) {
    return strcmp(c->identity, inspector->identity) == 0;
}
