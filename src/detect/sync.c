#include "detect/sync.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "detect/levels.h"

static const float PILOT_CLIP = 3;
static const float TURN = 6.28318531f;
enum { GRID_HALF = CM_SHIFT_GRID / 2 + 1, CLEAR = 5 /* grid steps around a peak */ };

/* Sums the blocks' coefficients. */
static void sum_blocks(const cm_complex *in, int blocks, int n, cm_complex *out) {
    memset(out, 0, (size_t)n * sizeof *out);
    for (int b = 0; b < blocks; b++)
        for (int i = 0; i < n; i++)
            out[i] += in[(size_t)b * (size_t)n + (size_t)i];
}

/* Pilots of the whole picture, normalised by level and clipped: no single one may decide. */
static cm_code pilots_of(const cm_blocks *b, const cm_layout *l, cm_complex *z, cm_error *err) {
    int blocks = b->columns * b->rows;
    cm_complex *message = cm_calloc((size_t)l->messages, sizeof *message);
    if (message == NULL)
        return cm_fail_memory(err);
    sum_blocks(b->message, blocks, l->messages, message);
    cm_levels levels = cm_levels_of(l, message);
    free(message);
    sum_blocks(b->pilot, blocks, CM_PILOTS, z);
    for (int i = 0; i < CM_PILOTS; i++) {
        z[i] /= cm_level_root(&levels, l->pilot[i].radius);
        z[i] /= fmaxf(1, cabsf(z[i]) / PILOT_CLIP);
    }
    return CM_OK;
}

/* Correlation of the pilots with their phases at every shift of the grid. */
static void correlate(const cm_complex *z, const cm_layout *l, bool turned, const cm_fft *fft,
                      cm_complex *half, float *grid) {
    memset(half, 0, (size_t)CM_SHIFT_GRID * GRID_HALF * sizeof *half);
    for (int i = 0; i < CM_PILOTS; i++) {
        const cm_frequency *f = &l->pilot[i]; /* pilots keep off the axes: kx >= 2 */
        int row = (f->ky + CM_SHIFT_GRID) % CM_SHIFT_GRID;
        half[(size_t)row * GRID_HALF + (size_t)f->kx] =
            (turned ? conjf(z[i]) : z[i]) * conjf(l->pilot_phase[i]) * 0.5f;
    }
    cm_fft_inverse(fft, half, grid);
}

static void insert_peak(cm_shift *peaks, cm_shift s) {
    int at = CM_PEAKS;
    while (at > 0 && s.ln_p < peaks[at - 1].ln_p)
        at--;
    if (at == CM_PEAKS)
        return;
    memmove(peaks + at + 1, peaks + at, (size_t)(CM_PEAKS - 1 - at) * sizeof *peaks);
    peaks[at] = s;
}

/* Takes the highest point and clears its surroundings, CM_PEAKS times. Under random pilot phases
 * the sum at one shift passes t with probability at most exp(-t²/E), E the sum of |z|². */
static void take_peaks(float *grid, bool turned, double energy, cm_shift *peaks) {
    enum { N = CM_SHIFT_GRID };
    for (int k = 0; k < CM_PEAKS; k++) {
        int best = 0;
        for (int i = 1; i < N * N; i++)
            if (grid[i] > grid[best])
                best = i;
        double t = (double)grid[best];
        int y = best / N, x = best % N;
        insert_peak(peaks, (cm_shift){.turned = turned,
                                      .x = (float)x * CM_TILE / N,
                                      .y = (float)y * CM_TILE / N,
                                      .ln_p = t > 0 ? -t * t / fmax(energy, 1e-20) : 0});
        for (int j = -CLEAR; j <= CLEAR; j++)
            for (int i = -CLEAR; i <= CLEAR; i++)
                grid[(y + j + N) % N * N + (x + i + N) % N] = -1e9f;
    }
}

cm_code cm_sync_shifts(const cm_blocks *b, const cm_layout *l, cm_shift *peaks, cm_error *err) {
    cm_complex z[CM_PILOTS];
    double energy = 0;
    cm_fft *fft = NULL;
    cm_complex *half = cm_alloc_aligned((size_t)CM_SHIFT_GRID * GRID_HALF, sizeof *half);
    float *grid = cm_alloc_aligned((size_t)CM_SHIFT_GRID * CM_SHIFT_GRID, sizeof *grid);
    cm_code code = half != NULL && grid != NULL ? pilots_of(b, l, z, err) : cm_fail_memory(err);
    if (code == CM_OK)
        code = cm_fft_new(CM_FFT_INVERSE_REAL, CM_SHIFT_GRID, CM_SHIFT_GRID, &fft, err);
    if (code == CM_OK) {
        for (int i = 0; i < CM_PILOTS; i++)
            energy += (double)(cabsf(z[i]) * cabsf(z[i]));
        for (int i = 0; i < CM_PEAKS; i++)
            peaks[i] = (cm_shift){.ln_p = 1};
        for (int turned = 0; turned < 2; turned++) {
            correlate(z, l, turned, fft, half, grid);
            take_peaks(grid, turned, energy, peaks);
        }
    }
    cm_fft_free(fft);
    free(half);
    free(grid);
    return code;
}

enum { CHAINS = 4 };

/* Powers of e^{2πi d / tile}: [CM_BAND_HIGH + k] for k = -CM_BAND_HIGH … CM_BAND_HIGH. */
static void turn_table(float d, cm_complex *table) {
    float angle = TURN * d / CM_TILE;
    cm_complex *mid = table + CM_BAND_HIGH, unit = CMPLXF(cosf(angle), sinf(angle));
    mid[0] = 1;
    for (int k = 1; k <= CHAINS; k++) /* chains that needn't wait for each other */
        mid[k] = mid[k - 1] * unit;
    for (int k = CHAINS + 1; k <= CM_BAND_HIGH; k++)
        mid[k] = mid[k - CHAINS] * mid[CHAINS];
    for (int k = 1; k <= CM_BAND_HIGH; k++)
        mid[-k] = conjf(mid[k]);
}

void cm_sync_align(const cm_complex *in, const cm_frequency *f, int n, bool turned, float dx,
                   float dy, cm_complex *out) {
    cm_complex tx[2 * CM_BAND_HIGH + 1], ty[2 * CM_BAND_HIGH + 1];
    turn_table(dx, tx);
    turn_table(dy, ty);
    for (int i = 0; i < n; i++) {
        cm_complex turn = tx[CM_BAND_HIGH + f[i].kx] * ty[CM_BAND_HIGH + f[i].ky];
        out[i] = (turned ? conjf(in[i]) : in[i]) * turn;
    }
}
