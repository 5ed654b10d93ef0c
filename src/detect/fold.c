#include "detect/fold.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "base/wide.h"

enum { LEAST_SIDE = 16, MASK = CM_TILE - 1, HALF_SIZE = CM_TILE * (CM_TILE / 2 + 1) };

/* Blocks are as large as a tile now is; half that in pictures of few tiles, where following shifts
 * is worth more than the noise of smaller blocks costs. */
static int block_side(const cm_plane *r, cm_lattice g) {
    double tile = 1 / sqrt(fabs(cm_lattice_det(g)));
    double longer = r->w > r->h ? r->w : r->h;
    double side = fmin(round(tile), longer);
    if ((double)cm_plane_size(r) < 8.8 * tile * tile)
        side = tile / 2;
    return side < LEAST_SIDE ? LEAST_SIDE : (int)side;
}

static int blocks_along(int length, int side) {
    int n = (int)lround((double)length / side);
    return n < 1 ? 1 : n;
}

/* A rectangle of the residual. */
typedef struct span {
    int x0, x1, y0, y1;
} span;

/* What pixels add to the four samples around their place: upper left, upper right, lower left,
 * lower right. Kept apart until all are added, so that a pixel is one load and one store, and its
 * neighbour needn't wait for it. */
typedef float corners __attribute__((vector_size(16)));

/* Where a run of pixels falls. */
enum { RUN = 128 };
typedef struct places {
    int at[RUN];                  /* the sample before */
    float across[RUN], down[RUN]; /* from there on */
} places;

CM_PART void places_of(float u, float v, float du, float dv, int n, places *p) {
    for (int i = 0; i < n; i++) {
        float x = u + du * (float)i, y = v + dv * (float)i;
        int ix = (int)x, iy = (int)y;
        p->across[i] = x - (float)ix;
        p->down[i] = y - (float)iy;
        p->at[i] = (iy & MASK) * CM_TILE + (ix & MASK);
    }
}

CM_PART void add_pixel(const places *p, int i, float value, corners *cells) {
    const corners left = {1, 0, 1, 0}, to_right = {-1, 1, -1, 1};
    const corners top = {1, 1, 0, 0}, to_low = {-1, -1, 1, 1};
    cells[p->at[i]] += value * (left + p->across[i] * to_right) * (top + p->down[i] * to_low);
}

/* Both halves of the run in turns: in an enlarged picture neighbours share a place. */
CM_PART void add_run(const places *p, const float *value, int n, corners *cells) {
    int half = n / 2;
    for (int i = 0; i < half; i++) {
        add_pixel(p, i, value[i], cells);
        add_pixel(p, half + i, value[half + i], cells);
    }
    if (n % 2 != 0)
        add_pixel(p, n - 1, value[n - 1], cells);
}

/* Each sample is a corner of four cells. */
CM_PART void gather_corners(const corners *cells, float *tile) {
    for (int y = 0; y < CM_TILE; y++) {
        const corners *row = cells + y * CM_TILE, *above = cells + ((y - 1) & MASK) * CM_TILE;
        float *out = tile + y * CM_TILE;
        out[0] = row[0][0] + row[MASK][1] + above[0][2] + above[MASK][3];
        for (int x = 1; x < CM_TILE; x++)
            out[x] = row[x][0] + row[x - 1][1] + above[x][2] + above[x - 1][3];
    }
}

/* n pixels of a row from (x, y) on. */
CM_PART void add_pixels(const cm_plane *r, cm_lattice g, int x, int y, int n, corners *cells) {
    const double du = CM_TILE * g.xx, dv = CM_TILE * g.xy;
    double u = du * x + CM_TILE * g.yx * y, v = dv * x + CM_TILE * g.yy * y;
    places p;
    /* moved into the positive by a whole number of tiles, so that truncation is floor */
    u -= CM_TILE * floor(fmin(u, u + du * n) / CM_TILE);
    v -= CM_TILE * floor(fmin(v, v + dv * n) / CM_TILE);
    places_of((float)u, (float)v, (float)du, (float)dv, n, &p);
    add_run(&p, cm_plane_row(r, y) + x, n, cells);
}

