#include "detect/fold.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

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

/* Adds the block's pixels to the tile, each spread over the four samples around its place. */
static void splat(const cm_plane *r, cm_lattice g, int x0, int x1, int y0, int y1, float *tile) {
    const double ux_x = CM_TILE * g.xx, ux_y = CM_TILE * g.yx;
    const double uy_x = CM_TILE * g.xy, uy_y = CM_TILE * g.yy;
    memset(tile, 0, CM_TILE * CM_TILE * sizeof *tile);
    for (int y = y0; y < y1; y++) {
        const float *row = cm_plane_row(r, y);
        /* moved into the positive by a whole number of tiles, so that truncation is floor */
        double bx = ux_x * x0 + ux_y * y, by = uy_x * x0 + uy_y * y;
        double lx = fmin(bx, bx + ux_x * (x1 - x0)), ly = fmin(by, by + uy_x * (x1 - x0));
        float sx = (float)(bx - CM_TILE * floor(lx / CM_TILE));
        float sy = (float)(by - CM_TILE * floor(ly / CM_TILE));
        float dx = (float)ux_x, dy = (float)uy_x;
        for (int i = 0; i < x1 - x0; i++) {
            float u = sx + dx * (float)i, v = sy + dy * (float)i, value = row[x0 + i];
            int iu = (int)u, iv = (int)v;
            float au = u - (float)iu, av = v - (float)iv;
            float low = value * av, top = value - low;
            float *a = tile + (size_t)(iv & MASK) * CM_TILE;
            float *b = tile + (size_t)((iv + 1) & MASK) * CM_TILE;
            int j = iu & MASK, k = (iu + 1) & MASK;
            a[j] += top - top * au;
            a[k] += top * au;
            b[j] += low - low * au;
            b[k] += low * au;
        }
    }
}

/* The lattice of an untouched picture: pixels fall on the tile's own samples. */
static bool is_plain(cm_lattice g) {
    return CM_TILE * g.xx == 1 && CM_TILE * g.yy == 1 && g.xy == 0 && g.yx == 0;
}

static void add_plain(const cm_plane *r, int x0, int x1, int y0, int y1, float *tile) {
    memset(tile, 0, CM_TILE * CM_TILE * sizeof *tile);
    for (int y = y0; y < y1; y++) {
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

/* What folding takes beside the picture. */
typedef struct folding {
    const cm_plane *residual;
    cm_lattice g;
    cm_frequency band[CM_BAND];
    cm_fft *fft;
    float *tile;
    cm_complex *half;
} folding;

static void fold_block(const folding *w, int column, int row, cm_folded *f) {
    const cm_plane *r = w->residual;
    size_t at = (size_t)row * (size_t)f->columns + (size_t)column;
    int x0 = column * f->side, x1 = column + 1 < f->columns ? x0 + f->side : r->w;
    int y0 = row * f->side, y1 = row + 1 < f->rows ? y0 + f->side : r->h;
    cm_complex *into = f->band + at * CM_BAND;
    f->x[at] = (float)(x0 + x1) / 2;
    f->y[at] = (float)(y0 + y1) / 2;
    if (is_plain(w->g))
        add_plain(r, x0, x1, y0, y1, w->tile);
    else
        splat(r, w->g, x0, x1, y0, y1, w->tile);
    cm_fft_forward(w->fft, w->tile, w->half);
    for (int i = 0; i < CM_BAND; i++)
        into[i] = holds(w->g, &w->band[i]) ? cm_tile_get(w->half, &w->band[i]) : 0;
}

static cm_code fold_all(const cm_plane *residual, cm_lattice g, cm_folded *f, cm_error *err) {
    folding w = {.residual = residual, .g = g};
    w.tile = cm_alloc_aligned(CM_TILE * CM_TILE, sizeof *w.tile);
    w.half = cm_alloc_aligned(HALF_SIZE, sizeof *w.half);
    cm_band_fill(w.band);
    cm_code code = w.tile != NULL && w.half != NULL ? CM_OK : cm_fail_memory(err);
    if (code == CM_OK)
        code = cm_fft_new(CM_FFT_FORWARD_REAL, CM_TILE, CM_TILE, &w.fft, err);
    for (int y = 0; y < f->rows && code == CM_OK; y++)
        for (int x = 0; x < f->columns; x++)
            fold_block(&w, x, y, f);
    cm_fft_free(w.fft);
    free(w.tile);
    free(w.half);
    return code;
}

cm_code cm_folded_new(const cm_plane *residual, cm_lattice g, bool whole, cm_folded *out,
                      cm_error *err) {
    int longer = residual->w > residual->h ? residual->w : residual->h;
    int side = whole ? longer : block_side(residual, g);
    *out = (cm_folded){.columns = whole ? 1 : blocks_along(residual->w, side),
                       .rows = whole ? 1 : blocks_along(residual->h, side),
                       .side = side};
    cm_code code = folded_claim(out, err);
    if (code == CM_OK)
        code = fold_all(residual, g, out, err);
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
                cm_blocks *out, cm_error *err) {
    cm_folded folded;
    *out = (cm_blocks){0};
    cm_code code = cm_folded_new(residual, g, whole, &folded, err);
    if (code != CM_OK)
        return code;
    code = cm_folded_pick(&folded, layout, out, err);
    cm_folded_free(&folded);
    return code;
}
