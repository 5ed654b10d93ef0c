#include "embed/pattern.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/wide.h"
#include "mark/whiten.h"

enum {
    HALF_SIZE = CM_TILE * (CM_TILE / 2 + 1),
    GROUP = 4 * CM_TILE /* host interference is averaged over, and answered for, 4 x 4 tiles */
};

static const float MOST_RELIEF = 0.6f, RELIEF_CLIP = 2;
static const float PILOT_POWER = 7, PILOT_RAISE = 3, PILOT_RELIEF = 0.6f;
static const float MEDIAN_OF_SQUARE = 0.455f; /* of a standard normal variable */

/* One group of tiles: the rectangle and what the embedder learnt of the host there. */
typedef struct group {
    int x, y, w, h;
    float tiles;    /* its area in tiles */
    float response; /* mean of weight / deviation where the front end doesn't clip */
} group;

typedef struct context {
    const cm_host *host;
    const cm_mask *mask;
    const cm_layout *layout;
    float gain;
    cm_complex *wanted; /* of the message: phase and amplitude */
    float *relief1,
        *relief2;   /* host interference along the two diagonals, by message coefficient */
    float *opposed; /* host along the wanted phase, by pilot */
    float *sorted;
    float *tile;
    cm_complex *half;
    cm_fft *forward, *inverse;
} context;

/* Sums the group's residual into one tile. */
static void fold(const context *c, const group *g) {
    memset(c->tile, 0, CM_TILE * CM_TILE * sizeof *c->tile);
    for (int y = g->y; y < g->y + g->h; y++) {
        const float *row = cm_plane_row(&c->host->residual, y);
        float *into = c->tile + (size_t)(y % CM_TILE) * CM_TILE;
        for (int x = g->x; x < g->x + g->w; x += CM_TILE) {
            int n = g->x + g->w - x < CM_TILE ? g->x + g->w - x : CM_TILE;
            for (int i = 0; i < n; i++)
                into[i] += row[x + i];
        }
    }
}

/* Sum of m / d where r isn't clipped. */
CM_WIDE static float unclipped_ratio(const float *m, const float *d, const float *r, int n) {
    float sum = 0;
    for (int x = 0; x < n; x++)
        sum += fabsf(r[x]) < CM_RESIDUAL_CLIP ? m[x] / d[x] : 0;
    return sum;
}

static void learn_response(const context *c, group *g) {
    double sum = 0;
    for (int y = g->y; y < g->y + g->h; y++) {
        const float *r = cm_plane_row(&c->host->residual, y),
                    *d = cm_plane_row(&c->host->deviation, y);
        const float *m = cm_plane_row(&c->mask->weight, y);
        sum += (double)unclipped_ratio(m + g->x, d + g->x, r + g->x, g->w);
    }
    g->tiles = (float)g->w * (float)g->h / (CM_TILE * CM_TILE);
    g->response = (float)(sum / ((double)g->w * g->h));
}

/* What the front end makes of a coefficient of amplitude 1 (before `unit`) at this radius. */
static float answer(const context *c, const group *g, float radius) {
    return CM_TILE * CM_TILE * c->layout->unit * c->gain * g->tiles * g->response *
           cm_whiten_gain(radius / CM_TILE);
}

