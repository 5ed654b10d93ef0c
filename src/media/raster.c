#include "media/raster.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "media/pixel_row.h"
#include "media/raster_change.h"
#include "media/samples.h"

/* Rows handled at once: sixteen floats side by side fill a cache line of a turned picture. */
enum { STRIP_ROWS = 16, MID_GREY = 128 };

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

static cm_pixel_layout layout_of(const cm_raster *r) {
    return (cm_pixel_layout){.channels = r->channels, .depth = r->depth};
}

cm_code cm_raster_luma(const cm_raster *r, cm_rows_out *out, cm_error *err) {
    size_t stride = cm_raster_stride(r);
    cm_pixel_layout layout = layout_of(r);
    float *strip = strip_alloc(r->width);
    if (strip == NULL)
        return cm_fail_memory(err);
    for (uint32_t y = 0; y < r->height; y += STRIP_ROWS) {
        uint32_t rows = r->height - y < STRIP_ROWS ? r->height - y : STRIP_ROWS;
        for (uint32_t j = 0; j < rows; j++)
            cm_pixel_row_luma(&layout, r->pixels + (y + j) * stride, r->width,
                              strip + (size_t)j * r->width);
        cm_rows_put(out, y, rows, strip, r->width);
    }
    free(strip);
    return CM_OK;
}

CM_ALWAYS_INLINE void rgb_row(unsigned channels, unsigned depth, const uint8_t *row, uint32_t width,
                              cm_alpha treated, uint8_t *out, ptrdiff_t step) {
    unsigned top = depth == 8 ? 0xff : 0xffff;
    for (size_t x = 0; x < width; x++, out += step) {
        size_t i = x * channels;
        bool blended = channels % 2 == 0 && treated == CM_ALPHA_OVER_GREY;
        unsigned alpha = blended ? cm_sample(row, i + channels - 1, depth) : top;
        for (unsigned c = 0; c < 3; c++) {
            unsigned value = cm_sample(row, channels <= 2 ? i : i + c, depth);
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
        CM_EACH_LAYOUT(r->channels, r->depth, rgb_row, r->pixels + y * stride, r->width, alpha, out,
                       3 * v->step_x);
    }
}

cm_code cm_raster_changed(const cm_raster *r, cm_rows_in *change, cm_raster *out, cm_error *err) {
    cm_raster_changer c;
    size_t stride = cm_raster_stride(r);
    *out = *r;
    out->pixels = NULL;
    cm_code code = cm_raster_changer_begin(&c, r, NULL, change, NULL, err);
    if (code == CM_OK)
        code = cm_raster_alloc(out, err);
    for (uint32_t y = 0, rows; y < r->height && code == CM_OK; y += rows) {
        rows = cm_raster_changer_strip(&c, y);
        memcpy(out->pixels + y * stride, c.rows, rows * stride);
    }
    cm_raster_changer_end(&c);
    return code;
}