/* Adds the block's pixels to the tile, each spread over the four samples around its place. */
CM_WIDE static void splat(const cm_plane *r, cm_lattice g, const span *block, corners *cells,
                          float *tile) {
    memset(cells, 0, CM_TILE * CM_TILE * sizeof *cells);
    for (int y = block->y0; y < block->y1; y++)
        for (int x = block->x0; x < block->x1; x += RUN)
            add_pixels(r, g, x, y, block->x1 - x < RUN ? block->x1 - x : RUN, cells);
    gather_corners(cells, tile);
}

/* The lattice of an untouched picture: pixels fall on the tile's own samples. */
static bool is_plain(cm_lattice g) {
    return CM_TILE * g.xx == 1 && CM_TILE * g.yy == 1 && g.xy == 0 && g.yx == 0;
}

static void add_plain(const cm_plane *r, const span *block, float *tile) {
    const int x0 = block->x0, x1 = block->x1;
    memset(tile, 0, CM_TILE * CM_TILE * sizeof *tile);
    for (int y = block->y0; y < block->y1; y++) {
        const float *row = cm_plane_row(r, y);
        float *into = tile + (size_t)(y & MASK) * CM_TILE;
        for (int x = x0; x < x1;) {
            int at = x & MASK, n = CM_TILE - at < x1 - x ? CM_TILE - at : x1 - x;
            for (int i = 0; i < n; i++)
                into[at + i] += row[x + i];
            x += n;
        }
    }
}

static cm_code blocks_new(const cm_folded *f, int messages, cm_blocks *b, cm_error *err) {
    size_t n = (size_t)f->columns * (size_t)f->rows;
    *b = (cm_blocks){.columns = f->columns, .rows = f->rows, .side = f->side, .messages = messages};
    b->x = cm_calloc(n, sizeof *b->x);
    b->y = cm_calloc(n, sizeof *b->y);
    b->pilot = cm_alloc_aligned(n * CM_PILOTS, sizeof *b->pilot);
    b->message = cm_alloc_aligned(n * (size_t)messages, sizeof *b->message);
    if (b->x != NULL && b->y != NULL && b->pilot != NULL && b->message != NULL)
        return CM_OK;
    cm_blocks_free(b);
    return cm_fail_memory(err);
}

void cm_blocks_free(cm_blocks *b) {
    free(b->x);
    free(b->y);
    free(b->pilot);
    free(b->message);
    *b = (cm_blocks){0};
}

static cm_code folded_claim(cm_folded *f, cm_error *err) {
    size_t n = (size_t)f->columns * (size_t)f->rows;
    f->x = cm_calloc(n, sizeof *f->x);
    f->y = cm_calloc(n, sizeof *f->y);
    f->band = cm_alloc_aligned(n * CM_BAND, sizeof *f->band);
    return f->x != NULL && f->y != NULL && f->band != NULL ? CM_OK : cm_fail_memory(err);
}

void cm_folded_free(cm_folded *f) {
    free(f->x);
    free(f->y);
    free(f->band);
    *f = (cm_folded){0};
}

/* Whether a picture can hold the frequency at all under this lattice; beyond Nyquist there is
 * nothing but folded noise. */
static bool holds(cm_lattice g, const cm_frequency *f) {
    return fabs(g.xx * f->kx + g.xy * f->ky) < 0.5 && fabs(g.yx * f->kx + g.yy * f->ky) < 0.5;
}

/* What folding takes beside the picture, for each thread. */
typedef struct workplace {
    cm_fft *fft;
    corners *cells;
    float *tile;
    cm_complex *half;
} workplace;

typedef struct folding {
    const cm_plane *residual;
    cm_lattice g;
    cm_frequency band[CM_BAND];
    bool held[CM_BAND];
    cm_folded *out;
    workplace *of_thread;
} folding;

static void fold_block(void *context, int job, int thread) {
    const folding *w = context;
    const workplace *own = &w->of_thread[thread];
    const cm_plane *r = w->residual;
    cm_folded *f = w->out;
    size_t at = (size_t)job;
    int column = job % f->columns, row = job / f->columns;
    span s = {.x0 = column * f->side, .y0 = row * f->side};
    s.x1 = column + 1 < f->columns ? s.x0 + f->side : r->w;
    s.y1 = row + 1 < f->rows ? s.y0 + f->side : r->h;
    cm_complex *into = f->band + at * CM_BAND;
    f->x[at] = (float)(s.x0 + s.x1) / 2;
    f->y[at] = (float)(s.y0 + s.y1) / 2;
    if (is_plain(w->g))
        add_plain(r, &s, own->tile);
    else
        splat(r, w->g, &s, own->cells, own->tile);
    cm_fft_forward(own->fft, own->tile, own->half);
    for (int i = 0; i < CM_BAND; i++)
        into[i] = w->held[i] ? cm_tile_get(own->half, &w->band[i]) : 0;
}

