#include "media/orient.h"

cm_view cm_view_make(uint32_t width, uint32_t height, uint8_t orientation) {
    cm_view v = {.width = width, .height = height, .orientation = orientation};
    if (orientation < 1 || orientation > 8)
        v.orientation = 1;
    ptrdiff_t last_x = (ptrdiff_t)width - 1;
    ptrdiff_t last_y = (ptrdiff_t)height - 1;
    /* From 5 on the picture is turned: stored x runs down the screen, stored y across it. */
    ptrdiff_t pitch = v.orientation >= 5 ? height : width;
    ptrdiff_t along_x = v.orientation >= 5 ? pitch : 1;
    ptrdiff_t along_y = v.orientation >= 5 ? 1 : pitch;
    bool flip_x =
        v.orientation == 2 || v.orientation == 3 || v.orientation == 7 || v.orientation == 8;
    bool flip_y =
        v.orientation == 3 || v.orientation == 4 || v.orientation == 6 || v.orientation == 7;
    v.step_x = flip_x ? -along_x : along_x;
    v.step_y = flip_y ? -along_y : along_y;
    v.origin = (flip_x ? last_x * along_x : 0) + (flip_y ? last_y * along_y : 0);
    return v;
}

bool cm_view_turned(const cm_view *v) {
    return v->orientation >= 5;
}

#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* The loops are compiled for each step of the inner index (1 or -1), which makes them vector code
 * or plain copies. Upright pictures go row by row; in turned ones the rows of a strip lie side by
 * side in the plane, so they are the inner loop. `at` is where the strip's first pixel belongs. */
ALWAYS_INLINE void put(const cm_view *v, ptrdiff_t inner, uint32_t rows, const float *strip,
                       size_t stride, float *at) {
    if (!cm_view_turned(v)) {
        for (uint32_t j = 0; j < rows; j++, at += v->step_y, strip += stride)
            for (ptrdiff_t x = 0; x < (ptrdiff_t)v->width; x++)
                at[x * inner] = strip[x];
        return;
    }
    for (uint32_t x = 0; x < v->width; x++, at += v->step_x, strip++)
        for (ptrdiff_t j = 0; j < (ptrdiff_t)rows; j++)
            at[j * inner] = strip[(size_t)j * stride];
}

ALWAYS_INLINE void get(const cm_view *v, ptrdiff_t inner, uint32_t rows, const float *at,
                       float *strip, size_t stride) {
    if (!cm_view_turned(v)) {
        for (uint32_t j = 0; j < rows; j++, at += v->step_y, strip += stride)
            for (ptrdiff_t x = 0; x < (ptrdiff_t)v->width; x++)
                strip[x] = at[x * inner];
        return;
    }
    for (uint32_t x = 0; x < v->width; x++, at += v->step_x, strip++)
        for (ptrdiff_t j = 0; j < (ptrdiff_t)rows; j++)
            strip[(size_t)j * stride] = at[j * inner];
}

static ptrdiff_t inner_step(const cm_view *v) {
    return cm_view_turned(v) ? v->step_y : v->step_x;
}

void cm_view_put(const cm_view *v, uint32_t y, uint32_t rows, const float *strip, size_t stride,
                 float *plane) {
    float *at = plane + v->origin + (ptrdiff_t)y * v->step_y;
    if (inner_step(v) == 1)
        put(v, 1, rows, strip, stride, at);
    else
        put(v, -1, rows, strip, stride, at);
}

void cm_view_get(const cm_view *v, uint32_t y, uint32_t rows, const float *plane, float *strip,
                 size_t stride) {
    const float *at = plane + v->origin + (ptrdiff_t)y * v->step_y;
    if (inner_step(v) == 1)
        get(v, 1, rows, at, strip, stride);
    else
        get(v, -1, rows, at, strip, stride);
}

enum { TIFF_MAGIC = 42, TAG_ORIENTATION = 0x0112, TYPE_SHORT = 3 };

static uint16_t read16(cm_reader *r, bool little) {
    return little ? cm_read_le16(r) : cm_read_be16(r);
}

static uint32_t read32(cm_reader *r, bool little) {
    return little ? cm_read_le32(r) : cm_read_be32(r);
}

uint8_t cm_exif_orientation(cm_bytes exif) {
    cm_reader r = cm_reader_over(exif);
    (void)cm_read_match(&r, "Exif\0\0", 6);
    size_t header = r.at;
    bool little = cm_read_match(&r, "II", 2);
    if (!little && !cm_read_match(&r, "MM", 2))
        return 1;
    if (read16(&r, little) != TIFF_MAGIC)
        return 1;
    uint32_t offset = read32(&r, little); /* from the TIFF header, whose 8 bytes are behind us */
    size_t behind = r.at - header;
    if (offset < behind)
        return 1;
    cm_read_skip(&r, offset - behind);
    uint16_t entries = read16(&r, little);
    for (uint16_t i = 0; i < entries && !r.bad; i++) {
        uint16_t tag = read16(&r, little);
        uint16_t type = read16(&r, little);
        uint32_t count = read32(&r, little);
        uint16_t value = read16(&r, little);
        cm_read_skip(&r, 2);
        if (tag == TAG_ORIENTATION && type == TYPE_SHORT && count == 1 && !r.bad)
            return value >= 1 && value <= 8 ? (uint8_t)value : 1;
    }
    return 1;
}
