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

static cm_code blocks_new(int columns, int rows, int side, int messages, cm_blocks *b,
                          cm_error *err) {
    size_t n = (size_t)columns * (size_t)rows;
    *b = (cm_blocks){.columns = columns, .rows = rows, .side = side, .messages = messages};
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

/* Whether a picture can hold the frequency at all under this lattice; beyond Nyquist there is
 * nothing but folded noise. */
static bool holds(cm_lattice g, const cm_frequency *f) {
    return fabs(g.xx * f->kx + g.xy * f->ky) < 0.5 && fabs(g.yx * f->kx + g.yy * f->ky) < 0.5;
}

static void fold_block(const cm_plane *r, const cm_layout *l, cm_lattice g, const cm_fft *fft,
                       int column, int row, float *tile, cm_complex *half, cm_blocks *b) {
    size_t at = (size_t)row * (size_t)b->columns + (size_t)column;
    int x0 = column * b->side, x1 = column + 1 < b->columns ? x0 + b->side : r->w;
    int y0 = row * b->side, y1 = row + 1 < b->rows ? y0 + b->side : r->h;
    b->x[at] = (float)(x0 + x1) / 2;
    b->y[at] = (float)(y0 + y1) / 2;
    if (is_plain(g))
        add_plain(r, x0, x1, y0, y1, tile);
    else
        splat(r, g, x0, x1, y0, y1, tile);
    cm_fft_forward(fft, tile, half);
    for (int i = 0; i < CM_PILOTS; i++)
        b->pilot[at * CM_PILOTS + (size_t)i] =
            holds(g, &l->pilot[i]) ? cm_tile_get(half, &l->pilot[i]) : 0;
    for (int i = 0; i < l->messages; i++)
        b->message[at * (size_t)l->messages + (size_t)i] =
            holds(g, &l->message[i]) ? cm_tile_get(half, &l->message[i]) : 0;
}

cm_code cm_fold(const cm_plane *residual, const cm_layout *layout, cm_lattice g, bool whole,
                cm_blocks *out, cm_error *err) {
    int longer = residual->w > residual->h ? residual->w : residual->h;
    int side = whole ? longer : block_side(residual, g);
    cm_fft *fft = NULL;
    float *tile = cm_alloc_aligned(CM_TILE * CM_TILE, sizeof *tile);
    cm_complex *half = cm_alloc_aligned(HALF_SIZE, sizeof *half);
    *out = (cm_blocks){0};
    cm_code code = tile != NULL && half != NULL ? CM_OK : cm_fail_memory(err);
    if (code == CM_OK)
        code = cm_fft_new(CM_FFT_FORWARD_REAL, CM_TILE, CM_TILE, &fft, err);
    if (code == CM_OK)
        code = blocks_new(whole ? 1 : blocks_along(residual->w, side),
                          whole ? 1 : blocks_along(residual->h, side), side, layout->messages, out,
                          err);
    if (code == CM_OK)
        for (int y = 0; y < out->rows; y++)
            for (int x = 0; x < out->columns; x++)
                fold_block(residual, layout, g, fft, x, y, tile, half, out);
    cm_fft_free(fft);
    free(tile);
    free(half);
    return code;
}
