#include "detect/spectrum.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "dsp/blur.h"
#include "dsp/fft.h"
#include "dsp/resize.h"

static const float TAPER = 0.1f;                 /* of a window's side, at either end */
static const float POWER_CLIP = 4;               /* before the local mean is taken again */
static const float RATIO_CLIP = 5;               /* power against local mean */
static const float LEVELS = 40, ZERO_LEVEL = 60; /* quantisation of (ratio - 1) */
enum { DECIMATE = 8, LOCAL_RADIUS = 4 /* decimated bins: 72 bins in all */ };

typedef struct work {
    int n;
    cm_plane window; /* n x n, zero-padded; then scratch */
    cm_plane power;  /* n x n, frequency 0 in the middle */
    cm_plane local;  /* n x n */
    cm_plane coarse; /* decimated */
    cm_plane sum;    /* of all windows */
    cm_complex *half;
    cm_fft *fft;
} work;

static cm_code work_new(int n, work *w, cm_error *err) {
    *w = (work){.n = n};
    w->window = cm_plane_new(n, n);
    w->power = cm_plane_new(n, n);
    w->local = cm_plane_new(n, n);
    w->coarse = cm_plane_new(n / DECIMATE, n / DECIMATE);
    w->sum = cm_plane_new(n, n);
    w->half = cm_alloc_aligned((size_t)n * (size_t)(n / 2 + 1), sizeof *w->half);
    if (w->window.data == NULL || w->power.data == NULL || w->local.data == NULL ||
        w->coarse.data == NULL || w->sum.data == NULL || w->half == NULL)
        return cm_fail_memory(err);
    memset(w->sum.data, 0, cm_plane_size(&w->sum) * sizeof(float));
    return cm_fft_new(CM_FFT_FORWARD_REAL, n, n, &w->fft, err);
}

static void work_free(work *w) {
    cm_plane_free(&w->window);
    cm_plane_free(&w->power);
    cm_plane_free(&w->local);
    cm_plane_free(&w->coarse);
    cm_plane_free(&w->sum);
    free(w->half);
    cm_fft_free(w->fft);
}

static float taper(int i, int n) {
    float edge = fminf((float)i + 0.5f, (float)n - 0.5f - (float)i);
    return fminf(1, edge / (TAPER * (float)n));
}

static void cut_window(const cm_plane *r, int x0, int y0, int side, work *w) {
    int width = r->w - x0 < side ? r->w - x0 : side, height = r->h - y0 < side ? r->h - y0 : side;
    memset(w->window.data, 0, cm_plane_size(&w->window) * sizeof(float));
    for (int y = 0; y < height; y++) {
        const float *from = cm_plane_row(r, y0 + y) + x0;
        float *to = cm_plane_row(&w->window, y), ty = taper(y, height);
        for (int x = 0; x < width; x++)
            to[x] = from[x] * ty * taper(x, width);
    }
}

static float power_of(cm_complex c) {
    return crealf(c) * crealf(c) + cimagf(c) * cimagf(c);
}

/* |F|^2 over the whole plane, from the stored half. */
static void spread_power(work *w) {
    int n = w->n, mid = n / 2;
    for (int y = 0; y < n; y++) {
        int fy = y - mid;
        float *row = cm_plane_row(&w->power, y);
        const cm_complex *right = w->half + (size_t)((fy + n) % n) * (size_t)(mid + 1);
        const cm_complex *left = w->half + (size_t)((n - fy) % n) * (size_t)(mid + 1);
        for (int fx = 0; fx < mid; fx++)
            row[mid + fx] = power_of(right[fx]);
        for (int fx = 1; fx <= mid; fx++)
            row[mid - fx] = power_of(left[fx]);
    }
}

/* local <- the mean of `power` over the neighbourhood, on a coarse grid. */
static cm_code local_mean(const cm_plane *power, work *w, cm_error *err) {
    cm_code code = cm_resize_area(power, &w->coarse, err);
    if (code == CM_OK)
        code = cm_blur_box(&w->coarse, LOCAL_RADIUS, &w->coarse, err);
    if (code == CM_OK)
        code = cm_resize_linear(&w->coarse, &w->local, err);
    return code;
}

