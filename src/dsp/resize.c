/* Separable resampling: a table of taps for each axis, one pass over rows, one over columns. */
#include "dsp/resize.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/wide.h"
#include "dsp/axis.h"

static void resample_row(const float *restrict in, float *restrict out, int n, const cm_axis *a) {
    for (int i = 0; i < n; i++) {
        const float *src = in + a->first[i], *w = a->weight + (size_t)i * (size_t)a->taps;
        float sum = 0;
        for (int t = 0; t < a->taps; t++)
            sum += src[t] * w[t];
        out[i] = sum;
    }
}

/* The usual cases, two and four taps, unrolled so that they need not loop per sample. */
static void resample_row2(const float *restrict in, float *restrict out, int n, const cm_axis *a) {
    for (int i = 0; i < n; i++) {
        const float *src = in + a->first[i], *w = a->weight + (size_t)i * 2;
        out[i] = src[0] * w[0] + src[1] * w[1];
    }
}

static void resample_row4(const float *restrict in, float *restrict out, int n, const cm_axis *a) {
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

static void resample_line(const float *in, float *out, int n, const cm_axis *a) {
    if (a->taps == 4)
        resample_row4(in, out, n, a);
    else if (a->taps == 2)
        resample_row2(in, out, n, a);
    else
        resample_row(in, out, n, a);
}

struct cm_shrinker {
    cm_axis ax, ay;
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
    if (s->sum == NULL || !cm_axis_area(in_w, out->w, &s->ax) ||
        !cm_axis_area(in_h, out->h, &s->ay))
        return cm_fail_memory(err);
    memset(s->sum, 0, (size_t)in_w * sizeof *s->sum);
    return CM_OK;
}

void cm_shrinker_free(cm_shrinker *s) {
    if (s == NULL)
        return;
    cm_axis_free(&s->ax);
    cm_axis_free(&s->ay);
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
    cm_axis ax, ay;
    const cm_plane *in;
    int out_w;
    int held[GROWER_ROWS]; /* input row number i stands, widened, in line i % GROWER_ROWS */
    float *line[GROWER_ROWS];
};

typedef bool axis_maker(int in, int out, cm_axis *a);

static cm_code grower_new(const cm_plane *in, int out_w, int out_h, axis_maker *make,
                          cm_grower **out, cm_error *err) {
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
    return make(in->w, out_w, &g->ax) && make(in->h, out_h, &g->ay) ? CM_OK : cm_fail_memory(err);
}

cm_code cm_grower_new(const cm_plane *in, int out_w, int out_h, cm_grower **out, cm_error *err) {
    return grower_new(in, out_w, out_h, cm_axis_cubic, out, err);
}

void cm_grower_free(cm_grower *g) {
    if (g == NULL)
        return;
    cm_axis_free(&g->ax);
    cm_axis_free(&g->ay);
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

static cm_code grow(const cm_plane *in, const cm_plane *out, axis_maker *make, cm_error *err) {
    cm_grower *g;
    cm_code code = grower_new(in, out->w, out->h, make, &g, err);
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
    return grow(in, out, cm_axis_cubic, err);
}

cm_code cm_resize_linear(const cm_plane *in, const cm_plane *out, cm_error *err) {
    return grow(in, out, cm_axis_linear, err);
}
