#include "media/buffer.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "media/picture.h"
#include "media/pixel_row.h"
#include "media/yuv_row.h"

enum { STRIP_ROWS = 16, FLOAT_DEPTH = 32 };

typedef struct kind {
    cm_pixel_layout layout;
    bool planar;
    unsigned char halved_x, halved_y; /* U and V: columns and rows are */
} kind;

static const kind KINDS[] = {
    [CM_PIXELS_GREY8] = {.layout = {1, 8, false}},
    [CM_PIXELS_RGB8] = {.layout = {3, 8, false}},
    [CM_PIXELS_RGBA8] = {.layout = {4, 8, false}},
    [CM_PIXELS_BGR8] = {.layout = {3, 8, true}},
    [CM_PIXELS_BGRA8] = {.layout = {4, 8, true}},
    [CM_PIXELS_RGB16] = {.layout = {3, 16, false}},
    [CM_PIXELS_RGBA16] = {.layout = {4, 16, false}},
    [CM_PIXELS_RGBF32] = {.layout = {3, FLOAT_DEPTH, false}},
    [CM_PIXELS_RGBAF32] = {.layout = {4, FLOAT_DEPTH, false}},
    [CM_PIXELS_YUV420] = {{1, 8, false}, .planar = true, .halved_x = 1, .halved_y = 1},
    [CM_PIXELS_YUV422] = {{1, 8, false}, .planar = true, .halved_x = 1},
    [CM_PIXELS_YUV444] = {{1, 8, false}, .planar = true},
};

enum { KIND_COUNT = sizeof KINDS / sizeof KINDS[0] };

static const kind *kind_of(const cm_pixels *p) {
    return &KINDS[p->format];
}

static size_t row_bytes(const cm_pixels *p, int plane) {
    const kind *k = kind_of(p);
    if (plane > 0)
        return ((size_t)p->width + k->halved_x) >> k->halved_x;
    return (size_t)p->width * k->layout.channels * (k->layout.depth / 8u);
}

static uint8_t *row_of(const cm_pixels *p, int plane, uint32_t y) {
    ptrdiff_t stride = p->stride[plane] != 0 ? p->stride[plane] : (ptrdiff_t)row_bytes(p, plane);
    return (uint8_t *)p->plane[plane] + (ptrdiff_t)y * stride;
}

/* Rows lie clear of one another, and no offset into them overflows. */
static cm_code check_plane(const cm_pixels *p, int plane, cm_error *err) {
    const kind *k = kind_of(p);
    uint64_t row = plane > 0 ? ((uint64_t)p->width + k->halved_x) >> k->halved_x
                             : (uint64_t)p->width * k->layout.channels * (k->layout.depth / 8u);
    ptrdiff_t stride = p->stride[plane];
    uint64_t pitch = stride < 0 ? 0 - (uint64_t)stride : (uint64_t)stride;
    pitch = pitch != 0 ? pitch : row;
    if (p->plane[plane] == NULL)
        return cm_fail(err, CM_ERR_ARGUMENT, "plane %d of the pixels is missing", plane);
    if (pitch < row)
        return cm_fail(err, CM_ERR_ARGUMENT,
                       "the stride of plane %d is %lld bytes, but its rows have %llu", plane,
                       (long long)stride, (unsigned long long)row);
    if (pitch > PTRDIFF_MAX / p->height)
        return cm_fail(err, CM_ERR_ARGUMENT,
                       "%u rows of %llu bytes are more than memory can be addressed", p->height,
                       (unsigned long long)pitch);
    return CM_OK;
}

cm_code cm_buffer_check(const cm_pixels *p, const cm_limits *limits, cm_error *err) {
    if ((unsigned)p->format < CM_PIXELS_GREY8 || (unsigned)p->format >= KIND_COUNT)
        return cm_fail(err, CM_ERR_ARGUMENT, "no pixel format has the number %d", (int)p->format);
    if (p->width == 0 || p->height == 0)
        return cm_fail(err, CM_ERR_ARGUMENT, "there are no pixels (%u x %u)", p->width, p->height);
    cm_code code = cm_size_allow(limits, p->width, p->height, err);
    int planes = kind_of(p)->planar && p->bt709 ? 3 : 1;
    for (int i = 0; i < planes && code == CM_OK; i++)
        code = check_plane(p, i, err);
    return code;
}

static cm_yuv_row yuv_row(const cm_pixels *p, uint32_t y) {
    const kind *k = kind_of(p);
    cm_yuv_row r = {.limited = p->limited_range, .bt709 = p->bt709, .halved = k->halved_x != 0};
    if (p->bt709) {
        r.u = row_of(p, 1, y >> k->halved_y);
        r.v = row_of(p, 2, y >> k->halved_y);
    }
    return r;
}

/* Luma of the samples `row`, which stand, or would stand, in row y. */
static void luma_row(const cm_pixels *p, uint32_t y, const uint8_t *row, float *luma) {
    const kind *k = kind_of(p);
    if (!k->planar) {
        cm_pixel_row_luma(&k->layout, row, p->width, luma);
        return;
    }
    cm_yuv_row r = yuv_row(p, y);
    cm_yuv_row_luma(&r, row, p->width, luma);
}

static void change_row(const cm_pixels *p, uint32_t y, const float *change, uint8_t *out) {
    const kind *k = kind_of(p);
    if (!k->planar) {
        cm_pixel_row_change(&k->layout, row_of(p, 0, y), p->width, change, out);
        return;
    }
    cm_yuv_row r = yuv_row(p, y);
    cm_yuv_row_change(&r, row_of(p, 0, y), p->width, change, out);
}

