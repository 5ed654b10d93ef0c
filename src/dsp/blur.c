#include "dsp/blur.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/wide.h"
#include "dsp/resize.h"

enum { MAX_RADIUS = 16 };

static int mirror(int i, int n) {
    if (n == 1)
        return 0;
    while (i < 0 || i >= n)
        i = i < 0 ? -i : 2 * n - 2 - i;
    return i;
}

static int gaussian_taps(float sigma, float *half) {
    int radius = (int)ceilf(3.5f * sigma);
    float sum = 0;
    if (radius > MAX_RADIUS)
        radius = MAX_RADIUS;
    for (int i = 0; i <= radius; i++) {
        half[i] = expf(-0.5f * (float)(i * i) / (sigma * sigma));
        sum += i == 0 ? half[i] : 2 * half[i];
    }
    for (int i = 0; i <= radius; i++)
        half[i] /= sum;
    return radius;
}

/* The samples at distance t on either side of the row or column that is blurred. */
typedef struct taps {
    const float *lo[MAX_RADIUS + 1], *hi[MAX_RADIUS + 1];
} taps;

/* Symmetric taps share a multiplication. Three pairs to a sweep: few enough for the vectoriser, and
 * `out` is loaded and stored a third as often. */
CM_WIDE static void sum_taps(const taps *at, const float *half, int radius, float *restrict out,
                             int n) {
    const float *restrict mid = at->lo[0];
    for (int x = 0; x < n; x++)
        out[x] = half[0] * mid[x];
    int t = 1;
    for (; t + 2 <= radius; t += 3) {
        const float *restrict a = at->lo[t], *restrict b = at->hi[t];
        const float *restrict c = at->lo[t + 1], *restrict d = at->hi[t + 1];
        const float *restrict e = at->lo[t + 2], *restrict f = at->hi[t + 2];
        float u = half[t], v = half[t + 1], w = half[t + 2];
        for (int x = 0; x < n; x++)
            out[x] += u * (a[x] + b[x]) + v * (c[x] + d[x]) + w * (e[x] + f[x]);
    }
    for (; t <= radius; t++) {
        const float *restrict a = at->lo[t], *restrict b = at->hi[t];
        float u = half[t];
        for (int x = 0; x < n; x++)
            out[x] += u * (a[x] + b[x]);
    }
}

/* `padded` holds `radius` mirrored samples on either side of the row. */
static void blur_row(const float *padded, float *out, int n, const float *half, int radius) {
    taps at;
    for (int t = 0; t <= radius; t++) {
        at.lo[t] = padded + radius - t;
        at.hi[t] = padded + radius + t;
    }
    sum_taps(&at, half, radius, out, n);
}

static void pad_row(const float *row, int n, int radius, float *padded) {
    memcpy(padded + radius, row, (size_t)n * sizeof *row);
    for (int i = 1; i <= radius; i++) {
        padded[radius - i] = row[mirror(-i, n)];
        padded[radius + n - 1 + i] = row[mirror(n - 1 + i, n)];
    }
}

/* Rows blurred along themselves, as many as the columns' taps reach over: they stay in the cache.
 * Row i stands in line i modulo their number. */
typedef struct lines {
    float *line, *padded;
    int w, count;
} lines;

static float *line_of(const lines *l, int i) {
    return l->line + (size_t)(i % l->count) * (size_t)l->w;
}

static void blur_columns(const lines *l, int y, int h, float *out, const float *half, int radius) {
    taps at;
    for (int t = 0; t <= radius; t++) {
        at.lo[t] = line_of(l, mirror(y - t, h));
        at.hi[t] = line_of(l, mirror(y + t, h));
    }
    sum_taps(&at, half, radius, out, l->w);
}

static cm_code lines_new(int w, int radius, lines *l, cm_error *err) {
    *l = (lines){.w = w, .count = 2 * radius + 1};
    l->line = cm_alloc_aligned((size_t)w * (size_t)(l->count), sizeof *l->line);
    l->padded = cm_alloc_aligned((size_t)w + 2 * MAX_RADIUS, sizeof *l->padded);
    return l->line != NULL && l->padded != NULL ? CM_OK : cm_fail_memory(err);
}

static void lines_free(lines *l) {
    free(l->line);
    free(l->padded);
}

/* Every `step`-th sample of every `step`-th row. A row of `out` is written after those of `in` as
 * far down were read: they may be the same plane. */
