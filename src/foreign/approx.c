#include "foreign/approx.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/wide.h"

cm_foreign_pixels cm_pixels_split(const uint8_t *rgb, size_t w, size_t h, uint8_t *planes) {
    size_t n = w * h;
    uint8_t *r = planes, *g = planes + n, *b = planes + 2 * n;
    for (size_t i = 0; i < n; i++) {
        r[i] = rgb[3 * i];
        g[i] = rgb[3 * i + 1];
        b[i] = rgb[3 * i + 2];
    }
    return (cm_foreign_pixels){.r = r, .g = g, .b = b, .w = w, .h = h};
}

cm_foreign_pixels cm_pixels_swapped(cm_foreign_pixels p) {
    return (cm_foreign_pixels){.r = p.b, .g = p.g, .b = p.r, .w = p.w, .h = p.h};
}

static cm_colour_row row_at(const cm_foreign_pixels *p, size_t y) {
    size_t at = y * p->w;
    return (cm_colour_row){p->r + at, p->g + at, p->b + at};
}

static size_t blocks_along(size_t length, bool padded) {
    return (padded ? length + 1 : length) / CM_BLOCK_PIXELS;
}

cm_code cm_approx_open(cm_foreign_pixels pixels, cm_domain domain, bool padded, cm_approx *out,
                       cm_error *err) {
    *out = (cm_approx){.pixels = pixels,
                       .domain = domain,
                       .padded = padded,
                       .columns = blocks_along(pixels.w, padded),
                       .rows = blocks_along(pixels.h, padded)};
    size_t sample = domain == CM_DOMAIN_BYTES ? sizeof(double) : sizeof(float);
    out->ll = cm_calloc(out->columns * CM_BLOCK_SIZE, sizeof *out->ll);
    out->scratch = cm_calloc(2 * (pixels.w + 1), sample); /* two rows of pixels */
    return out->ll != NULL && out->scratch != NULL ? CM_OK : cm_fail_memory(err);
}

void cm_approx_close(cm_approx *a) {
    free(a->ll);
    free(a->scratch);
    *a = (cm_approx){0};
}

/* Down first, then along; every product is rounded before it is added. */
CM_WIDE static void haar_doubles(const double *upper, const double *lower, size_t n, double *out) {
    const double s = 0.7071067811865476;
    for (size_t i = 0; i < n; i++) {
        double left = s * lower[2 * i] + s * upper[2 * i];
        double right = s * lower[2 * i + 1] + s * upper[2 * i + 1];
        out[i] = s * right + s * left;
    }
}

CM_WIDE static void haar_floats(const float *upper, const float *lower, size_t n, double *out) {
    const float s = 0.70710677f;
    for (size_t i = 0; i < n; i++) {
        float left = s * lower[2 * i] + s * upper[2 * i];
        float right = s * lower[2 * i + 1] + s * upper[2 * i + 1];
        out[i] = s * right + s * left;
    }
}

static void row_of_floats(const cm_approx *a, size_t y, cm_channel channel, float *out) {
    const cm_foreign_pixels *p = &a->pixels;
    if (y < p->h)
        cm_colour_floats(row_at(p, y), p->w, channel, out);
    else
        memset(out, 0, p->w * sizeof *out);
    out[p->w] = 0;
}

void cm_approx_row(cm_approx *a, size_t row, cm_channel channel) {
    const cm_foreign_pixels *p = &a->pixels;
    size_t n = a->columns * CM_BLOCK_SIDE;
    double *doubles = a->scratch;
    float *floats = a->scratch;
    for (size_t i = 0; i < CM_BLOCK_SIDE; i++) {
        size_t y = row * CM_BLOCK_PIXELS + 2 * i;
        if (a->domain == CM_DOMAIN_BYTES) {
            cm_colour_bytes(row_at(p, y), p->w, doubles);
            cm_colour_bytes(row_at(p, y + 1), p->w, doubles + p->w + 1);
            haar_doubles(doubles, doubles + p->w + 1, n, a->ll + i * n);
        } else {
            row_of_floats(a, y, channel, floats);
            row_of_floats(a, y + 1, channel, floats + p->w + 1);
            haar_floats(floats, floats + p->w + 1, n, a->ll + i * n);
        }
    }
}

void cm_approx_block(const cm_approx *a, size_t column, double block[CM_BLOCK_SIZE]) {
    size_t n = a->columns * CM_BLOCK_SIDE;
    for (size_t i = 0; i < CM_BLOCK_SIDE; i++)
        memcpy(block + i * CM_BLOCK_SIDE, a->ll + i * n + column * CM_BLOCK_SIDE,
               CM_BLOCK_SIDE * sizeof *block);
}
