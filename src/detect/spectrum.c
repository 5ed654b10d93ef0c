#include "detect/spectrum.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/wide.h"
#include "dsp/blur.h"
#include "dsp/fft.h"
#include "dsp/resize.h"

static const float TAPER = 0.1f;   /* of a window's side, at either end */
static const float POWER_CLIP = 4; /* before the local mean is taken again */
static const float LEAST_POWER = 1e-20f;
static const float RATIO_CLIP = 5;               /* power against local mean */
static const float LEVELS = 40, ZERO_LEVEL = 60; /* quantisation of (ratio - 1) */
enum { DECIMATE = 8, LOCAL_RADIUS = 4 /* decimated bins: 72 bins in all */ };

typedef struct work {
    int n, rows;     /* of them hold more than zeros */
    cm_plane window; /* n x n, zero-padded; then scratch */
    cm_plane power;  /* n x n, frequency 0 in the middle */
    cm_plane local;  /* n x n */
    cm_plane coarse; /* decimated */
    cm_plane sum;    /* of all windows */
    float *across;   /* taper */
    cm_complex *half;
    cm_fft *fft;
} work;

/* What a window covers. */
typedef struct piece {
    int x, y, w, h;
} piece;

static cm_code work_new(int n, int rows, work *w, cm_error *err) {
    *w = (work){.n = n, .rows = rows};
    w->window = cm_plane_new(n, n);
    w->power = cm_plane_new(n, n);
    w->local = cm_plane_new(n, n);
    w->coarse = cm_plane_new(n / DECIMATE, n / DECIMATE);
    w->sum = cm_plane_new(n, n);
    w->half = cm_alloc_aligned((size_t)n * (size_t)(n / 2 + 1), sizeof *w->half);
    w->across = cm_calloc((size_t)n, sizeof *w->across);
    if (w->across == NULL || w->window.data == NULL || w->power.data == NULL ||
        w->local.data == NULL || w->coarse.data == NULL || w->sum.data == NULL || w->half == NULL)
        return cm_fail_memory(err);
    memset(w->sum.data, 0, cm_plane_size(&w->sum) * sizeof(float));
    return cm_fft_new_padded(n, n, rows, &w->fft, err);
}

static void work_free(work *w) {
    cm_plane_free(&w->window);
    cm_plane_free(&w->power);
    cm_plane_free(&w->local);
    cm_plane_free(&w->coarse);
    cm_plane_free(&w->sum);
    free(w->across);
    free(w->half);
    cm_fft_free(w->fft);
}

static float taper(int i, int n) {
    float edge = fminf((float)i + 0.5f, (float)n - 0.5f - (float)i);
    return fminf(1, edge / (TAPER * (float)n));
}

/* Beyond the window the plane is zero, and the rows below it are not even looked at. */
static void cut_window(const cm_plane *r, const piece *p, work *w) {
    for (int x = 0; x < p->w; x++)
        w->across[x] = taper(x, p->w);
    for (int y = 0; y < w->rows; y++) {
        float *to = cm_plane_row(&w->window, y), down = y < p->h ? taper(y, p->h) : 0;
        int width = y < p->h ? p->w : 0;
        const float *from = y < p->h ? cm_plane_row(r, p->y + y) + p->x : to;
        for (int x = 0; x < width; x++)
            to[x] = from[x] * down * w->across[x];
        memset(to + width, 0, (size_t)(w->n - width) * sizeof *to);
    }
}

CM_PART float power_of(const cm_complex *c) {
    return crealf(*c) * crealf(*c) + cimagf(*c) * cimagf(*c);
}

