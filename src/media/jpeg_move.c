/* Moving quantised coefficients by a wanted change. */
#include <string.h>

#include "base/wide.h"
#include "media/jpeg_plane.h"

/* Levels of 8-bit JPEG: AC has at most 10 bits, DC differences at most 11 (ITU-T T.81, table F.1
 * and F.2), which DC levels within these bounds can't exceed. */
enum { AC_MAX = 1023, DC_MIN = -1024, DC_MAX = 1023 };

cm_jpeg_rounding cm_jpeg_rounding_of(const cm_jpeg_plane *c, const float *unit) {
    cm_jpeg_rounding r = {0};
    for (int i = 0; i < CM_DCT_SIZE; i++) {
        /* A refined coefficient starts from a requantised value with an error of its own. */
        bool refined = c->new_steps[i] != c->old_steps[i];
        float step = c->new_steps[i] != 0 ? 1.0f / (float)c->new_steps[i] : 0.0f;
        r.scale[i] = c->gain * (unit != NULL ? unit[i] : 1.0f) * step;
        r.ratio[i] = (float)c->old_steps[i] * step;
        r.early[i] = refined ? 0.5f : 1.0f - c->threshold;
        r.refined = r.refined || refined;
    }
    return r;
}

/* Whole steps that a wanted move of d steps makes. */
static inline int whole_steps(float d, float early) {
    return (int)(d + (d < 0 ? -early : early));
}

static inline int clamp_to(int value, int low, int high) {
    value = value < high ? value : high;
    return value > low ? value : low;
}

CM_WIDE static void move_rows(const cm_jpeg_rounding *restrict r, int rows,
                              const float *restrict dct, const int16_t *restrict from,
                              int16_t *restrict to) {
    for (int i = 0; i < rows * CM_DCT_SIDE; i++) {
        int n = whole_steps(dct[i] * r->scale[i], r->early[i]);
        to[i] = (int16_t)clamp_to(from[i] + n, -AC_MAX, AC_MAX);
    }
}

/* For a table that was refined: the entries that changed are quantised anew. */
static void requantise(const cm_jpeg_plane *c, const cm_jpeg_rounding *r, const float *dct,
                       const int16_t *from, int16_t *to) {
    for (int i = 0; i < CM_DCT_SIZE; i++) {
        if (c->new_steps[i] == c->old_steps[i])
            continue;
        float value = (float)from[i] * r->ratio[i] + dct[i] * r->scale[i];
        int level = whole_steps(value, r->early[i]);
        to[i] = (int16_t)clamp_to(level, i == 0 ? DC_MIN : -AC_MAX, i == 0 ? DC_MAX : AC_MAX);
    }
}

void cm_jpeg_move_block(const cm_jpeg_plane *c, const cm_jpeg_rounding *r, int rows,
                        const float *dct, const int16_t *from, int16_t *to) {
    memcpy(to, from, CM_DCT_SIZE * sizeof *to);
    move_rows(r, rows, dct, from, to);
    int n = rows > 0 ? whole_steps(dct[0] * r->scale[0], r->early[0]) : 0;
    to[0] = (int16_t)clamp_to(from[0] + n, DC_MIN, DC_MAX);
    if (r->refined)
        requantise(c, r, dct, from, to);
}