static bool all_finite(const uint8_t *row, size_t samples) {
    uint32_t found = 0;
    for (size_t i = 0; i < samples; i++) {
        uint32_t bits;
        memcpy(&bits, row + i * sizeof bits, sizeof bits);
        found |= (bits & 0x7f800000u) == 0x7f800000u;
    }
    return found == 0;
}

static cm_code refuse_sample(const uint8_t *row, unsigned channels, uint32_t y, cm_error *err) {
    size_t i = 0;
    while (all_finite(row + i * sizeof(float), 1))
        i++;
    float value;
    memcpy(&value, row + i * sizeof value, sizeof value);
    return cm_fail(err, CM_ERR_ARGUMENT, "sample %u of the pixel at column %zu, row %u is %s",
                   (unsigned)(i % channels), i / channels, y,
                   isnan(value) ? "not a number" : "infinite");
}

static cm_code check_row(const cm_pixels *p, uint32_t y, cm_error *err) {
    const cm_pixel_layout *l = &kind_of(p)->layout;
    const uint8_t *row = row_of(p, 0, y);
    if (l->depth != FLOAT_DEPTH || all_finite(row, (size_t)p->width * l->channels))
        return CM_OK;
    return refuse_sample(row, l->channels, y, err);
}

static uint32_t strip_rows(const cm_pixels *p, uint32_t y) {
    return p->height - y < STRIP_ROWS ? p->height - y : STRIP_ROWS;
}

static float *strip_alloc(const cm_pixels *p) {
    return cm_alloc_aligned((size_t)p->width * STRIP_ROWS, sizeof(float));
}

static cm_view view_of(const cm_pixels *p) {
    return cm_view_make(p->width, p->height, 1);
}

cm_code cm_buffer_luma(const cm_pixels *p, cm_plane *luma, cm_error *err) {
    cm_view view = view_of(p);
    cm_rows_out out;
    float *strip = strip_alloc(p);
    cm_code code = cm_rows_out_begin(&out, &view, luma, err);
    if (code == CM_OK && strip == NULL)
        code = cm_fail_memory(err);
    for (uint32_t y = 0; y < p->height && code == CM_OK; y += STRIP_ROWS) {
        uint32_t rows = strip_rows(p, y);
        for (uint32_t j = 0; j < rows && code == CM_OK; j++) {
            code = check_row(p, y + j, err);
            luma_row(p, y + j, row_of(p, 0, y + j), strip + (size_t)j * p->width);
        }
        if (code == CM_OK)
            cm_rows_put(&out, y, rows, strip, p->width);
    }
    cm_rows_out_end(&out);
    free(strip);
    return code;
}

/* What a change works with. */
typedef struct change_work {
    cm_rows_in in;
    cm_rows_out out; /* of the new luma, where it is asked for */
    float *change;   /* a strip, which becomes one of the new luma */
    float *before;   /* a row's luma */
    uint8_t *row;    /* a row as it becomes */
} change_work;

static cm_code work_begin(const cm_pixels *p, const cm_plane *change, cm_plane *seen,
                          change_work *w, cm_error *err) {
    cm_view view = view_of(p);
    w->change = strip_alloc(p);
    w->before = cm_alloc_aligned(p->width, sizeof(float));
    w->row = cm_alloc_aligned(row_bytes(p, 0), 1);
    if (w->change == NULL || w->before == NULL || w->row == NULL)
        return cm_fail_memory(err);
    cm_code code = cm_rows_in_begin(&w->in, &view, change, err);
    if (code == CM_OK && seen != NULL)
        code = cm_rows_out_begin(&w->out, &view, seen, err);
    return code;
}

static void work_end(change_work *w) {
    cm_rows_in_end(&w->in);
    cm_rows_out_end(&w->out);
    free(w->change);
    free(w->before);
    free(w->row);
}

static double square_difference(const float *a, const float *b, uint32_t n) {
    float sum = 0; /* of one row, a float will do */
    for (uint32_t i = 0; i < n; i++)
        sum += (a[i] - b[i]) * (a[i] - b[i]);
    return (double)sum;
}

cm_code cm_buffer_change(const cm_pixels *p, const cm_plane *change, bool write, cm_plane *seen,
                         double *mean_square, cm_error *err) {
    change_work w = {0};
    double total = 0;
    cm_code code = work_begin(p, change, seen, &w, err);
    for (uint32_t y = 0; y < p->height && code == CM_OK; y += STRIP_ROWS) {
        uint32_t rows = strip_rows(p, y);
        cm_rows_get(&w.in, y, rows, w.change, p->width);
        for (uint32_t j = 0; j < rows; j++) {
            float *line = w.change + (size_t)j * p->width;
            uint8_t *row = row_of(p, 0, y + j);
            luma_row(p, y + j, row, w.before);
            change_row(p, y + j, line, w.row);
            luma_row(p, y + j, w.row, line);
            total += square_difference(w.before, line, p->width);
            if (write)
                memcpy(row, w.row, row_bytes(p, 0));
        }
        if (seen != NULL)
            cm_rows_put(&w.out, y, rows, w.change, p->width);
    }
    if (code == CM_OK)
        *mean_square = total / ((double)p->width * p->height);
    work_end(&w);
    return code;
}
