/* What luma is: constants and the bound on its change that all formats share. */
#ifndef CM_MEDIA_LUMA_H
#define CM_MEDIA_LUMA_H

/* ITU-R BT.601-7, section 2.5.1. */
#define CM_LUMA_R 0.299f
#define CM_LUMA_G 0.587f
#define CM_LUMA_B 0.114f

/* One step of 8-bit luma in 16-bit samples: 65535 / 255. */
#define CM_SIXTEEN_BIT_UNIT 257.0f

#define CM_LUMA_MAX 255.0f

/* VP8's Y runs from 16 to 235 (BT.601's studio range). */
#define CM_STUDIO_BLACK 16.0f
#define CM_STUDIO_SCALE (219.0f / 255.0f)

/* A wanted change within what can be meant: not a number, or out of range, becomes a bound, so that
 * a conversion to an integer is always defined. */
static inline float cm_luma_change(float d) {
    d = d < CM_LUMA_MAX ? d : CM_LUMA_MAX;
    return d > -CM_LUMA_MAX ? d : -CM_LUMA_MAX;
}

static inline float cm_luma_clamp(float y) {
    y = y < CM_LUMA_MAX ? y : CM_LUMA_MAX;
    return y > 0.0f ? y : 0.0f;
}

#endif
