#include "api/invisible.h"

#include <string.h>

/* Soft hyphen, Mongolian separators, zero-width spaces, joiners and directional marks, invisible
 * operators, the byte order mark, variation selectors, tags. */
static const struct {
    uint32_t first, last;
} RANGES[] = {{0xad, 0xad},       {0x34f, 0x34f},    {0x180b, 0x180f}, {0x200b, 0x200f},
              {0x202a, 0x202e},   {0x2060, 0x206f},  {0xfe00, 0xfe0f}, {0xfeff, 0xfeff},
              {0xe0000, 0xe007f}, {0xe0100, 0xe01ef}};

static bool is_invisible(uint32_t c) {
    for (size_t i = 0; i < sizeof RANGES / sizeof *RANGES; i++)
        if (c >= RANGES[i].first && c <= RANGES[i].last)
            return true;
    return false;
}

static size_t length_of(uint8_t lead) {
    return lead < 0xc2 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 1;
}

static uint32_t decode(const uint8_t *at, size_t n) {
    uint32_t c = n == 1 ? at[0] : at[0] & (0xffu >> (n + 1));
    for (size_t i = 1; i < n; i++)
        c = c << 6 | (at[i] & 0x3f);
    return c;
}

/* The held character is whole: it passes, unless it is one to leave out. */
static size_t release(cm_invisible *f, uint8_t *out) {
    size_t n = f->held_count;
    f->held_count = 0;
    if (n > 1 && is_invisible(decode(f->held, n))) {
        f->found++;
        if (f->strip)
            return 0;
    }
    memcpy(out, f->held, n);
    return n;
}

size_t cm_invisible_filter(cm_invisible *f, const uint8_t *in, size_t n, uint8_t *out) {
    size_t wrote = 0;
    for (size_t i = 0; i < n; i++) {
        if (f->held_count == 0 && in[i] < 0x80) {
            out[wrote++] = in[i];
            continue;
        }
        if (f->held_count > 0 && (in[i] & 0xc0) != 0x80) { /* cut off: not a character at all */
            memcpy(out + wrote, f->held, f->held_count);
            wrote += f->held_count;
            f->held_count = 0;
        }
        f->held[f->held_count++] = in[i];
        if (f->held_count == length_of(f->held[0]))
            wrote += release(f, out + wrote);
    }
    return wrote;
}

size_t cm_invisible_end(cm_invisible *f, uint8_t *out) {
    size_t n = f->held_count;
    memcpy(out, f->held, n);
    f->held_count = 0;
    return n;
}
