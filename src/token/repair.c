#include "token/repair.h"

#include <string.h>

/* How much of a character stands at p[0..n): its length when it is whole, 0 when it may still
 * become one, and otherwise minus the length of the maximal subpart that can't. */
static int measure(const uint8_t *p, size_t n) {
    uint8_t lead = p[0], low = 0x80, high = 0xbf;
    size_t need = lead < 0xc2 || lead > 0xf4 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (lead < 0x80)
        return 1;
    if (need == 0)
        return -1;
    if (lead == 0xe0)
        low = 0xa0; /* shorter forms exist */
    else if (lead == 0xed)
        high = 0x9f; /* surrogates */
    else if (lead == 0xf0)
        low = 0x90;
    else if (lead == 0xf4)
        high = 0x8f; /* beyond U+10FFFF */
    for (size_t i = 1; i < need; i++) {
        if (i >= n)
            return 0;
        if (p[i] < low || p[i] > high)
            return -(int)i;
        low = 0x80;
        high = 0xbf;
    }
    return (int)need;
}

/* The end of the run of whole characters from p[0] on. */
static size_t whole(const uint8_t *p, size_t n) {
    static const uint64_t TOP_BITS = 0x8080808080808080u;
    size_t i = 0;
    while (i < n) {
        uint64_t word;
        if (n - i >= sizeof word) {
            memcpy(&word, p + i, sizeof word);
            if ((word & TOP_BITS) == 0) {
                i += sizeof word;
                continue;
            }
        }
        int length = measure(p + i, n - i);
        if (length <= 0)
            break;
        i += (size_t)length;
    }
    return i;
}

static cm_code replace(cm_repair *r, uint64_t origin, cm_window *out, cm_error *err) {
    r->replaced++;
    return cm_window_put(out, (const uint8_t *)"\xef\xbf\xbd", 3, origin, true, err);
}

/* Repairs p[0..n), whose first byte is input byte `origin`; what is left over is less than a
 * character, and goes to *left. */
static cm_code repair(cm_repair *r, const uint8_t *p, size_t n, uint64_t origin, cm_window *out,
                      size_t *left, cm_error *err) {
    cm_code code = CM_OK;
    size_t i = 0;
    *left = 0;
    while (i < n && code == CM_OK) {
        size_t run = whole(p + i, n - i);
        code = cm_window_put(out, p + i, run, origin + i, false, err);
        i += run;
        if (i == n || code != CM_OK)
            break;
        int length = measure(p + i, n - i);
        if (length == 0) {
            *left = n - i;
            break;
        }
        code = replace(r, origin + i, out, err);
        i += (size_t)-length;
    }
    return code;
}

/* Joins the held bytes with the first new ones, until it is known what they are. */
static cm_code finish_held(cm_repair *r, const uint8_t *bytes, size_t n, size_t *used,
                           cm_window *out, cm_error *err) {
    uint64_t origin = r->at - r->held_size;
    int length = 0;
    *used = 0;
    while (length == 0 && *used < n) {
        r->held[r->held_size++] = bytes[(*used)++];
        length = measure(r->held, r->held_size);
    }
    if (length < 0)
        (*used)--; /* the last byte is no part of it, and is looked at afresh */
    r->at += *used;
    if (length == 0)
        return CM_OK;
    r->held_size = 0;
    return length < 0 ? replace(r, origin, out, err)
                      : cm_window_put(out, r->held, (size_t)length, origin, false, err);
}

cm_code cm_repair_put(cm_repair *r, const uint8_t *bytes, size_t n, bool last, cm_window *out,
                      cm_error *err) {
    size_t used = 0, left = 0;
    cm_code code = CM_OK;
    if (r->held_size != 0)
        code = finish_held(r, bytes, n, &used, out, err);
    if (code == CM_OK && used < n) {
        code = repair(r, bytes + used, n - used, r->at, out, &left, err);
        r->at += n - used;
        memcpy(r->held, bytes + n - left, left);
        r->held_size = left;
    }
    if (code == CM_OK && last && r->held_size != 0) {
        code = replace(r, r->at - r->held_size, out, err);
        r->held_size = 0;
    }
    return code;
}
