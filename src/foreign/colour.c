#include "foreign/colour.h"

enum { HALF = 8192, BITS = 14, MIDDLE = 128 << BITS };

static int scaled(int x) {
    return (x + HALF) >> BITS;
}

void cm_colour_bytes(const uint8_t *rgb, size_t n, bool swapped, double *u) {
    size_t red = swapped ? 2 : 0, blue = 2 - red;
    for (size_t x = 0; x < n; x++, rgb += 3) {
        int b = rgb[blue];
        int y = scaled(1868 * b + 9617 * rgb[1] + 4899 * rgb[red]);
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

void cm_colour_floats(const uint8_t *rgb, size_t n, bool swapped, cm_channel channel, float *out) {
    size_t red = swapped ? 2 : 0, blue = 2 - red;
    size_t of = channel == CM_CHANNEL_U ? blue : red;
    float gain = channel == CM_CHANNEL_U ? 0.492f : 0.877f;
    if (channel == CM_CHANNEL_Y)
        for (size_t x = 0; x < n; x++, rgb += 3)
            out[x] = luma(rgb[red], rgb[1], rgb[blue]);
    else
        for (size_t x = 0; x < n; x++, rgb += 3)
            out[x] = fused((float)rgb[of] - luma(rgb[red], rgb[1], rgb[blue]), gain, 0.5f);
}
