#include "media/yuv_row.h"

#include <stddef.h>

#include "media/luma.h"

enum { BLACK = 16, WHITE = 235, MIDDLE = 128 };

static const float LUMA_SPAN = 219.0f / 255.0f, CHROMA_SPAN = 224.0f / 255.0f;

/* BT.601's luma less BT.709's is linear in U and V, since it is 0 for grey: the columns of BT.709's
 * inverse matrix (H.273, kr .2126 and kb .0722) under BT.601's weights. */
static const float BY_U = 0.101579f, BY_V = 0.196077f;

static void add_matrix(const cm_yuv_row *r, uint32_t width, float *luma) {
    float unit = r->limited ? 1.0f / CHROMA_SPAN : 1.0f;
    unsigned shift = r->halved ? 1 : 0;
    for (size_t x = 0; x < width; x++) {
        float u = (float)(r->u[x >> shift] - MIDDLE), v = (float)(r->v[x >> shift] - MIDDLE);
        luma[x] = cm_luma_clamp(luma[x] + unit * (BY_U * u + BY_V * v));
    }
}

void cm_yuv_row_luma(const cm_yuv_row *r, const uint8_t *y, uint32_t width, float *luma) {
    float black = r->limited ? BLACK : 0, unit = r->limited ? 1.0f / LUMA_SPAN : 1.0f;
    for (size_t x = 0; x < width; x++)
        luma[x] = cm_luma_clamp(((float)y[x] - black) * unit);
    if (r->bt709)
        add_matrix(r, width, luma);
}

void cm_yuv_row_change(const cm_yuv_row *r, const uint8_t *y, uint32_t width, const float *change,
                       uint8_t *out) {
    float unit = r->limited ? LUMA_SPAN : 1.0f;
    int black = r->limited ? BLACK : 0, white = r->limited ? WHITE : 255;
    for (size_t x = 0; x < width; x++) {
        int was = y[x], low = was < black ? was : black, high = was > white ? was : white;
        float d = unit * change[x];
        int value = was + (int)(d + (d < 0 ? -0.5f : 0.5f));
        value = value < low ? low : value;
        out[x] = (uint8_t)(value > high ? high : value);
    }
}