static cm_code workplace_new(workplace *w, cm_error *err) {
    w->tile = cm_alloc_aligned(CM_TILE * CM_TILE, sizeof *w->tile);
    w->half = cm_alloc_aligned(HALF_SIZE, sizeof *w->half);
    w->cells = cm_alloc_aligned(CM_TILE * CM_TILE, sizeof *w->cells);
    if (w->tile == NULL || w->half == NULL || w->cells == NULL)
        return cm_fail_memory(err);
    return cm_fft_new(CM_FFT_FORWARD_REAL, CM_TILE, CM_TILE, &w->fft, err);
}

static void workplace_free(workplace *w) {
    cm_fft_free(w->fft);
    free(w->tile);
    free(w->half);
    free(w->cells);
}

static cm_code fold_all(const cm_plane *residual, cm_lattice g, int threads, cm_folded *f,
                        cm_error *err) {
    int blocks = f->columns * f->rows;
    threads = threads < blocks ? threads : blocks;
    folding w = {.residual = residual, .g = g, .out = f};
    w.of_thread = cm_calloc((size_t)threads, sizeof *w.of_thread);
    cm_code code = w.of_thread != NULL ? CM_OK : cm_fail_memory(err);
    cm_band_fill(w.band);
    for (int i = 0; i < CM_BAND; i++)
        w.held[i] = holds(g, &w.band[i]);
    for (int t = 0; t < threads && code == CM_OK; t++)
        code = workplace_new(&w.of_thread[t], err);
    if (code == CM_OK)
        cm_parallel(threads, blocks, fold_block, &w);
    for (int t = 0; w.of_thread != NULL && t < threads; t++)
        workplace_free(&w.of_thread[t]);
    free(w.of_thread);
    return code;
}

cm_code cm_folded_new(const cm_plane *residual, cm_lattice g, bool whole, int threads,
                      cm_folded *out, cm_error *err) {
    int longer = residual->w > residual->h ? residual->w : residual->h;
    int side = whole ? longer : block_side(residual, g);
    *out = (cm_folded){.columns = whole ? 1 : blocks_along(residual->w, side),
                       .rows = whole ? 1 : blocks_along(residual->h, side),
                       .side = side};
    cm_code code = folded_claim(out, err);
    if (code == CM_OK)
        code = fold_all(residual, g, threads, out, err);
    if (code != CM_OK)
        cm_folded_free(out);
    return code;
}

cm_code cm_folded_pick(const cm_folded *f, const cm_layout *l, cm_blocks *out, cm_error *err) {
    size_t n = (size_t)f->columns * (size_t)f->rows, messages = (size_t)l->messages;
    cm_code code = blocks_new(f, l->messages, out, err);
    if (code != CM_OK)
        return code;
    memcpy(out->x, f->x, n * sizeof *out->x);
    memcpy(out->y, f->y, n * sizeof *out->y);
    for (size_t b = 0; b < n; b++) {
        const cm_complex *band = f->band + b * CM_BAND;
        for (size_t i = 0; i < CM_PILOTS; i++)
            out->pilot[b * CM_PILOTS + i] = band[l->pilot_place[i]];
        for (size_t i = 0; i < messages; i++)
            out->message[b * messages + i] = band[l->message_place[i]];
    }
    return CM_OK;
}

cm_code cm_fold(const cm_plane *residual, const cm_layout *layout, cm_lattice g, bool whole,
                int threads, cm_blocks *out, cm_error *err) {
    cm_folded folded;
    *out = (cm_blocks){0};
    cm_code code = cm_folded_new(residual, g, whole, threads, &folded, err);
    if (code != CM_OK)
        return code;
    code = cm_folded_pick(&folded, layout, out, err);
    cm_folded_free(&folded);
    return code;
}
