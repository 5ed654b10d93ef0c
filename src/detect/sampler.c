#include "detect/sampler.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Kaiser and Bessel's window over TAPS bins of a transform that is half as long again as the
 * picture: the residual is divided by the window's transform first, and what is read off between
 * the bins is right to about a half percent. */
enum { TAPS = CM_SAMPLER_TAPS, STEPS = CM_SAMPLER_STEPS };
static const double PADDING = 1.5, BETA = 7.89;
static const double PI = 3.14159265358979323846;

static double bessel(double x) { /* I0 */
    double term = 1, sum = 1;
    for (int i = 1; i < 40; i++) {
        term *= x * x / (4.0 * i * i);
        sum += term;
    }
    return sum;
}

/* The transform of the window at x pixels from the middle, the padded length being n. */
static double window_transform(double x, int n) {
    double a = PI * TAPS * x / n, s = sqrt(BETA * BETA - a * a);
    return TAPS * sinh(s) / s;
}

static cm_code claim(cm_sampler *s, float **real, cm_fft **fft, cm_error *err) {
    size_t columns = (size_t)(s->w / 2 + 1);
    *real = cm_alloc_aligned((size_t)s->w * (size_t)s->h, sizeof **real);
    s->half = cm_alloc_aligned(columns * (size_t)s->h, sizeof *s->half);
    if (*real == NULL || s->half == NULL)
        return cm_fail_memory(err);
    return cm_fft_new(CM_FFT_FORWARD_REAL, s->h, s->w, fft, err);
}

/* The picture around the transform's first sample, its middle there. */
static void place(const cm_plane *r, const cm_sampler *s, const float *across, float *real) {
    int mx = (int)s->middle_x, my = (int)s->middle_y;
    memset(real, 0, (size_t)s->w * (size_t)s->h * sizeof *real);
    for (int y = 0; y < r->h; y++) {
        const float *row = cm_plane_row(r, y);
        float *into = real + (size_t)((y - my + s->h) % s->h) * (size_t)s->w;
        float down = (float)(1 / window_transform(y - my, s->h));
        for (int x = 0; x < r->w; x++)
            into[(x - mx + s->w) % s->w] = row[x] * down * across[x];
    }
}

cm_code cm_sampler_new(const cm_plane *residual, cm_sampler *out, cm_error *err) {
    float *real = NULL, *across = cm_calloc((size_t)residual->w, sizeof *across);
    cm_fft *fft = NULL;
    *out = (cm_sampler){.w = cm_fft_good_length((int)ceil(PADDING * residual->w)),
                        .h = cm_fft_good_length((int)ceil(PADDING * residual->h)),
                        .middle_x = residual->w / 2,
                        .middle_y = residual->h / 2};
    cm_code code = across != NULL ? claim(out, &real, &fft, err) : cm_fail_memory(err);
    if (code == CM_OK) {
        for (int x = 0; x < residual->w; x++)
            across[x] = (float)(1 / window_transform(x - out->middle_x, out->w));
        for (int i = 0; i < TAPS * STEPS / 2 + 1; i++) {
            double t = 2.0 * i / (TAPS * STEPS);
            out->window[i] = (float)bessel(BETA * sqrt(1 - t * t));
        }
        place(residual, out, across, real);
        cm_fft_forward(fft, real, out->half);
    }
    cm_fft_free(fft);
    free(real);
    free(across);
    if (code != CM_OK)
        cm_sampler_free(out);
    return code;
}

void cm_sampler_free(cm_sampler *s) {
    free(s->half);
    *s = (cm_sampler){0};
}

/* The window at the taps around a place between two bins; returns the first tap's bin. */
static int weigh(const cm_sampler *s, double at, float *weight) {
    int first = (int)floor(at) - TAPS / 2 + 1;
    for (int i = 0; i < TAPS; i++)
        weight[i] = s->window[(int)(fabs(at - (first + i)) * STEPS + 0.5)];
    return first;
}

/* A bin of the whole transform, of which columns from 0 on are stored. */
static cm_complex bin(const cm_sampler *s, int x, int y) {
    size_t columns = (size_t)(s->w / 2 + 1);
    if (x < 0 || x > s->w / 2) {
        size_t row = (size_t)((s->h - y) % s->h), column = (size_t)(x < 0 ? -x : s->w - x);
        return conjf(s->half[row * columns + column]);
    }
    return s->half[(size_t)y * columns + (size_t)x];
}

