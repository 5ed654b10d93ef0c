#include "foreign/read.h"

#include <math.h>

enum { ROUNDS_MAX = 300 };

void cm_read_means(const uint8_t *said, size_t blocks, double full, double *means, size_t n) {
    for (size_t i = 0; i < n; i++) {
        uint64_t sum = 0, count = 0;
        for (size_t k = i; k < blocks; k += n) {
            sum += said[k];
            count++;
        }
        means[i] = (double)sum / ((double)count * full);
    }
}

void cm_read_fixed(const double *means, size_t n, uint8_t *bits) {
    for (size_t i = 0; i < n; i++)
        bits[i] = means[i] * 255 > 127;
}

/* The mean of the values on one side of t. */
static double side_mean(const double *values, size_t n, double t, bool above) {
    double sum = 0;
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        if ((values[i] > t) == above) {
            sum += values[i];
            count++;
        }
    return sum / (double)count;
}

static double share_between(const double *means, size_t n, double low, double high, double t) {
    double all = side_mean(means, n, -INFINITY, true), within = 0, total = 0;
    for (size_t i = 0; i < n; i++) {
        double off = means[i] - (means[i] > t ? high : low);
        within += off * off;
        total += (means[i] - all) * (means[i] - all);
    }
    return total > 0 ? fmax(0, 1 - within / total) : 0;
}

double cm_read_clusters(const double *means, size_t n, uint8_t *bits) {
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        low = fmin(low, means[i]);
        high = fmax(high, means[i]);
        bits[i] = 0;
    }
    if (!(low < high))
        return 0;
    double t = (low + high) / 2, was = INFINITY;
    for (int round = 0; round < ROUNDS_MAX && !(fabs(t - was) < 1e-6); round++) {
        was = t;
        low = side_mean(means, n, t, false);
        high = side_mean(means, n, t, true);
        t = (low + high) / 2;
    }
    for (size_t i = 0; i < n; i++)
        bits[i] = means[i] > t;
    return share_between(means, n, low, high, t);
}
