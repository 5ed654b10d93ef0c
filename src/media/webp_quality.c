/* How well a lossy WebP was coded, told from the header of its key frame. */
#include <math.h>

#include "media/webp_chunks.h"

enum { SEGMENTS = 4, INDEX_MAX = 127, FILTER_DELTAS = 8, MAP_PROBABILITIES = 3 };

/* The boolean decoder of RFC 6386, section 7, for flags of even odds. */
typedef struct bits {
    cm_reader r;
    uint32_t value; /* two bytes at first; the top one is compared */
    uint32_t range;
    int shifts; /* since the last byte was taken in */
} bits;

static uint32_t read_bit(bits *b) {
    uint32_t split = 1 + (((b->range - 1) * 128) >> 8);
    uint32_t bit = b->value >= split << 8;
    if (bit) {
        b->range -= split;
        b->value -= split << 8;
    } else {
        b->range = split;
    }
    while (b->range < 128) {
        b->value <<= 1;
        b->range <<= 1;
        if (++b->shifts == 8) {
            b->shifts = 0;
            b->value |= cm_read_u8(&b->r);
        }
    }
    return bit;
}

static int read_number(bits *b, int n) {
    uint32_t value = 0;
    while (n-- > 0)
        value = value << 1 | read_bit(b);
    return (int)value;
}

/* A flag, then (when it is set) n bits and a sign; 0 otherwise. */
static int read_optional(bits *b, int n) {
    if (!read_bit(b))
        return 0;
    int value = read_number(b, n);
    return read_bit(b) ? -value : value;
}

typedef struct quantisers {
    bool by_segment;
    bool absolute;
    int segment[SEGMENTS];
    int base;
} quantisers;

/* RFC 6386, sections 9.3 and 19.2: segmentation. */
static void read_segmentation(bits *b, quantisers *q) {
    bool new_map = read_bit(b);
    if (read_bit(b)) {
        q->by_segment = true;
        q->absolute = read_bit(b);
        for (int i = 0; i < SEGMENTS; i++)
            q->segment[i] = read_optional(b, 7);
        for (int i = 0; i < SEGMENTS; i++)
            (void)read_optional(b, 6);
    }
    for (int i = 0; new_map && i < MAP_PROBABILITIES; i++)
        if (read_bit(b))
            (void)read_number(b, 8);
}

/* Sections 9.2 to 9.6, up to the quantiser's index. */
static quantisers read_quantisers(bits *b) {
    quantisers q = {0};
    (void)read_number(b, 2); /* colour space, clamping */
    if (read_bit(b))
        read_segmentation(b, &q);
    (void)read_number(b, 1 + 6 + 3); /* loop filter: type, level, sharpness */
    if (read_bit(b) && read_bit(b))  /* its deltas: in use, sent */
        for (int i = 0; i < FILTER_DELTAS; i++)
            (void)read_optional(b, 6);
    (void)read_number(b, 2); /* partitions */
    q.base = read_number(b, 7);
    return q;
}

/* libwebp maps quality to an index by index = 127 (1 - cbrt(linear)), where `linear` is 2/3 of the
 * quality below .75 and 2 quality - 1 above; segments vary around it. */
static float quality_of(const quantisers *q) {
    float sum = 0;
    for (int i = 0; i < SEGMENTS; i++) {
        int index = q->by_segment ? q->segment[i] + (q->absolute ? 0 : q->base) : q->base;
        index = index < 0 ? 0 : index > INDEX_MAX ? INDEX_MAX : index;
        sum += 1.0f - (float)index / INDEX_MAX;
    }
    float linear = powf(sum / SEGMENTS, 3);
    return 100 * (linear < 0.5f ? linear * 1.5f : (linear + 1) / 2);
}

float cm_webp_quality(cm_bytes vp8) {
    cm_reader r = cm_reader_over(vp8);
    cm_read_skip(&r, 10); /* frame tag, start code, size */
    bits b = {.value = cm_read_be16(&r), .range = 255};
    b.r = r;
    quantisers q = read_quantisers(&b);
    return b.r.bad ? 100.0f : quality_of(&q);
}
