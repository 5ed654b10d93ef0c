#include "media/pixel_row.h"

#include "base/wide.h"
#include "media/luma.h"
#include "media/samples.h"

CM_ALWAYS_INLINE void luma_row(unsigned channels, unsigned depth, unsigned red, const uint8_t *row,
                               uint32_t width, float *luma) {
    float unit = depth == 8 ? 1.0f : 1.0f / CM_SIXTEEN_BIT_UNIT;
    for (size_t x = 0; x < width; x++) {
        size_t i = x * channels;
        if (channels <= 2)
            luma[x] = unit * (float)cm_sample(row, i, depth);
        else
            luma[x] = unit * (CM_LUMA_R * (float)cm_sample(row, i + red, depth) +
                              CM_LUMA_G * (float)cm_sample(row, i + 1, depth) +
                              CM_LUMA_B * (float)cm_sample(row, i + 2 - red, depth));
    }
}

CM_ALWAYS_INLINE void change_row(unsigned channels, unsigned depth, const uint8_t *row,
                                 uint32_t width, const float *change, uint8_t *out) {
    int top = depth == 8 ? 0xff : 0xffff;
    float unit = depth == 8 ? 1.0f : CM_SIXTEEN_BIT_UNIT;
    unsigned colours = channels <= 2 ? 1 : 3;
    for (size_t x = 0; x < width; x++) {
        size_t i = x * channels;
        float d = unit * change[x];
        int step = (int)(d + (d < 0 ? -0.5f : 0.5f));
        if (channels % 2 == 0) {
            unsigned alpha = cm_sample(row, i + colours, depth);
            cm_sample_store(out, i + colours, depth, alpha);
            step = alpha != 0 ? step : 0;
        }
        for (unsigned c = 0; c < colours; c++) {
            int value = (int)cm_sample(row, i + c, depth) + step;
            value = value < 0 ? 0 : value;
            cm_sample_store(out, i + c, depth, (unsigned)(value > top ? top : value));
        }
    }
}

CM_ALWAYS_INLINE float get_float(const uint8_t *row, size_t i) {
    float value;
    memcpy(&value, row + i * sizeof value, sizeof value);
    return value;
}

CM_ALWAYS_INLINE float unit_clamp(float v) {
    v = v < 1.0f ? v : 1.0f;
    return v > 0.0f ? v : 0.0f;
}

CM_ALWAYS_INLINE void luma_floats(unsigned channels, const uint8_t *row, uint32_t width,
                                  float *luma) {
    for (size_t x = 0; x < width; x++) {
        size_t i = x * channels;
        luma[x] = CM_LUMA_MAX * (CM_LUMA_R * unit_clamp(get_float(row, i)) +
                                 CM_LUMA_G * unit_clamp(get_float(row, i + 1)) +
                                 CM_LUMA_B * unit_clamp(get_float(row, i + 2)));
    }
}

/* What lies beyond 0..1 is no further out afterwards: it may have a meaning to its owner. */
CM_ALWAYS_INLINE float change_float(float v, float d) {
    float low = v < 0.0f ? v : 0.0f, high = v > 1.0f ? v : 1.0f;
    float sum = v + d;
    sum = sum < high ? sum : high;
    return sum > low ? sum : low;
}

CM_ALWAYS_INLINE void change_floats(unsigned channels, const uint8_t *row, uint32_t width,
                                    const float *change, uint8_t *out) {
    for (size_t x = 0; x < width; x++) {
        size_t i = x * channels;
        float d = change[x] * (1.0f / CM_LUMA_MAX);
        if (channels == 4) {
            float alpha = get_float(row, i + 3);
            memcpy(out + (i + 3) * sizeof alpha, &alpha, sizeof alpha);
            d = alpha > 0.0f ? d : 0.0f;
        }
        for (unsigned c = 0; c < 3; c++) {
            float value = change_float(get_float(row, i + c), d);
            memcpy(out + (i + c) * sizeof value, &value, sizeof value);
        }
    }
}

CM_WIDE static void pixels_luma(const cm_pixel_layout *l, const uint8_t *row, uint32_t width,
                                float *luma) {
    if (l->depth == 32 && l->channels == 3)
        luma_floats(3, row, width, luma);
    else if (l->depth == 32)
        luma_floats(4, row, width, luma);
    else if (l->reversed && l->channels == 3)
        luma_row(3, 8, 2, row, width, luma);
    else if (l->reversed)
        luma_row(4, 8, 2, row, width, luma);
    else
        CM_EACH_LAYOUT(l->channels, l->depth, luma_row, 0, row, width, luma);
}

CM_WIDE static void pixels_change(const cm_pixel_layout *l, const uint8_t *row, uint32_t width,
                                  const float *change, uint8_t *out) {
    if (l->depth == 32 && l->channels == 3)
        change_floats(3, row, width, change, out);
    else if (l->depth == 32)
        change_floats(4, row, width, change, out);
    else
        CM_EACH_LAYOUT(l->channels, l->depth, change_row, row, width, change, out);
}

void cm_pixel_row_luma(const cm_pixel_layout *l, const uint8_t *row, uint32_t width, float *luma) {
    pixels_luma(l, row, width, luma);
}

void cm_pixel_row_change(const cm_pixel_layout *l, const uint8_t *row, uint32_t width,
                         const float *change, uint8_t *out) {
    pixels_change(l, row, width, change, out);
}