/* power <- clip(power / local mean), the mean being taken a second time without the peaks. */
static cm_code flatten(work *w, cm_error *err) {
    size_t n = cm_plane_size(&w->power);
    float *restrict p = w->power.data, *restrict limited = w->window.data;
    cm_code code = local_mean(&w->power, w, err);
    if (code != CM_OK)
        return code;
    for (size_t i = 0; i < n; i++)
        limited[i] = fminf(p[i], POWER_CLIP * w->local.data[i]);
    code = local_mean(&w->window, w, err);
    for (size_t i = 0; i < n; i++)
        p[i] = fminf(p[i] / fmaxf(w->local.data[i], 1e-20f), RATIO_CLIP);
    return code;
}

static cm_code quantise(const cm_plane *ratio, float windows, cm_spectrum *out, cm_error *err) {
    size_t n = cm_plane_size(ratio);
    double sum = 0, sum2 = 0;
    out->size = ratio->w;
    out->bin = cm_alloc_aligned(n, 1);
    if (out->bin == NULL)
        return cm_fail_memory(err);
    /* `ratio` is a sum over windows; a mean over n of them varies by 1/sqrt(n) of one */
    float scale = LEVELS / sqrtf(windows), zero = ZERO_LEVEL - LEVELS * sqrtf(windows) + 0.5f;
    for (size_t i = 0; i < n; i++) {
        float v = fminf(fmaxf(ratio->data[i] * scale + zero, 0), 255);
        unsigned q = (unsigned)v;
        out->bin[i] = (uint8_t)q;
        sum += q;
        sum2 += q * q;
    }
    out->mean = (float)(sum / (double)n);
    out->deviation = (float)sqrt(sum2 / (double)n - (sum / (double)n) * (sum / (double)n)) + 1e-6f;
    return CM_OK;
}

/* How many windows an axis takes, and where window i starts. */
static int windows_along(int length, int window) {
    if (length <= window * 11 / 10)
        return 1;
    int n = (int)lround((double)length / window * 1.5 - 0.5);
    return n < 2 ? 2 : n > 8 ? 8 : n;
}

static int start_of(int i, int count, int length, int window) {
    return count == 1 ? 0 : (int)((int64_t)(length - window) * i / (count - 1));
}

static cm_code one_window(const cm_plane *r, int x, int y, int side, work *w, cm_error *err) {
    cut_window(r, x, y, side, w);
    cm_fft_forward(w->fft, w->window.data, w->half);
    spread_power(w);
    cm_code code = flatten(w, err);
    if (code == CM_OK)
        for (size_t i = 0, n = cm_plane_size(&w->sum); i < n; i++)
            w->sum.data[i] += w->power.data[i];
    return code;
}

static cm_code all_windows(const cm_plane *r, int window, work *w, cm_spectra *out, cm_error *err) {
    bool single = r->w <= window * 27 / 20 && r->h <= window * 27 / 20;
    int nx = single ? 1 : windows_along(r->w, window),
        ny = single ? 1 : windows_along(r->h, window);
    int side = single ? w->n : window * 11 / 10;
    cm_code code = CM_OK;
    out->count = 1;
    for (int j = 0; j < ny && code == CM_OK; j++)
        for (int i = 0; i < nx && code == CM_OK; i++) {
            code = one_window(r, start_of(i, nx, r->w, window), start_of(j, ny, r->h, window), side,
                              w, err);
            if (code == CM_OK && nx * ny > 1)
                code = quantise(&w->power, 1, &out->map[out->count++], err);
        }
    if (code == CM_OK)
        code = quantise(&w->sum, (float)(nx * ny), &out->map[0], err);
    return code;
}

cm_code cm_spectra_new(const cm_plane *residual, int window, cm_spectra *out, cm_error *err) {
    work w;
    *out = (cm_spectra){0};
    cm_code code = work_new(2 * window, &w, err);
    if (code == CM_OK)
        code = all_windows(residual, window, &w, out, err);
    work_free(&w);
    if (code != CM_OK)
        cm_spectra_free(out);
    return code;
}

void cm_spectra_free(cm_spectra *s) {
    for (int i = 0; i < s->count; i++)
        free(s->map[i].bin);
    *s = (cm_spectra){0};
}