static int by_value(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* The host's part in each message dimension and along each pilot, in units of the mark's own
 * answer; returns the robust variance of the former. */
static float interference(const context *c, const group *g) {
    const cm_layout *l = c->layout;
    size_t n = (size_t)l->messages;
    for (size_t i = 0; i < n; i++) {
        const cm_frequency *f = &l->message[i];
        cm_complex u = c->wanted[i] / f->amplitude;
        float own = fmaxf(answer(c, g, f->radius) * f->amplitude, 1e-6f);
        cm_complex r = cm_tile_get(c->half, f) * conjf(u) / own;
        c->relief1[i] = crealf(r) + cimagf(r);
        c->relief2[i] = crealf(r) - cimagf(r);
        c->sorted[2 * i] = c->relief1[i] * c->relief1[i];
        c->sorted[2 * i + 1] = c->relief2[i] * c->relief2[i];
    }
    for (int i = 0; i < CM_PILOTS; i++) {
        const cm_frequency *f = &l->pilot[i];
        float own = fmaxf(answer(c, g, f->radius) * f->amplitude, 1e-6f);
        c->opposed[i] = crealf(cm_tile_get(c->half, f) * conjf(l->pilot_phase[i])) / own;
    }
    qsort(c->sorted, 2 * n, sizeof *c->sorted, by_value);
    return c->sorted[n] / MEDIAN_OF_SQUARE;
}

static float relief(float d, float lambda) {
    return 1 - lambda * fminf(fmaxf(d, -RELIEF_CLIP), RELIEF_CLIP);
}

/* The group's tile: message coefficients raised where the host opposes and lowered where it helps
 * (both real dimensions apart). Pilots are raised with the host's power, and more where the host
 * opposes, but never lowered: the search needs their magnitude. */
static void shape(const context *c, float variance) {
    const cm_layout *l = c->layout;
    float lambda = fminf(MOST_RELIEF, 1 / fmaxf(variance, 1e-6f));
    float raise = fminf(fmaxf(sqrtf(PILOT_POWER * variance) / CM_PILOT_AMPLITUDE, 1), PILOT_RAISE);
    memset(c->half, 0, HALF_SIZE * sizeof *c->half);
    for (int i = 0; i < l->messages; i++) {
        float a = relief(c->relief1[i], lambda), b = relief(c->relief2[i], lambda);
        cm_complex turn = CMPLXF((a + b) / 2, (a - b) / 2);
        cm_tile_put(c->half, &l->message[i], c->wanted[i] * turn * l->unit);
    }
    for (int i = 0; i < CM_PILOTS; i++) {
        float more = 1 - PILOT_RELIEF * fminf(fmaxf(c->opposed[i] / raise, -RELIEF_CLIP), 0);
        cm_tile_put(c->half, &l->pilot[i],
                    l->pilot_phase[i] * (l->pilot[i].amplitude * raise * more * l->unit));
    }
    cm_fft_inverse(c->inverse, c->half, c->tile);
}

CM_WIDE static void weigh(const float *restrict weight, const float *restrict tile, int n,
                          float *restrict out) {
    for (int i = 0; i < n; i++)
        out[i] = weight[i] * tile[i];
}

static void lay(const context *c, const group *g, cm_plane *out) {
    for (int y = g->y; y < g->y + g->h; y++) {
        const float *m = cm_plane_row(&c->mask->weight, y);
        const float *tile = c->tile + (size_t)(y % CM_TILE) * CM_TILE;
        float *row = cm_plane_row(out, y);
        for (int x = g->x; x < g->x + g->w; x += CM_TILE) { /* groups begin with a tile */
            int n = g->x + g->w - x < CM_TILE ? g->x + g->w - x : CM_TILE;
            weigh(m + x, tile, n, row + x);
        }
    }
}

static void each_group(const context *c, cm_plane *out) {
    for (int y = 0; y < out->h; y += GROUP)
        for (int x = 0; x < out->w; x += GROUP) {
            group g = {.x = x, .y = y};
            g.w = out->w - x < GROUP ? out->w - x : GROUP;
            g.h = out->h - y < GROUP ? out->h - y : GROUP;
            learn_response(c, &g);
            fold(c, &g);
            cm_fft_forward(c->forward, c->tile, c->half);
            shape(c, interference(c, &g));
            lay(c, &g, out);
        }
}

static void context_free(context *c) {
    free(c->wanted);
    free(c->relief1);
    free(c->relief2);
    free(c->opposed);
    free(c->sorted);
    free(c->tile);
    free(c->half);
    cm_fft_free(c->forward);
    cm_fft_free(c->inverse);
}

static cm_code context_fill(context *c, const uint8_t *code, cm_error *err) {
    size_t n = (size_t)c->layout->messages;
    c->wanted = cm_calloc(n, sizeof *c->wanted);
    c->relief1 = cm_calloc(n, sizeof *c->relief1);
    c->relief2 = cm_calloc(n, sizeof *c->relief2);
    c->sorted = cm_calloc(2 * n, sizeof *c->sorted);
    c->opposed = cm_calloc(CM_PILOTS, sizeof *c->opposed);
    c->tile = cm_alloc_aligned(CM_TILE * CM_TILE, sizeof *c->tile);
    c->half = cm_alloc_aligned(HALF_SIZE, sizeof *c->half);
    if (c->wanted == NULL || c->relief1 == NULL || c->relief2 == NULL || c->sorted == NULL ||
        c->opposed == NULL || c->tile == NULL || c->half == NULL)
        return cm_fail_memory(err);
    cm_layout_message(c->layout, code, c->wanted);
    cm_code status = cm_fft_new(CM_FFT_FORWARD_REAL, CM_TILE, CM_TILE, &c->forward, err);
    if (status == CM_OK)
        status = cm_fft_new(CM_FFT_INVERSE_REAL, CM_TILE, CM_TILE, &c->inverse, err);
    return status;
}

cm_code cm_pattern_make(const cm_host *host, const cm_mask *mask, const cm_layout *layout,
                        const uint8_t *code, float gain, cm_plane *out, cm_error *err) {
    context c = {.host = host, .mask = mask, .layout = layout, .gain = gain};
    cm_code status = context_fill(&c, code, err);
    if (status == CM_OK)
        each_group(&c, out);
    context_free(&c);
    return status;
}
