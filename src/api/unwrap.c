#include "api/unwrap.h"

#include <string.h>

/* U+FEFF, and "C2PATXT\0" as variation selectors. */
static const uint8_t START[CM_UNWRAP_HELD] = {0xef, 0xbb, 0xbf, 0xf3, 0xa0, 0x84, 0xb3, 0xf3, 0xa0,
                                              0x84, 0xa2, 0xf3, 0xa0, 0x85, 0x80, 0xf3, 0xa0, 0x84,
                                              0xb1, 0xf3, 0xa0, 0x85, 0x84, 0xf3, 0xa0, 0x85, 0x88,
                                              0xf3, 0xa0, 0x85, 0x84, 0xef, 0xb8, 0x80};

/* Whether n bytes, as many as are known of one, may be a variation selector. */
static bool may_be_selector(const uint8_t *b, size_t n) {
    static const uint8_t LOW[] = {0xef, 0xb8}, HIGH[] = {0xf3, 0xa0};
    if (b[0] == LOW[0])
        return (n < 2 || b[1] == LOW[1]) && (n < 3 || (b[2] >= 0x80 && b[2] <= 0x8f));
    return b[0] == HIGH[0] && (n < 2 || b[1] == HIGH[1]) &&
           (n < 3 || (b[2] >= 0x84 && b[2] <= 0x87)) &&
           (n < 4 || (b[3] >= 0x80 && b[3] <= (b[2] == 0x87 ? 0xaf : 0xbf)));
}

/* Takes what is held from its beginning as far as it can be told by now. */
static size_t settle(cm_unwrap *u, uint8_t *out) {
    size_t wrote = 0, at = 0;
    while (at < u->count) {
        size_t n = u->count - at;
        const uint8_t *b = u->held + at;
        if (u->inside && may_be_selector(b, n)) {
            size_t whole = b[0] == 0xef ? 3 : 4;
            if (n < whole)
                break;
            at += whole;
        } else if (memcmp(b, START, n) == 0) {
            u->inside = n == CM_UNWRAP_HELD;
            if (!u->inside)
                break;
            at += n;
        } else {
            u->inside = false;
            out[wrote++] = u->held[at++];
        }
    }
    u->count -= at;
    memmove(u->held, u->held + at, u->count);
    return wrote;
}

size_t cm_unwrap_filter(cm_unwrap *u, const uint8_t *in, size_t n, uint8_t *out) {
    size_t wrote = 0;
    for (size_t i = 0; i < n; i++) {
        if (u->count == 0 && in[i] != START[0] && (!u->inside || in[i] != 0xf3)) {
            u->inside = false;
            out[wrote++] = in[i];
            continue;
        }
        u->held[u->count++] = in[i];
        wrote += settle(u, out + wrote);
    }
    return wrote;
}

size_t cm_unwrap_end(cm_unwrap *u, uint8_t *out) {
    size_t n = u->inside ? 0 : u->count;
    memcpy(out, u->held, n);
    u->count = 0;
    return n;
}