/* |F|^2 over the whole plane, from the stored half. */
CM_WIDE static void spread_power(work *w) {
    int n = w->n, mid = n / 2;
    for (int y = 0; y < n; y++) {
        int fy = y - mid;
        float *row = cm_plane_row(&w->power, y);
        const cm_complex *right = w->half + (size_t)((fy + n) % n) * (size_t)(mid + 1);
        const cm_complex *left = w->half + (size_t)((n - fy) % n) * (size_t)(mid + 1);
        for (int fx = 0; fx < mid; fx++)
            row[mid + fx] = power_of(&right[fx]);
        for (int fx = 1; fx <= mid; fx++)
            row[mid - fx] = power_of(&left[fx]);
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

CM_PART float lesser(float a, float b) {
    return a < b ? a : b;
}

CM_WIDE static void limit_peaks(const float *restrict power, const float *restrict local, size_t n,
                                float *restrict out) {
    for (size_t i = 0; i < n; i++)
        out[i] = lesser(power[i], POWER_CLIP * local[i]);
}

CM_WIDE static void divide_by(const float *restrict local, size_t n, float *restrict power) {
    for (size_t i = 0; i < n; i++)
        power[i] = lesser(power[i] / (local[i] > LEAST_POWER ? local[i] : LEAST_POWER), RATIO_CLIP);
}

CM_WIDE static void add_up(const float *restrict v, size_t n, float *restrict sum) {
    for (size_t i = 0; i < n; i++)
        sum[i] += v[i];
}

/* power <- clip(power / local mean), the mean being taken a second time without the peaks. */
static cm_code flatten(work *w, cm_error *err) {
    size_t n = cm_plane_size(&w->power);
    cm_code code = local_mean(&w->power, w, err);
    if (code != CM_OK)
        return code;
    limit_peaks(w->power.data, w->local.data, n, w->window.data);
    code = local_mean(&w->window, w, err);
    if (code == CM_OK)
        divide_by(w->local.data, n, w->power.data);
    return code;
}

/* The bins of a row, and the sums of their values and squares. */
CM_WIDE static void quantise_row(const float *restrict ratio, int n, float scale, float zero,
                                 uint8_t *restrict bin, uint64_t *sums) {
    uint32_t sum = 0, squares = 0; /* 65,536 squares fit */
    for (int i = 0; i < n; i++) {
        float v = ratio[i] * scale + zero;
        int q = (int)(v > 0 ? lesser(v, UINT8_MAX) : 0);
        bin[i] = (uint8_t)q;
        sum += (uint32_t)q;
        squares += (uint32_t)(q * q);
    }
    sums[0] += sum;
    sums[1] += squares;
}

static cm_code quantise(const cm_plane *ratio, float windows, cm_spectrum *out, cm_error *err) {
    size_t n = cm_plane_size(ratio);
    uint64_t sums[2] = {0};
    out->size = ratio->w;
    out->bin = cm_alloc_aligned(n, 1);
    if (out->bin == NULL)
        return cm_fail_memory(err);
    /* `ratio` is a sum over windows; a mean over n of them varies by 1/sqrt(n) of one */
    float scale = LEVELS / sqrtf(windows), zero = ZERO_LEVEL - LEVELS * sqrtf(windows) + 0.5f;
    for (int y = 0; y < ratio->h; y++)
        quantise_row(cm_plane_row(ratio, y), ratio->w, scale, zero,
                     out->bin + (size_t)y * (size_t)ratio->w, sums);
    double mean = (double)sums[0] / (double)n, square = (double)sums[1] / (double)n;
    out->mean = (float)mean;
    out->deviation = (float)sqrt(square - mean * mean) + 1e-6f;
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

static cm_code one_window(const cm_plane *r, const piece *p, work *w, cm_error *err) {
    cut_window(r, p, w);
    cm_fft_forward(w->fft, w->window.data, w->half);
    spread_power(w);
    cm_code code = flatten(w, err);
    if (code == CM_OK)
        add_up(w->power.data, cm_plane_size(&w->sum), w->sum.data);
    return code;
}

/* How a residual is divided. */
typedef struct division {
    int window, across, down;
    int side; /* of a window, as far as the picture goes */
} division;

static division divide(const cm_plane *r, int window) {
    bool single = r->w <= window * 27 / 20 && r->h <= window * 27 / 20;
    return (division){.window = window,
                      .across = single ? 1 : windows_along(r->w, window),
                      .down = single ? 1 : windows_along(r->h, window),
                      .side = single ? 2 * window : window * 11 / 10};
}

static piece piece_of(const cm_plane *r, const division *d, int x, int y) {
    piece p = {.x = start_of(x, d->across, r->w, d->window),
               .y = start_of(y, d->down, r->h, d->window)};
    p.w = r->w - p.x < d->side ? r->w - p.x : d->side;
    p.h = r->h - p.y < d->side ? r->h - p.y : d->side;
    return p;
}

static cm_code all_windows(const cm_plane *r, const division *d, bool each, work *w,
                           cm_spectra *out, cm_error *err) {
    int windows = d->across * d->down;
    cm_code code = CM_OK;
    out->count = 1;
    for (int i = 0; i < windows && code == CM_OK; i++) {
        piece p = piece_of(r, d, i % d->across, i / d->across);
        code = one_window(r, &p, w, err);
        if (code == CM_OK && each && windows > 1)
            code = quantise(&w->power, 1, &out->map[out->count++], err);
    }
    if (code == CM_OK)
        code = quantise(&w->sum, (float)windows, &out->map[0], err);
    return code;
}

cm_code cm_spectra_new(const cm_plane *residual, int window, bool each, cm_spectra *out,
                       cm_error *err) {
    work w;
    division d = divide(residual, window);
    int rows = residual->h < d.side ? residual->h : d.side;
    *out = (cm_spectra){0};
    cm_code code = work_new(2 * window, rows, &w, err);
    if (code == CM_OK)
        code = all_windows(residual, &d, each, &w, out, err);
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
