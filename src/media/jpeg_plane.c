#include "media/jpeg_plane.h"

#include <math.h>
#include <string.h>

#include "media/luma.h"

enum { LINE_FLOATS = 16 };

static const float LEVEL_SHIFT = 128.0f;

uint32_t cm_jpeg_plane_rows(const cm_jpeg_plane *c) {
    return CM_DCT_SIDE * c->ratio_y;
}

/* An odd number of cache lines, so that the rows of a strip don't compete for the same ones. */
size_t cm_jpeg_plane_stride(const cm_jpeg_plane *c) {
    size_t floats = (size_t)c->blocks_across * CM_DCT_SIDE * c->ratio_x;
    return ((floats + LINE_FLOATS - 1) / LINE_FLOATS | 1) * LINE_FLOATS;
}

/* Samples to pixels, in place: the last sample first, so that none is overwritten unread. */
static void enlarge(const cm_jpeg_plane *c, float *strip) {
    size_t stride = cm_jpeg_plane_stride(c);
    for (size_t y = cm_jpeg_plane_rows(c); y-- > 0;)
        for (size_t x = stride; x-- > 0;)
            strip[y * stride + x] = strip[y / c->ratio_y * stride + x / c->ratio_x];
}

/* Pixels to samples, in place: each the mean of the pixels that it covers. */
static void shrink(const cm_jpeg_plane *c, float *strip) {
    size_t stride = cm_jpeg_plane_stride(c);
    float share = 1.0f / (float)(c->ratio_x * c->ratio_y);
    for (size_t y = 0; y < CM_DCT_SIDE; y++) {
        for (size_t x = 0; x < (size_t)c->blocks_across * CM_DCT_SIDE; x++) {
            float sum = 0;
            for (size_t j = 0; j < c->ratio_y; j++)
                for (size_t i = 0; i < c->ratio_x; i++)
                    sum += strip[(y * c->ratio_y + j) * stride + x * c->ratio_x + i];
            strip[y * stride + x] = sum * share;
        }
    }
}

static bool is_subsampled(const cm_jpeg_plane *c) {
    return c->ratio_x != 1 || c->ratio_y != 1;
}

void cm_jpeg_plane_decode(const cm_jpeg_plane *c, const int16_t *row, float *strip) {
    float scale[CM_DCT_SIZE];
    size_t stride = cm_jpeg_plane_stride(c);
    cm_dct_inverse_scale(scale);
    for (int i = 0; i < CM_DCT_SIZE; i++)
        scale[i] *= (float)c->old_steps[i];
    for (size_t b = 0; b < c->blocks_across; b++)
        cm_dct_inverse(row + b * CM_DCT_SIZE, scale, strip + b * CM_DCT_SIDE, stride);
    for (size_t i = 0; i < CM_DCT_SIDE * stride; i++)
        strip[i] = cm_luma_clamp(strip[i] + LEVEL_SHIFT);
    if (is_subsampled(c))
        enlarge(c, strip);
}

/* Rows of strip j that lie in the picture. */
static uint32_t rows_inside(const cm_jpeg_plane *c, const cm_view *v, uint32_t j) {
    uint32_t rows = cm_jpeg_plane_rows(c), left = v->height - j * rows;
    return left < rows ? left : rows;
}

void cm_jpeg_plane_put(const cm_jpeg_plane *c, const cm_view *v, uint32_t j, const float *strip,
                       cm_rows_out *out) {
    cm_rows_put(out, j * cm_jpeg_plane_rows(c), rows_inside(c, v, j), strip,
                cm_jpeg_plane_stride(c));
}

void cm_jpeg_plane_fetch(const cm_jpeg_plane *c, const cm_view *v, uint32_t j, cm_rows_in *change,
                         float *strip) {
    size_t stride = cm_jpeg_plane_stride(c);
    uint32_t rows = cm_jpeg_plane_rows(c), inside = rows_inside(c, v, j);
    cm_rows_get(change, j * rows, inside, strip, stride);
    for (size_t y = 0; y < inside; y++) {
        float *line = strip + y * stride;
        for (size_t x = v->width; x < stride; x++)
            line[x] = line[v->width - 1];
    }
    for (size_t y = inside; y < rows; y++)
        memcpy(strip + y * stride, strip + (inside - 1) * stride, stride * sizeof *strip);
}

double cm_jpeg_plane_squares(const cm_jpeg_plane *c, const int16_t *row, const cm_jpeg_plane *other,
                             const int16_t *other_row) {
    float p[CM_DCT_SIZE], q[CM_DCT_SIZE], sums[CM_DCT_SIZE] = {0};
    double total = 0;
    for (int i = 0; i < CM_DCT_SIZE; i++) {
        p[i] = (float)c->old_steps[i];
        q[i] = (float)other->old_steps[i];
    }
    for (size_t b = 0; b < (size_t)c->blocks_across * CM_DCT_SIZE; b += CM_DCT_SIZE)
        for (int i = 0; i < CM_DCT_SIZE; i++) {
            float d = p[i] * (float)row[b + (size_t)i] - q[i] * (float)other_row[b + (size_t)i];
            sums[i] += d * d;
        }
    for (int i = 0; i < CM_DCT_SIZE; i++)
        total += (double)sums[i];
    return total;
}

void cm_jpeg_plane_change(const cm_jpeg_plane *c, const int16_t *from, int16_t *to, float *strip) {
    size_t stride = cm_jpeg_plane_stride(c);
    float unit[CM_DCT_SIZE], dct[CM_DCT_SIZE];
    cm_dct_forward_scale(unit);
    cm_jpeg_rounding r = cm_jpeg_rounding_of(c, unit);
    if (is_subsampled(c))
        shrink(c, strip);
    for (size_t b = 0; b < c->blocks_across; b++, from += CM_DCT_SIZE, to += CM_DCT_SIZE) {
        cm_dct_forward(strip + b * CM_DCT_SIDE, stride, dct);
        cm_jpeg_move_block(c, &r, CM_DCT_SIDE, dct, from, to);
    }
}

/* Entry i of the table stands for frequencies around (u, v) / 16 cycles per sample. A block is too
 * short to tell neighbours apart: a wave also shows in the entries next to its own, so these count
 * as in the band. */
static bool in_band(const cm_jpeg_plane *c, int i, cm_band band) {
    float u = (float)(i % CM_DCT_SIDE) / (float)c->ratio_x;
    float v = (float)(i / CM_DCT_SIDE) / (float)c->ratio_y;
    float entry = 1.0f / (2 * CM_DCT_SIDE);
    float f = hypotf(u, v) * entry;
    if (band.low == 0 && band.high == 0)
        return true;
    return f >= band.low - entry && f <= band.high + entry;
}

bool cm_jpeg_plane_refine(cm_jpeg_plane *c, cm_band band, float finest_step) {
    bool any = false;
    float finest = floorf(finest_step * CM_DCT_SIDE);
    if (finest_step <= 0)
        return false;
    uint16_t limit = (uint16_t)(finest < 1 ? 1 : finest < UINT16_MAX ? finest : UINT16_MAX);
    for (int i = 0; i < CM_DCT_SIZE; i++) {
        if (c->new_steps[i] <= limit || !in_band(c, i, band))
            continue;
        c->new_steps[i] = limit;
        any = true;
    }
    return any;
}

float cm_jpeg_plane_coarsest(const cm_jpeg_plane *c, cm_band band) {
    uint16_t most = 0;
    for (int i = 0; i < CM_DCT_SIZE; i++)
        if (in_band(c, i, band) && c->old_steps[i] > most)
            most = c->old_steps[i];
    return (float)most / CM_DCT_SIDE;
}