static cm_code blur_fir(const cm_plane *in, float sigma, int step, cm_plane *out, cm_error *err) {
    float half[MAX_RADIUS + 1];
    int radius = gaussian_taps(sigma, half), next = 0;
    lines l;
    cm_code code = lines_new(in->w, radius, &l, err);
    for (int y = 0; y < in->h && code == CM_OK; y += step) {
        float *row = cm_plane_row(out, y / step);
        for (; next < in->h && next <= y + radius; next++) {
            pad_row(cm_plane_row(in, next), in->w, radius, l.padded);
            blur_row(l.padded, line_of(&l, next), in->w, half, radius);
        }
        blur_columns(&l, y, in->h, step == 1 ? row : l.padded, half, radius);
        for (int x = 0; step > 1 && x < out->w; x++)
            row[x] = l.padded[x * step];
    }
    lines_free(&l);
    return code;
}

/* A wide blur needs no fine grid: shrink by `by` with area means, blur there, interpolate back. The
 * area mean and the interpolation blur too; their variance is taken off. */
static cm_code blur_coarse(const cm_plane *in, float sigma, int by, cm_plane *out, cm_error *err) {
    cm_plane small = cm_plane_new((in->w + by - 1) / by, (in->h + by - 1) / by);
    if (small.data == NULL)
        return cm_fail_memory(err);
    float step = (float)by;
    float rest = sigma * sigma - (step * step - 1) / 12 - step * step / 6;
    cm_code code = cm_resize_area(in, &small, err);
    if (code == CM_OK)
        code = blur_fir(&small, sqrtf(rest) / step, 1, &small, err);
    if (code == CM_OK)
        code = cm_resize_linear(&small, out, err);
    cm_plane_free(&small);
    return code;
}

cm_code cm_blur(const cm_plane *in, float sigma, cm_plane *out, cm_error *err) {
    enum { COARSE_LEAST = 64 }; /* narrower planes gain nothing from a coarse grid */
    bool wide = in->w >= COARSE_LEAST && in->h >= COARSE_LEAST;
    if (wide && sigma >= 6)
        return blur_coarse(in, sigma, 4, out, err);
    if (wide && sigma > 3)
        return blur_coarse(in, sigma, 2, out, err);
    return blur_fir(in, sigma, 1, out, err);
}

cm_code cm_blur_halved(const cm_plane *in, float sigma, cm_plane *out, cm_error *err) {
    return blur_fir(in, sigma, 2, out, err);
}

/* Running sums along rows. */
static void box_rows(const cm_plane *in, int radius, cm_plane *out, float *padded) {
    float scale = 1.0f / (float)(2 * radius + 1);
    for (int y = 0; y < in->h; y++) {
        float *row = cm_plane_row(out, y);
        double sum = 0;
        pad_row(cm_plane_row(in, y), in->w, radius, padded);
        for (int i = 0; i < 2 * radius; i++)
            sum += (double)padded[i];
        for (int x = 0; x < in->w; x++) {
            sum += (double)padded[x + 2 * radius];
            row[x] = (float)sum * scale;
            sum -= (double)padded[x];
        }
    }
}

/* Running sums along columns, a whole row of them at a time. */
static void box_columns(const cm_plane *in, int radius, cm_plane *out, double *sums) {
    float scale = 1.0f / (float)(2 * radius + 1);
    memset(sums, 0, (size_t)in->w * sizeof *sums);
    for (int y = -radius; y < radius; y++) {
        const float *row = cm_plane_row(in, mirror(y, in->h));
        for (int x = 0; x < in->w; x++)
            sums[x] += (double)row[x];
    }
    for (int y = 0; y < in->h; y++) {
        const float *enter = cm_plane_row(in, mirror(y + radius, in->h));
        const float *leave = cm_plane_row(in, mirror(y - radius, in->h));
        float *row = cm_plane_row(out, y);
        for (int x = 0; x < in->w; x++) {
            sums[x] += (double)enter[x];
            row[x] = (float)sums[x] * scale;
            sums[x] -= (double)leave[x];
        }
    }
}

cm_code cm_blur_box(const cm_plane *in, int radius, cm_plane *out, cm_error *err) {
    cm_plane rows = cm_plane_new(in->w, in->h);
    float *padded = cm_alloc_aligned((size_t)in->w + 2 * (size_t)radius, sizeof *padded);
    double *sums = cm_alloc_aligned((size_t)in->w, sizeof *sums);
    cm_code code = CM_OK;
    if (rows.data == NULL || padded == NULL || sums == NULL) {
        code = cm_fail_memory(err);
    } else {
        box_rows(in, radius, &rows, padded);
        box_columns(&rows, radius, out, sums);
    }
    cm_plane_free(&rows);
    free(padded);
    free(sums);
    return code;
}
