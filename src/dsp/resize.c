/* Separable resampling: a table of taps for each axis, one pass over rows, one over columns. */
#include "dsp/resize.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Output sample i reads `taps` input samples from `first[i]` on, with weights weight[i * taps …].
 */
typedef struct axis {
    int taps;
    int *first;
    float *weight;
} axis;

static void axis_free(axis *a) {
    free(a->first);
    free(a->weight);
}

static bool axis_alloc(axis *a, int out, int taps) {
    a->taps = taps;
    a->first = cm_calloc((size_t)out, sizeof *a->first);
    a->weight = cm_calloc((size_t)out * (size_t)taps, sizeof *a->weight);
    return a->first != NULL && a->weight != NULL;
}

static bool axis_area(axis *a, int in, int out) {
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
static bool axis_kernel(axis *a, int in, int out, double (*kernel)(double), int reach) {
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

static void resample_row(const float *restrict in, float *restrict out, int n, const axis *a) {
    for (int i = 0; i < n; i++) {
        const float *src = in + a->first[i], *w = a->weight + (size_t)i * (size_t)a->taps;
        float sum = 0;
        for (int t = 0; t < a->taps; t++)
            sum += src[t] * w[t];
        out[i] = sum;
    }
}

/* The usual cases, two and four taps, unrolled so that they need not loop per sample. */
static void resample_row2(const float *restrict in, float *restrict out, int n, const axis *a) {
    for (int i = 0; i < n; i++) {
        const float *src = in + a->first[i], *w = a->weight + (size_t)i * 2;
        out[i] = src[0] * w[0] + src[1] * w[1];
    }
}

static void resample_row4(const float *restrict in, float *restrict out, int n, const axis *a) {
    for (int i = 0; i < n; i++) {
        const float *src = in + a->first[i], *w = a->weight + (size_t)i * 4;
        out[i] = (src[0] * w[0] + src[1] * w[1]) + (src[2] * w[2] + src[3] * w[3]);
    }
}

static void add_scaled(float *restrict out, const float *restrict in, float w, int n) {
    for (int i = 0; i < n; i++)
        out[i] += in[i] * w;
}

static void mix2(float *restrict out, const float *restrict a, const float *restrict b,
                 const float *w, int n) {
    for (int i = 0; i < n; i++)
        out[i] = a[i] * w[0] + b[i] * w[1];
}

/* out = w[0] a + w[1] b + w[2] c + w[3] d: one sweep, so that the sum stays in registers. */
static void mix4(float *restrict out, const float *const *rows, const float *w, int n) {
    const float *restrict a = rows[0], *restrict b = rows[1];
    const float *restrict c = rows[2], *restrict d = rows[3];
    for (int i = 0; i < n; i++)
        out[i] = (a[i] * w[0] + b[i] * w[1]) + (c[i] * w[2] + d[i] * w[3]);
}

/* Sums the rows under the taps of output row i into `out`. */
static void resample_column(const cm_plane *in, const axis *a, int i, float *out) {
    const float *w = a->weight + (size_t)i * (size_t)a->taps;
    if (a->taps == 4) {
        const float *rows[4];
        for (int t = 0; t < 4; t++)
            rows[t] = cm_plane_row(in, a->first[i] + t);
        mix4(out, rows, w, in->w);
        return;
    }
    if (a->taps == 2) {
        mix2(out, cm_plane_row(in, a->first[i]), cm_plane_row(in, a->first[i] + 1), w, in->w);
        return;
    }
    memset(out, 0, (size_t)in->w * sizeof *out);
    for (int t = 0; t < a->taps; t++)
        if (w[t] != 0)
            add_scaled(out, cm_plane_row(in, a->first[i] + t), w[t], in->w);
}

static void resample_line(const float *in, float *out, int n, const axis *a) {
    if (a->taps == 4)
        resample_row4(in, out, n, a);
    else if (a->taps == 2)
        resample_row2(in, out, n, a);
    else
        resample_row(in, out, n, a);
}

/* Shrinking: columns first. That pass vectorises, and leaves fewer samples for the other. */
static void shrink(const cm_plane *in, const cm_plane *out, const axis *ax, const axis *ay,
                   float *line) {
    for (int y = 0; y < out->h; y++) {
        resample_column(in, ay, y, line);
        resample_line(line, cm_plane_row(out, y), out->w, ax);
    }
}

/* Growing: rows first, for the same reason. */
static void grow(const cm_plane *in, const cm_plane *out, const axis *ax, const axis *ay,
                 const cm_plane *wide) {
    for (int y = 0; y < in->h; y++)
        resample_line(cm_plane_row(in, y), cm_plane_row(wide, y), out->w, ax);
    for (int y = 0; y < out->h; y++)
        resample_column(wide, ay, y, cm_plane_row(out, y));
}

static cm_code resample(const cm_plane *in, const cm_plane *out, const axis *ax, const axis *ay,
                        cm_error *err) {
    bool growing = out->h > in->h;
    cm_plane scratch = growing ? cm_plane_new(out->w, in->h) : cm_plane_new(in->w, 1);
    if (scratch.data == NULL)
        return cm_fail_memory(err);
    if (growing)
        grow(in, out, ax, ay, &scratch);
    else
        shrink(in, out, ax, ay, scratch.data);
    cm_plane_free(&scratch);
    return CM_OK;
}

static cm_code run(const cm_plane *in, const cm_plane *out, axis *ax, axis *ay, bool ready,
                   cm_error *err) {
    cm_code code = ready ? resample(in, out, ax, ay, err) : cm_fail_memory(err);
    axis_free(ax);
    axis_free(ay);
    return code;
}

cm_code cm_resize_area(const cm_plane *in, const cm_plane *out, cm_error *err) {
    axis ax = {0}, ay = {0};
    bool ready = axis_area(&ax, in->w, out->w) && axis_area(&ay, in->h, out->h);
    return run(in, out, &ax, &ay, ready, err);
}

cm_code cm_resize_cubic(const cm_plane *in, const cm_plane *out, cm_error *err) {
    axis ax = {0}, ay = {0};
    bool ready =
        axis_kernel(&ax, in->w, out->w, cubic, 2) && axis_kernel(&ay, in->h, out->h, cubic, 2);
    return run(in, out, &ax, &ay, ready, err);
}

cm_code cm_resize_linear(const cm_plane *in, const cm_plane *out, cm_error *err) {
    axis ax = {0}, ay = {0};
    bool ready =
        axis_kernel(&ax, in->w, out->w, linear, 1) && axis_kernel(&ay, in->h, out->h, linear, 1);
    return run(in, out, &ax, &ay, ready, err);
}
