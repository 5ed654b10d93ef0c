/* Where the marks are: the picture in grey, a colour for each mark over the cells that answer to
 * it, and a legend below. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/findings.h"
#include "api/lettering.h"
#include "api/png_write.h"
#include "base/mem.h"
#include "base/stream.h"
#include "media/media.h"

enum { COLOURS = 6, NONE = 255 };

/* Far apart for most people's eyes, those who see red and green alike included. */
static const uint8_t colour_of[COLOURS][3] = {{255, 190, 0}, {0, 170, 255}, {230, 80, 160},
                                              {0, 190, 130}, {200, 110, 0}, {150, 120, 255}};
static const uint8_t WHITE[3] = {255, 255, 255}, GROUND[3] = {24, 24, 24},
                     GREY[3] = {120, 120, 120};

/* The map's score between the middles of its cells; 0 beyond what it lies over. */
static float sample(const cm_mark_map *m, float px, float py) {
    if (m->score == NULL || px < (float)m->x || py < (float)m->y || px >= (float)(m->x + m->w) ||
        py >= (float)(m->y + m->h))
        return 0;
    float x = (px - (float)m->x) / (float)m->cell_w, y = (py - (float)m->y) / (float)m->cell_h;
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

typedef struct marks {
    size_t count;
    const cm_detection *mark[COLOURS];
} marks;

static marks marks_of(const cm_detection *d) {
    marks m = {.count = 1, .mark = {d}};
    for (size_t i = 0; i < d->other_count && m.count < COLOURS; i++)
        m.mark[m.count++] = &d->others[i];
    return m;
}

/* Which mark answers loudest at a pixel, and how strongly: 0 below two standard deviations, 1 from
 * six on. */
static uint8_t loudest(const marks *m, float x, float y, float *strength) {
    uint8_t best = NONE;
    *strength = 0;
    for (size_t i = 0; i < m->count; i++) {
        float t = fminf(fmaxf((sample(&m->mark[i]->map, x, y) - 2) / 4, 0), 1);
        if (t > *strength) {
            *strength = t;
            best = (uint8_t)i;
        }
    }
    return best;
}

static void tint(uint8_t *pixel, uint8_t mark, float strength) {
    float grey = (0.299f * pixel[0] + 0.587f * pixel[1] + 0.114f * pixel[2]) * 0.7f + 40;
    float cover = 0.55f * strength;
    for (int c = 0; c < 3; c++) {
        float colour = mark == NONE ? grey : colour_of[mark][c];
        pixel[c] = (uint8_t)lrintf(grey + (colour - grey) * cover);
    }
}

/* Colours the picture, and notes whose place each pixel is. */
static void paint(uint8_t *rgb, uint32_t width, uint32_t height, const marks *m, uint8_t *owner) {
    for (uint32_t y = 0; y < height; y++)
        for (uint32_t x = 0; x < width; x++) {
            size_t at = (size_t)y * width + x;
            float strength;
            uint8_t mark = loudest(m, (float)x + 0.5f, (float)y + 0.5f, &strength);
            tint(rgb + 3 * at, mark, strength);
            owner[at] = strength >= 0.5f ? mark : NONE;
        }
}

/* A line in full colour along the inside of each place's border. */
static void outline(uint8_t *rgb, uint32_t width, uint32_t height, const uint8_t *owner,
                    uint32_t line) {
    for (uint32_t y = 0; y < height; y++)
        for (uint32_t x = 0; x < width; x++) {
            uint8_t own = owner[(size_t)y * width + x];
            if (own == NONE)
                continue;
            bool inside = x >= line && y >= line && x + line < width && y + line < height &&
                          owner[(size_t)y * width + x - line] == own &&
                          owner[(size_t)y * width + x + line] == own &&
                          owner[((size_t)y - line) * width + x] == own &&
                          owner[((size_t)y + line) * width + x] == own;
            if (!inside)
                memcpy(rgb + 3 * ((size_t)y * width + x), colour_of[own], 3);
        }
}

static uint32_t line_height(uint32_t dot) {
    return (CM_LETTER_HEIGHT + 4) * dot;
}

/* One line for each mark, and one for the rest. `rgb` begins with the legend's first row. */
static void legend(uint8_t *rgb, uint32_t width, const marks *m, uint32_t dot) {
    uint32_t side = CM_LETTER_HEIGHT * dot, step = line_height(dot), x = 3 * dot, y = 2 * dot;
    for (size_t i = 0; i <= m->count; i++, y += step) {
        char text[96] = "no watermark answers here";
        const cm_detection *d = i < m->count ? m->mark[i] : NULL;
        if (d != NULL && d->has_payload) {
            char payload[CM_PAYLOAD_TEXT];
            cm_payload_text(d->payload, payload);
            (void)snprintf(text, sizeof text, "watermark %s%sp 10^%.0f", payload,
                           payload[0] != '\0' ? ", " : "", d->log10_p);
        } else if (d != NULL)
            (void)snprintf(text, sizeof text, "watermark, payload unread, p 10^%.0f", d->log10_p);
        cm_lettering_square(rgb, width, x, y, side, d != NULL ? colour_of[i] : GREY);
        cm_lettering(rgb, width, x + side + 2 * dot, y, dot, WHITE, text);
    }
}

/* Lettering grows with the picture, but small pictures show their legend whole if they can. */
static uint32_t dot_for(uint32_t width) {
    enum { LETTERS = 45 };
    uint32_t dot = width / (LETTERS * CM_LETTER_WIDTH);
    return dot < 1 ? 1 : dot > 8 ? 8 : dot;
}

static cm_code compose(cm_picture *picture, const cm_findings *f, cm_buf *png, cm_error *err) {
    marks m = marks_of(&f->detection);
    uint32_t dot = dot_for(f->columns), strip = line_height(dot) * (uint32_t)(m.count + 1);
    size_t pixels = (size_t)f->columns * f->rows;
    uint8_t *rgb = cm_calloc((size_t)f->columns * ((size_t)f->rows + strip), 3);
    uint8_t *owner = cm_calloc(pixels, 1);
    cm_code code = rgb != NULL && owner != NULL
                       ? cm_picture_rgb(picture, CM_ALPHA_OVER_GREY, rgb, err)
                       : cm_fail_memory(err);
    if (code == CM_OK) {
        paint(rgb, f->columns, f->rows, &m, owner);
        outline(rgb, f->columns, f->rows, owner, dot + 1);
        for (size_t i = pixels; i < pixels + (size_t)f->columns * strip; i++)
            memcpy(rgb + 3 * i, GROUND, 3);
        legend(rgb + 3 * pixels, f->columns, &m, dot);
        code = cm_png_write(rgb, f->columns, f->rows + strip, png, err);
    }
    free(owner);
    free(rgb);
    return code;
}

static cm_code draw(const cm_findings *f, cm_buf *png, cm_error *err) {
    cm_picture *picture = NULL;
    cm_code code = cm_picture_open(cm_buf_bytes(&f->file), NULL, &picture, err);
    if (code != CM_OK)
        return code;
    code = compose(picture, f, png, err);
    cm_picture_close(picture);
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
