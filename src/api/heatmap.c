/* Where the mark is: the picture in grey, and colour over the cells that answer. */
#include <math.h>
#include <stdlib.h>

#include "api/findings.h"
#include "api/png_write.h"
#include "base/mem.h"
#include "base/stream.h"
#include "media/media.h"

/* The map's score at the middle of a pixel, between the middles of its cells. */
static float sample(const cm_mark_map *m, float x, float y) {
    x = fminf(fmaxf(x - 0.5f, 0), (float)(m->columns - 1));
    y = fminf(fmaxf(y - 0.5f, 0), (float)(m->rows - 1));
    int x0 = (int)x, y0 = (int)y;
    int x1 = x0 + 1 < m->columns ? x0 + 1 : x0, y1 = y0 + 1 < m->rows ? y0 + 1 : y0;
    float fx = x - (float)x0, fy = y - (float)y0;
    const float *top = m->score + (size_t)y0 * (size_t)m->columns;
    const float *low = m->score + (size_t)y1 * (size_t)m->columns;
    return (top[x0] * (1 - fx) + top[x1] * fx) * (1 - fy) +
           (low[x0] * (1 - fx) + low[x1] * fx) * fy;
}

/* From no colour below two standard deviations, over blue, to yellow at six and beyond. */
static void tint(uint8_t *pixel, float score) {
    static const float LOW[3] = {30, 60, 200}, HIGH[3] = {255, 220, 0};
    float t = fminf(fmaxf((score - 2) / 4, 0), 1);
    float grey = (0.299f * pixel[0] + 0.587f * pixel[1] + 0.114f * pixel[2]) * 0.75f + 48;
    float cover = t > 0 ? 0.25f + 0.4f * t : 0;
    for (int c = 0; c < 3; c++) {
        float colour = LOW[c] + (HIGH[c] - LOW[c]) * t;
        pixel[c] = (uint8_t)lrintf(grey + (colour - grey) * cover);
    }
}

static void paint(uint8_t *rgb, uint32_t width, uint32_t height, const cm_mark_map *m) {
    float sx = (float)m->columns / (float)width, sy = (float)m->rows / (float)height;
    for (uint32_t y = 0; y < height; y++)
        for (uint32_t x = 0; x < width; x++)
            tint(rgb + 3 * ((size_t)y * width + x),
                 sample(m, ((float)x + 0.5f) * sx, ((float)y + 0.5f) * sy));
}

static cm_code draw(const cm_findings *f, cm_buf *png, cm_error *err) {
    cm_picture *picture = NULL;
    cm_code code = cm_picture_open(cm_buf_bytes(&f->file), NULL, &picture, err);
    if (code != CM_OK)
        return code;
    uint8_t *rgb = cm_calloc((size_t)f->columns * f->rows, 3);
    code =
        rgb != NULL ? cm_picture_rgb(picture, CM_ALPHA_OVER_GREY, rgb, err) : cm_fail_memory(err);
    cm_picture_close(picture);
    if (code == CM_OK) {
        paint(rgb, f->columns, f->rows, &f->detection.map);
        code = cm_png_write(rgb, f->columns, f->rows, png, err);
    }
    free(rgb);
    return code;
}

cm_code cm_inspection_heatmap(const cm_inspection *report, const char *path, cm_error *err) {
    const cm_findings *f = (const cm_findings *)report;
    cm_buf png = {0};
    if (report->watermark == NULL || f->detection.map.score == NULL)
        return cm_fail(err, CM_ERR_ARGUMENT, "no watermark was found, so there is nothing to map");
    if (f->file.size == 0)
        return cm_fail(err, CM_ERR_ARGUMENT, "a report on bare pixels keeps none to draw on");
    cm_code code = draw(f, &png, err);
    if (code == CM_OK)
        code = cm_output_bytes(path, NULL, cm_buf_bytes(&png), err);
    cm_buf_free(&png);
    return code;
}
