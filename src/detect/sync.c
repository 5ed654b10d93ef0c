#include "detect/sync.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "detect/levels.h"

static const float PILOT_CLIP = 3;
static const float TURN = 6.28318531f;
enum { CLEAR = 5 /* grid steps around a peak */ };

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
static void correlate(const cm_complex *z, const cm_layout *l, bool turned,
                      const cm_shift_table *table, float *grid) {
    const cm_frequency *f[CM_PILOTS];
    cm_complex a[CM_PILOTS];
    for (int i = 0; i < CM_PILOTS; i++) {
        f[i] = &l->pilot[i];
        a[i] = (turned ? conjf(z[i]) : z[i]) * conjf(l->pilot_phase[i]);
    }
    (void)cm_shift_grid(table, f, a, grid);
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

/* The first of a row's greatest values. */
static int greatest_of(const float *row) {
    int best = 0;
    for (int x = 1; x < CM_SHIFT_GRID; x++)
        best = row[x] > row[best] ? x : best;
    return best;
}

/* Takes the highest point and clears its surroundings, CM_PEAKS times. Under random pilot phases
 * the sum at one shift passes t with probability at most exp(-t²/E), E the sum of |z|². */
static void take_peaks(float *grid, bool turned, double energy, cm_shift *peaks) {
    enum { N = CM_SHIFT_GRID };
    int best[N]; /* of each row */
    for (int y = 0; y < N; y++)
        best[y] = greatest_of(grid + y * N);
    for (int k = 0; k < CM_PEAKS; k++) {
        int y = 0;
        for (int i = 1; i < N; i++)
            y = grid[i * N + best[i]] > grid[y * N + best[y]] ? i : y;
        int x = best[y];
        double t = (double)grid[y * N + x];
        insert_peak(peaks, (cm_shift){.turned = turned,
                                      .x = (float)x * CM_TILE / N,
                                      .y = (float)y * CM_TILE / N,
                                      .ln_p = t > 0 ? -t * t / fmax(energy, 1e-20) : 0});
        for (int j = -CLEAR; j <= CLEAR; j++) {
            int row = (y + j + N) % N;
            for (int i = -CLEAR; i <= CLEAR; i++)
                grid[row * N + (x + i + N) % N] = -1e9f;
            best[row] = greatest_of(grid + row * N);
        }
    }
}

cm_code cm_sync_shifts(const cm_blocks *b, const cm_layout *l, const cm_shift_table *table,
                       cm_shift *peaks, cm_error *err) {
    cm_complex z[CM_PILOTS];
    double energy = 0;
    float *grid = cm_alloc_aligned((size_t)CM_SHIFT_GRID * CM_SHIFT_GRID, sizeof *grid);
    cm_code code = grid != NULL ? pilots_of(b, l, z, err) : cm_fail_memory(err);
    if (code == CM_OK) {
        for (int i = 0; i < CM_PILOTS; i++)
            energy += (double)(cabsf(z[i]) * cabsf(z[i]));
        for (int i = 0; i < CM_PEAKS; i++)
            peaks[i] = (cm_shift){.ln_p = 1};
        for (int turned = 0; turned < 2; turned++) {
            correlate(z, l, turned, table, grid);
            take_peaks(grid, turned, energy, peaks);
        }
    }
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
