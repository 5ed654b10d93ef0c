#include "media/raster.h"

#include <stdlib.h>

#include "base/mem.h"
#include "media/luma.h"

/* Rows handled at once: sixteen floats side by side fill a cache line of a turned picture. */
enum { STRIP_ROWS = 16, MID_GREY = 128 };

#define ALWAYS_INLINE static inline __attribute__((always_inline))

cm_code cm_raster_alloc(cm_raster *r, cm_error *err) {
    size_t stride = cm_raster_stride(r);
    r->pixels = cm_alloc_aligned(r->height, stride);
    return r->pixels != NULL ? CM_OK : cm_fail_memory(err);
}

void cm_raster_free(cm_raster *r) {
    free(r->pixels);
    *r = (cm_raster){0};
}

size_t cm_raster_stride(const cm_raster *r) {
    return (size_t)r->width * r->channels * (r->depth / 8u);
}

static float *strip_alloc(uint32_t width) {
    return cm_alloc_aligned((size_t)width * STRIP_ROWS, sizeof(float));
}

ALWAYS_INLINE unsigned sample(const uint8_t *row, size_t i, unsigned depth) {
    uint16_t wide;
    if (depth == 8)
        return row[i];
    memcpy(&wide, row + 2 * i, sizeof wide);
    return wide;
}

ALWAYS_INLINE void store(uint8_t *row, size_t i, unsigned depth, unsigned value) {
    uint16_t wide = (uint16_t)value;
    if (depth == 8)
        row[i] = (uint8_t)value;
    else
        memcpy(row + 2 * i, &wide, sizeof wide);
}

/* The loops below are written once and compiled for each layout that DISPATCH names. */
#define DISPATCH(r, function, ...)                                                                 \
    do {                                                                                           \
        switch ((r)->channels * 32u + (r)->depth) {                                                \
        case 1 * 32 + 8:                                                                           \
            function(1, 8, __VA_ARGS__);                                                           \
            break;                                                                                 \
        case 2 * 32 + 8:                                                                           \
            function(2, 8, __VA_ARGS__);                                                           \
            break;                                                                                 \
        case 3 * 32 + 8:                                                                           \
            function(3, 8, __VA_ARGS__);                                                           \
            break;                                                                                 \
        case 4 * 32 + 8:                                                                           \
            function(4, 8, __VA_ARGS__);                                                           \
            break;                                                                                 \
        case 1 * 32 + 16:                                                                          \
            function(1, 16, __VA_ARGS__);                                                          \
            break;                                                                                 \
        case 2 * 32 + 16:                                                                          \
            function(2, 16, __VA_ARGS__);                                                          \
            break;                                                                                 \
        case 3 * 32 + 16:                                                                          \
            function(3, 16, __VA_ARGS__);                                                          \
            break;                                                                                 \
        default:                                                                                   \
            function(4, 16, __VA_ARGS__);                                                          \
            break;                                                                                 \
        }                                                                                          \
    } while (0)

ALWAYS_INLINE void luma_row(unsigned channels, unsigned depth, const uint8_t *row, uint32_t width,
                            float *luma) {
    float unit = depth == 8 ? 1.0f : 1.0f / CM_SIXTEEN_BIT_UNIT;
    for (size_t x = 0; x < width; x++) {
        size_t i = x * channels;
        if (channels <= 2)
            luma[x] = unit * (float)sample(row, i, depth);
        else
            luma[x] = unit * (CM_LUMA_R * (float)sample(row, i, depth) +
                              CM_LUMA_G * (float)sample(row, i + 1, depth) +
                              CM_LUMA_B * (float)sample(row, i + 2, depth));
    }
}

cm_code cm_raster_luma(const cm_raster *r, cm_rows_out *out, cm_error *err) {
    size_t stride = cm_raster_stride(r);
    float *strip = strip_alloc(r->width);
    if (strip == NULL)
        return cm_fail_memory(err);
    for (uint32_t y = 0; y < r->height; y += STRIP_ROWS) {
        uint32_t rows = r->height - y < STRIP_ROWS ? r->height - y : STRIP_ROWS;
        for (uint32_t j = 0; j < rows; j++)
            DISPATCH(r, luma_row, r->pixels + (y + j) * stride, r->width,
                     strip + (size_t)j * r->width);
        cm_rows_put(out, y, rows, strip, r->width);
    }
    free(strip);
    return CM_OK;
}

ALWAYS_INLINE void rgb_row(unsigned channels, unsigned depth, const uint8_t *row, uint32_t width,
                           cm_alpha treated, uint8_t *out, ptrdiff_t step) {
    unsigned top = depth == 8 ? 0xff : 0xffff;
    for (size_t x = 0; x < width; x++, out += step) {
        size_t i = x * channels;
        bool blended = channels % 2 == 0 && treated == CM_ALPHA_OVER_GREY;
        unsigned alpha = blended ? sample(row, i + channels - 1, depth) : top;
        for (unsigned c = 0; c < 3; c++) {
            unsigned value = sample(row, channels <= 2 ? i : i + c, depth);
            unsigned eight = (value * 255u + top / 2) / top;
            out[c] =
                (uint8_t)(((uint64_t)eight * alpha + (uint64_t)MID_GREY * (top - alpha)) / top);
        }
    }
}

void cm_raster_rgb(const cm_raster *r, const cm_view *v, cm_alpha alpha, uint8_t *rgb) {
    size_t stride = cm_raster_stride(r);
    for (uint32_t y = 0; y < r->height; y++) {
        uint8_t *out = rgb + 3 * (v->origin + (ptrdiff_t)y * v->step_y);
        DISPATCH(r, rgb_row, r->pixels + y * stride, r->width, alpha, out, 3 * v->step_x);
    }
}

ALWAYS_INLINE void changed_row(unsigned channels, unsigned depth, const uint8_t *row,
                               uint32_t width, const float *change, uint8_t *out) {
    int top = depth == 8 ? 0xff : 0xffff;
    float unit = depth == 8 ? 1.0f : CM_SIXTEEN_BIT_UNIT;
    unsigned colours = channels <= 2 ? 1 : 3;
    for (size_t x = 0; x < width; x++) {
        size_t i = x * channels;
        float d = unit * change[x];
        int step = (int)(d + (d < 0 ? -0.5f : 0.5f));
        if (channels % 2 == 0) {
            unsigned alpha = sample(row, i + colours, depth);
            store(out, i + colours, depth, alpha);
            step = alpha != 0 ? step : 0;
        }
        for (unsigned c = 0; c < colours; c++) {
            int value = (int)sample(row, i + c, depth) + step;
            value = value < 0 ? 0 : value;
            store(out, i + c, depth, (unsigned)(value > top ? top : value));
        }
    }
}

cm_code cm_raster_changed(const cm_raster *r, cm_rows_in *change, cm_raster *out, cm_error *err) {
    size_t stride = cm_raster_stride(r);
    *out = *r;
    out->pixels = NULL;
    float *strip = strip_alloc(r->width);
    if (strip == NULL || cm_raster_alloc(out, NULL) != CM_OK) {
        free(strip);
        return cm_fail_memory(err);
    }
    for (uint32_t y = 0; y < r->height; y += STRIP_ROWS) {
        uint32_t rows = r->height - y < STRIP_ROWS ? r->height - y : STRIP_ROWS;
        cm_rows_get(change, y, rows, strip, r->width);
        for (uint32_t j = 0; j < rows; j++)
            DISPATCH(r, changed_row, r->pixels + (y + j) * stride, r->width,
                     strip + (size_t)j * r->width, out->pixels + (y + j) * stride);
    }
    free(strip);
    return CM_OK;
}
