#include "dsp/axis.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/mem.h"

void cm_axis_free(cm_axis *a) {
    free(a->first);
    free(a->weight);
}

static bool axis_alloc(cm_axis *a, int out, int taps) {
    a->taps = taps;
    a->first = cm_calloc((size_t)out, sizeof *a->first);
    a->weight = cm_calloc((size_t)out * (size_t)taps, sizeof *a->weight);
    return a->first != NULL && a->weight != NULL;
}

bool cm_axis_area(int in, int out, cm_axis *a) {
    double scale = (double)in / out;
    int taps = (int)ceil(scale) + 1;
    if (taps > in)
        taps = in;
    if (!axis_alloc(a, out, taps))
        return false;
    for (int i = 0; i < out; i++) {
        double from = i * scale, to = (i + 1) * scale;
        int first = (int)from;
        if (first > in - taps)
            first = in - taps;
        a->first[i] = first;
        for (int t = 0; t < taps; t++) {
            double lo = fmax(from, first + t), hi = fmin(to, first + t + 1);
            a->weight[(size_t)i * (size_t)taps + (size_t)t] = (float)(fmax(0, hi - lo) / scale);
        }
    }
    return true;
}

static double cubic(double x) {
    const double a = -0.75;
    x = fabs(x);
    if (x <= 1)
        return ((a + 2) * x - (a + 3)) * x * x + 1;
    if (x < 2)
        return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
    return 0;
}

static double linear(double x) {
    x = fabs(x);
    return x < 1 ? 1 - x : 0;
}

/* An interpolating kernel of `reach` samples to each side; taps that fall outside are folded onto
 * the border sample. */
static bool axis_kernel(cm_axis *a, int in, int out, double (*kernel)(double), int reach) {
    int taps = 2 * reach < in ? 2 * reach : in;
    if (!axis_alloc(a, out, taps))
        return false;
    for (int i = 0; i < out; i++) {
        double at = (i + 0.5) * in / out - 0.5;
        int lowest = (int)floor(at) - reach + 1;
        int first = lowest < 0 ? 0 : lowest > in - taps ? in - taps : lowest;
        a->first[i] = first;
        for (int j = lowest; j < lowest + 2 * reach; j++) {
            int k = j < 0 ? 0 : j >= in ? in - 1 : j;
            a->weight[(size_t)i * (size_t)taps + (size_t)(k - first)] += (float)kernel(at - j);
        }
    }
    return true;
}

bool cm_axis_cubic(int in, int out, cm_axis *a) {
    return axis_kernel(a, in, out, cubic, 2);
}

bool cm_axis_linear(int in, int out, cm_axis *a) {
    return axis_kernel(a, in, out, linear, 1);
}
