#include "media/raster_change.h"

#include <stdlib.h>

#include "base/mem.h"
#include "media/pixel_row.h"

enum { STRIP_ROWS = 16 };

cm_code cm_raster_changer_begin(cm_raster_changer *c, const cm_raster *r, const cm_view *v,
                                cm_rows_in *change, cm_seen *seen, cm_error *err) {
    *c = (cm_raster_changer){.r = r, .change = change, .seen = seen};
    c->rows = cm_alloc_aligned(STRIP_ROWS, cm_raster_stride(r));
    c->strip = cm_alloc_aligned((size_t)r->width * STRIP_ROWS, sizeof *c->strip);
    if (c->rows == NULL || c->strip == NULL)
        return cm_fail_memory(err);
    if (seen == NULL)
        return CM_OK;
    c->luma = cm_alloc_aligned((size_t)r->width, sizeof *c->luma);
    return c->luma != NULL ? cm_rows_out_begin(&c->out, v, seen->luma, err) : cm_fail_memory(err);
}

void cm_raster_changer_end(cm_raster_changer *c) {
    cm_rows_out_end(&c->out);
    free(c->luma);
    free(c->rows);
    free(c->strip);
}

/* The change has been made, so that its strip is free for luma. */
static void watch(cm_raster_changer *c, const cm_pixel_layout *layout, uint32_t y, uint32_t rows) {
    size_t stride = cm_raster_stride(c->r), width = c->r->width;
    for (uint32_t j = 0; j < rows; j++) {
        float *luma = c->strip + j * width, sum = 0; /* of one row, a float will do */
        cm_pixel_row_luma(layout, c->r->pixels + (y + j) * stride, c->r->width, c->luma);
        cm_pixel_row_luma(layout, c->rows + j * stride, c->r->width, luma);
        for (size_t x = 0; x < width; x++)
            sum += (luma[x] - c->luma[x]) * (luma[x] - c->luma[x]);
        c->squares += (double)sum;
    }
    cm_rows_put(&c->out, y, rows, c->strip, width);
    c->seen->mean_square = c->squares / ((double)c->r->width * c->r->height);
    c->seen->known = y + rows == c->r->height;
}

uint32_t cm_raster_changer_strip(cm_raster_changer *c, uint32_t y) {
    size_t stride = cm_raster_stride(c->r);
    cm_pixel_layout layout = {.channels = c->r->channels, .depth = c->r->depth};
    uint32_t rows = c->r->height - y < STRIP_ROWS ? c->r->height - y : STRIP_ROWS;
    cm_rows_get(c->change, y, rows, c->strip, c->r->width);
    for (uint32_t j = 0; j < rows; j++)
        cm_pixel_row_change(&layout, c->r->pixels + (y + j) * stride, c->r->width,
                            c->strip + (size_t)j * c->r->width, c->rows + j * stride);
    if (c->seen != NULL)
        watch(c, &layout, y, rows);
    return rows;
}
