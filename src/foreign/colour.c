#include "foreign/colour.h"

#include "base/wide.h"

enum { HALF = 8192, BITS = 14, MIDDLE = 128 << BITS };

static inline int scaled(int x) {
    return (x + HALF) >> BITS;
}

CM_WIDE static void colour_bytes(cm_colour_row row, size_t n, double *u) {
    for (size_t x = 0; x < n; x++) {
        int b = row.b[x];
        int y = scaled(1868 * b + 9617 * row.g[x] + 4899 * row.r[x]);
        int value = scaled((b - y) * 8061 + MIDDLE);
        u[x] = value > 255 ? 255 : value; /* never below 0: b - y >= -227 */
    }
}

/* What a fused multiply-add of floats gives. Of the numbers that bytes lead to here, product and
 * sum are exact in double (at most 53 bits from the first to the last), so that one rounding is
 * left; and it is the same on every machine. */
static inline float fused(float a, float b, float c) {
    return (float)((double)a * (double)b + (double)c);
}

static inline float luma(float r, float g, float b) {
    return fused(b, 0.114f, fused(g, 0.587f, r * 0.299f));
}

CM_WIDE static void colour_floats(cm_colour_row row, size_t n, cm_channel channel, float *out) {
    const uint8_t *of = channel == CM_CHANNEL_U ? row.b : row.r;
    float gain = channel == CM_CHANNEL_U ? 0.492f : 0.877f;
    if (channel == CM_CHANNEL_Y)
        for (size_t x = 0; x < n; x++)
            out[x] = luma(row.r[x], row.g[x], row.b[x]);
    else
        for (size_t x = 0; x < n; x++)
            out[x] = fused((float)of[x] - luma(row.r[x], row.g[x], row.b[x]), gain, 0.5f);
}

void cm_colour_bytes(cm_colour_row row, size_t n, double *u) {
    colour_bytes(row, n, u);
}

void cm_colour_floats(cm_colour_row row, size_t n, cm_channel channel, float *out) {
    colour_floats(row, n, channel, out);
}