/* Where the taps of a frequency stand. */
typedef struct stand {
    int x, y; /* the first tap's bin */
    bool other_half, beyond;
    float across[TAPS], down[TAPS];
} stand;

static void find_taps(const cm_sampler *s, cm_lattice g, const cm_frequency *k, stand *p) {
    double fx = g.xx * k->kx + g.xy * k->ky, fy = g.yx * k->kx + g.yy * k->ky;
    p->other_half = fx < 0;
    p->beyond = fabs(fx) >= 0.5 || fabs(fy) >= 0.5;
    if (p->beyond)
        return;
    p->x = weigh(s, fabs(fx) * s->w, p->across);
    p->y = weigh(s, (p->other_half ? -fy : fy) * s->h, p->down);
}

/* At either end of the stored half. */
static cm_complex sum_at_edge(const cm_sampler *s, const stand *p) {
    cm_complex sum = 0;
    for (int j = 0; j < TAPS; j++) {
        int y = (p->y + j + 2 * s->h) % s->h;
        cm_complex row = 0;
        for (int i = 0; i < TAPS; i++)
            row += p->across[i] * bin(s, p->x + i, y);
        sum += p->down[j] * row;
    }
    return sum;
}

/* Where a row of the transform begins. */
static size_t row_of(const cm_sampler *s, int y) {
    int row = y < 0 ? y + s->h : y >= s->h ? y - s->h : y;
    return (size_t)row * (size_t)(s->w / 2 + 1);
}

/* Where all taps are stored side by side. */
static cm_complex sum_inside(const cm_sampler *s, const stand *p) {
    float taps[2 * TAPS] = {0}, re = 0, im = 0;
    for (int j = 0; j < TAPS; j++) {
        float from[2 * TAPS];
        memcpy(from, s->half + row_of(s, p->y + j) + p->x, sizeof from);
        for (int i = 0; i < 2 * TAPS; i++)
            taps[i] += p->down[j] * from[i];
    }
    for (int i = 0; i < TAPS; i++) {
        re += p->across[i] * taps[2 * i];
        im += p->across[i] * taps[2 * i + 1];
    }
    return CMPLXF(re, im);
}

static bool is_inside(const cm_sampler *s, const stand *p) {
    return p->x >= 0 && p->x + TAPS - 1 <= s->w / 2;
}

static cm_complex sum_taps_at(const cm_sampler *s, const stand *p) {
    if (p->beyond)
        return 0;
    cm_complex sum = is_inside(s, p) ? sum_inside(s, p) : sum_at_edge(s, p);
    return p->other_half ? conjf(sum) : sum;
}

/* The transform is larger than the nearer caches, and no place is near the one before. */
static void fetch(const cm_sampler *s, const stand *p) {
    if (p->beyond || !is_inside(s, p))
        return;
    for (int j = 0; j < TAPS; j++) {
        const cm_complex *from = s->half + row_of(s, p->y + j) + p->x;
        __builtin_prefetch(from);
        __builtin_prefetch(from + TAPS - 1);
    }
}

cm_complex cm_sampler_at(const cm_sampler *s, cm_lattice g, const cm_frequency *k) {
    stand p;
    find_taps(s, g, k, &p);
    return sum_taps_at(s, &p);
}

void cm_sampler_all(const cm_sampler *s, cm_lattice g, const cm_frequency *k, int n, int step,
                    cm_complex *out) {
    enum { AHEAD = 16 };
    stand p[AHEAD];
    for (int i = 0; i < n + AHEAD; i++) {
        if (i >= AHEAD)
            out[i - AHEAD] = sum_taps_at(s, &p[i % AHEAD]);
        if (i >= n)
            continue;
        find_taps(s, g, &k[i * step], &p[i % AHEAD]);
        fetch(s, &p[i % AHEAD]);
    }
}

void cm_sampler_middle(const cm_sampler *s, cm_lattice g, float *x, float *y) {
    double u = CM_TILE * (g.xx * s->middle_x + g.yx * s->middle_y);
    double v = CM_TILE * (g.xy * s->middle_x + g.yy * s->middle_y);
    *x = (float)fmod(u, CM_TILE);
    *y = (float)fmod(v, CM_TILE);
}
