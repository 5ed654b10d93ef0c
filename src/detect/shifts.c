/* Where the tile lies: from the pilots' phases, or from the whole pattern of a mark whose word is
 * known. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "detect/levels.h"
#include "detect/sync.h"
#include "mark/code.h"

static const float PILOT_CLIP = 3, MESSAGE_CLIP = 2.5f;
enum { GRID_HALF = CM_SHIFT_GRID / 2 + 1, CLEAR = 5 /* grid steps around a peak */ };

/* The picture's coefficients: of pilots, normalised by level and clipped, so that no single one may
 * decide; of the message, as they are. Then the grid that correlations are computed on,
 * and what a transform to it takes. */
typedef struct grid_work {
    cm_levels levels;
    cm_complex pilot[CM_PILOTS];
    cm_complex message[CM_MESSAGE_MAX];
    cm_complex half[CM_SHIFT_GRID * GRID_HALF];
    float grid[CM_SHIFT_GRID * CM_SHIFT_GRID];
    cm_fft *fft;
} grid_work;

static void sum_blocks(const cm_complex *in, int blocks, int n, cm_complex *out) {
    memset(out, 0, (size_t)n * sizeof *out);
    for (int b = 0; b < blocks; b++)
        for (int i = 0; i < n; i++)
            out[i] += in[(size_t)b * (size_t)n + (size_t)i];
}

static void normalise(const cm_levels *levels, const cm_frequency *f, int n, float clip,
                      cm_complex *z) {
    for (int i = 0; i < n; i++) {
        z[i] /= cm_level_root(levels, f[i].radius);
        z[i] /= fmaxf(1, cabsf(z[i]) / clip);
    }
}

static cm_code grid_work_new(const cm_blocks *b, const cm_layout *l, grid_work **out,
                             cm_error *err) {
    int blocks = b->columns * b->rows;
    grid_work *w = cm_alloc_aligned(1, sizeof *w);
    *out = w;
    if (w == NULL)
        return cm_fail_memory(err);
    sum_blocks(b->pilot, blocks, CM_PILOTS, w->pilot);
    sum_blocks(b->message, blocks, l->messages, w->message);
    w->levels = cm_levels_of(l, w->message);
    normalise(&w->levels, l->pilot, CM_PILOTS, PILOT_CLIP, w->pilot);
    w->fft = NULL;
    return CM_OK;
}

static void grid_work_free(grid_work *w) {
    if (w != NULL)
        cm_fft_free(w->fft);
    free(w);
}

/* A coefficient's part of the sum: half of it here, half in the mirror image that the transform
 * implies, but for kx = 0. */
static void put(grid_work *w, const cm_frequency *f, cm_complex z, bool turned, cm_complex wanted) {
    cm_complex c = (turned ? conjf(z) : z) * conjf(wanted) * 0.5f;
    int row = (f->ky + CM_SHIFT_GRID) % CM_SHIFT_GRID;
    w->half[(size_t)row * GRID_HALF + (size_t)f->kx] = c;
    if (f->kx == 0)
        w->half[(size_t)(CM_SHIFT_GRID - row) % CM_SHIFT_GRID * GRID_HALF] = conjf(c);
}

/* Correlation of the pilots with their phases at every shift of the grid. */
static void correlate(const cm_layout *l, bool turned, const cm_shift_table *table, grid_work *w) {
    const cm_frequency *f[CM_PILOTS];
    cm_complex a[CM_PILOTS];
    for (int i = 0; i < CM_PILOTS; i++) {
        f[i] = &l->pilot[i];
        a[i] = (turned ? conjf(w->pilot[i]) : w->pilot[i]) * conjf(l->pilot_phase[i]);
    }
    (void)cm_shift_grid(table, f, a, w->grid);
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
    grid_work *w = NULL;
    double energy = 0;
    cm_code code = grid_work_new(b, l, &w, err);
    if (code == CM_OK) {
        for (int i = 0; i < CM_PILOTS; i++)
            energy += (double)(cabsf(w->pilot[i]) * cabsf(w->pilot[i]));
        for (int i = 0; i < CM_PEAKS; i++)
            peaks[i] = (cm_shift){.ln_p = 1};
        for (int turned = 0; turned < 2; turned++) {
            correlate(l, turned, table, w);
            take_peaks(w->grid, turned, energy, peaks);
        }
    }
    grid_work_free(w);
    return code;
}

/* Correlation with all of the pattern of a mark that only says that it is there. */
static void correlate_presence(const cm_layout *l, const cm_complex *wanted, bool turned,
                               grid_work *w) {
    memset(w->half, 0, sizeof w->half);
    for (int i = 0; i < CM_PILOTS; i++)
        put(w, &l->pilot[i], w->pilot[i], turned, l->pilot_phase[i] * l->pilot[i].amplitude);
    for (int i = 0; i < l->messages; i++)
        put(w, &l->message[i], w->message[i], turned, wanted[i]);
    cm_fft_inverse(w->fft, w->half, w->grid);
}

/* The pilots' test at one shift, which need not be one of the grid. */
static void test_pilots(const cm_layout *l, const grid_work *w, cm_shift *s) {
    cm_complex z[CM_PILOTS];
    double sum = 0, energy = 1e-20;
    cm_sync_align(w->pilot, l->pilot, CM_PILOTS, s->turned, s->x, s->y, z);
    for (int i = 0; i < CM_PILOTS; i++) {
        sum += (double)crealf(z[i] * conjf(l->pilot_phase[i]));
        energy += (double)(crealf(z[i]) * crealf(z[i]) + cimagf(z[i]) * cimagf(z[i]));
    }
    s->ln_p = sum > 0 ? -sum * sum / energy : 0;
}

cm_code cm_sync_presence(const cm_blocks *b, const cm_layout *l, cm_shift *given,
                         cm_shift *by_pattern, cm_error *err) {
    grid_work *w = NULL;
    uint8_t word[CM_CODE_BITS];
    cm_complex wanted[CM_MESSAGE_MAX];
    cm_shift peaks[CM_PEAKS];
    cm_code code = grid_work_new(b, l, &w, err);
    if (code == CM_OK)
        code = cm_fft_new(CM_FFT_INVERSE_REAL, CM_SHIFT_GRID, CM_SHIFT_GRID, &w->fft, err);
    if (code == CM_OK) {
        normalise(&w->levels, l->message, l->messages, MESSAGE_CLIP, w->message);
        cm_code_encode((cm_payload){.bits = 0}, word);
        cm_layout_message(l, word, wanted);
        for (int i = 0; i < CM_PEAKS; i++)
            peaks[i] = (cm_shift){.ln_p = 1};
        for (int turned = 0; turned < 2; turned++) {
            correlate_presence(l, wanted, turned, w);
            take_peaks(w->grid, turned, 1, peaks);
        }
        *by_pattern = peaks[0];
        by_pattern->choice = CM_SHIFT_BY_PATTERN;
        test_pilots(l, w, by_pattern);
        test_pilots(l, w, given);
    }
    grid_work_free(w);
    return code;
}
