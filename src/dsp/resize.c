/* Separable resampling: a table of taps for each axis, one pass over rows, one over columns. */
#include "dsp/resize.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/wide.h"

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

CM_WIDE static void add_scaled(float *restrict out, const float *restrict in, float w, int n) {
    for (int i = 0; i < n; i++)
        out[i] += in[i] * w;
}

static void scale_row(float *restrict out, const float *restrict in, float w, int n) {
    for (int i = 0; i < n; i++)
        out[i] = in[i] * w;
}

CM_WIDE static void mix2(float *restrict out, const float *restrict a, const float *restrict b,
                         const float *w, int n) {
    for (int i = 0; i < n; i++)
        out[i] = a[i] * w[0] + b[i] * w[1];
}

/* out = w[0] a + w[1] b + w[2] c + w[3] d: one sweep, so that the sum stays in registers. */
CM_WIDE static void mix4(float *restrict out, const float *const *rows, const float *w, int n) {
    const float *restrict a = rows[0], *restrict b = rows[1];
    const float *restrict c = rows[2], *restrict d = rows[3];
    for (int i = 0; i < n; i++)
        out[i] = (a[i] * w[0] + b[i] * w[1]) + (c[i] * w[2] + d[i] * w[3]);
}

static void mix(float *out, const float *const *rows, const float *w, int taps, int n) {
    if (taps == 4) {
        mix4(out, rows, w, n);
    } else if (taps == 2) {
        mix2(out, rows[0], rows[1], w, n);
    } else {
        scale_row(out, rows[0], w[0], n);
        for (int t = 1; t < taps; t++)
            add_scaled(out, rows[t], w[t], n);
    }
}

static void resample_line(const float *in, float *out, int n, const axis *a) {
    if (a->taps == 4)
        resample_row4(in, out, n, a);
    else if (a->taps == 2)
        resample_row2(in, out, n, a);
    else
        resample_row(in, out, n, a);
}

struct cm_shrinker {
    axis ax, ay;
    const cm_plane *out;
    int in_w, in_h;
    int seen; /* input rows so far */
    int at;   /* the output row that is being summed */
    float *sum;
};

static float row_weight(const cm_shrinker *s, int i) {
    int t = s->seen - s->ay.first[i];
    return t >= 0 && t < s->ay.taps ? s->ay.weight[(size_t)i * (size_t)s->ay.taps + (size_t)t] : 0;
}

cm_code cm_shrinker_new(int in_w, int in_h, const cm_plane *out, cm_shrinker **result,
                        cm_error *err) {
    cm_shrinker *s = cm_calloc(1, sizeof *s);
    *result = s;
    if (s == NULL)
        return cm_fail_memory(err);
    s->out = out;
    s->in_w = in_w;
    s->in_h = in_h;
    s->sum = cm_alloc_aligned((size_t)in_w, sizeof *s->sum);
    if (s->sum == NULL || !axis_area(&s->ax, in_w, out->w) || !axis_area(&s->ay, in_h, out->h))
        return cm_fail_memory(err);
    memset(s->sum, 0, (size_t)in_w * sizeof *s->sum);
    return CM_OK;
}

void cm_shrinker_free(cm_shrinker *s) {
    if (s == NULL)
        return;
    axis_free(&s->ax);
    axis_free(&s->ay);
    free(s->sum);
    free(s);
}

/* An output row ends with the input row that its area ends in; what is left of that one begins the
 * next. */
void cm_shrinker_put(cm_shrinker *s, const float *row) {
    if (s->at >= s->out->h)
        return;
    add_scaled(s->sum, row, row_weight(s, s->at), s->in_w);
    bool last = s->seen + 1 == s->in_h;
    if (last || (double)(s->seen + 1) >= (double)(s->at + 1) * s->in_h / s->out->h) {
        resample_line(s->sum, cm_plane_row(s->out, s->at), s->out->w, &s->ax);
        s->at++;
        if (s->at < s->out->h)
            scale_row(s->sum, row, row_weight(s, s->at), s->in_w);
    }
    s->seen++;
}

enum { GROWER_ROWS = 4 };

struct cm_grower {
    axis ax, ay;
    const cm_plane *in;
    int out_w;
    int held[GROWER_ROWS]; /* input row number i stands, widened, in line i % GROWER_ROWS */
    float *line[GROWER_ROWS];
};

static cm_code grower_new(const cm_plane *in, int out_w, int out_h, double (*kernel)(double),
                          int reach, cm_grower **out, cm_error *err) {
    cm_grower *g = cm_calloc(1, sizeof *g);
    *out = g;
    if (g == NULL)
        return cm_fail_memory(err);
    g->in = in;
    g->out_w = out_w;
    for (int i = 0; i < GROWER_ROWS; i++) {
        g->held[i] = -1;
        g->line[i] = cm_alloc_aligned((size_t)out_w, sizeof *g->line[i]);
        if (g->line[i] == NULL)
            return cm_fail_memory(err);
    }
    return axis_kernel(&g->ax, in->w, out_w, kernel, reach) &&
                   axis_kernel(&g->ay, in->h, out_h, kernel, reach)
               ? CM_OK
               : cm_fail_memory(err);
}

cm_code cm_grower_new(const cm_plane *in, int out_w, int out_h, cm_grower **out, cm_error *err) {
    return grower_new(in, out_w, out_h, cubic, 2, out, err);
}

void cm_grower_free(cm_grower *g) {
    if (g == NULL)
        return;
    axis_free(&g->ax);
    axis_free(&g->ay);
    for (int i = 0; i < GROWER_ROWS; i++)
        free(g->line[i]);
    free(g);
}

void cm_grower_row(cm_grower *g, int y, float *out) {
    const float *rows[GROWER_ROWS] = {0}, *w = g->ay.weight + (size_t)y * (size_t)g->ay.taps;
    for (int t = 0; t < g->ay.taps; t++) {
        int i = g->ay.first[y] + t, slot = i % GROWER_ROWS;
        if (g->held[slot] != i)
            resample_line(cm_plane_row(g->in, i), g->line[slot], g->out_w, &g->ax);
        g->held[slot] = i;
        rows[t] = g->line[slot];
    }
    mix(out, rows, w, g->ay.taps, g->out_w);
}

static cm_code grow(const cm_plane *in, const cm_plane *out, double (*kernel)(double), int reach,
                    cm_error *err) {
    cm_grower *g;
    cm_code code = grower_new(in, out->w, out->h, kernel, reach, &g, err);
    for (int y = 0; y < out->h && code == CM_OK; y++)
        cm_grower_row(g, y, cm_plane_row(out, y));
    cm_grower_free(g);
    return code;
}

cm_code cm_resize_area(const cm_plane *in, const cm_plane *out, cm_error *err) {
    cm_shrinker *s;
    cm_code code = cm_shrinker_new(in->w, in->h, out, &s, err);
    for (int y = 0; y < in->h && code == CM_OK; y++)
        cm_shrinker_put(s, cm_plane_row(in, y));
    cm_shrinker_free(s);
    return code;
}

cm_code cm_resize_cubic(const cm_plane *in, const cm_plane *out, cm_error *err) {
    return grow(in, out, cubic, 2, err);
}

cm_code cm_resize_linear(const cm_plane *in, const cm_plane *out, cm_error *err) {
    return grow(in, out, linear, 1, err);
}
