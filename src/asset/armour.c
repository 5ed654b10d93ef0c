/* Structured text: a block between delimiters, in a comment or in front matter (C2PA 2.5, A.9).
 *
 * A block is excluded from the hash as a whole, so it counts as one only when nothing can hide in
 * it: the comment's introducer and terminator are known ones, and the base64 is strict. */
#include <string.h>

#include "asset/prose.h"
#include "base/base64.h"

static const struct {
    const char *open, *close;
} COMMENTS[] = {{"", ""},     {"#", ""},    {"//", ""},    {"--", ""},      {";", ""},
                {"%", ""},    {"/*", "*/"}, {"/*!", "*/"}, {"<!--", "-->"}, {"NOTE", ""},
                {"(*", "*)"}, {"{-", "-}"}, {"..", ""},    {"'", ""},       {"\"", ""},
                {"!", ""},    {"REM", ""}};

static bool equals(cm_bytes text, const char *literal) {
    return text.size == strlen(literal) && memcmp(text.data, literal, text.size) == 0;
}

const char *cm_comment_find(cm_bytes open, const char **close) {
    for (size_t i = 0; i < sizeof COMMENTS / sizeof COMMENTS[0]; i++)
        if (equals(open, COMMENTS[i].open)) {
            *close = COMMENTS[i].close;
            return COMMENTS[i].open;
        }
    return NULL;
}

static bool is_blank(uint8_t c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

cm_bytes cm_text_trim(cm_bytes text) {
    while (text.size != 0 && is_blank(text.data[0])) {
        text.data++;
        text.size--;
    }
    while (text.size != 0 && is_blank(text.data[text.size - 1]))
        text.size--;
    return text;
}

/* A line with its end: [start, end) is what is on it, `next` the start of the one behind it. */
typedef struct line {
    size_t start, end, next;
} line;

static line line_at(cm_bytes text, size_t at) {
    line l = {.start = at};
    while (l.start > 0 && text.data[l.start - 1] != '\n')
        l.start--;
    const uint8_t *feed = at < text.size ? memchr(text.data + at, '\n', text.size - at) : NULL;
    l.end = feed != NULL ? (size_t)(feed - text.data) : text.size;
    l.next = feed != NULL ? l.end + 1 : l.end;
    if (l.end > l.start && text.data[l.end - 1] == '\r')
        l.end--;
    return l;
}

/* A block that is the last line takes the end of the line before it along (A.9.5). */
static void set_place(cm_bytes text, size_t start, size_t next, cm_text_site *site) {
    site->last = start != 0 && next == text.size;
    if (site->last)
        start -= start > 1 && text.data[start - 2] == '\r' ? 2 : 1;
    site->where = (cm_span){.start = start, .length = next - start};
}

/* What stands between the delimiters: the store, its address, or neither. */
static void judge_reference(cm_bytes reference, cm_text_site *site, cm_bytes *elsewhere) {
    cm_reader r = cm_reader_over(cm_text_trim(reference));
    if (cm_read_match(&r, CM_BLOCK_DATA, strlen(CM_BLOCK_DATA))) {
        site->store = cm_read_bytes(&r, cm_reader_left(&r));
        site->sound = cm_base64_measure(site->store) >= CM_ASSET_STORE_MIN;
    } else {
        site->empty = cm_reader_left(&r) == 0;
        cm_bytes address = {.data = r.data, .size = r.size};
        if (cm_text_find(address, 0, "://") < address.size)
            *elsewhere = address;
    }
}

/* <comment> BEGIN <reference> END <comment's end>, on one line. */
static bool read_single(cm_bytes text, size_t begin, line l, cm_text_site *site,
                        cm_bytes *reference) {
    size_t inner = begin + strlen(CM_BLOCK_BEGIN);
    size_t end = cm_text_find(cm_part(text, 0, l.end), inner, CM_BLOCK_END);
    if (end == l.end)
        return false;
    cm_bytes open = cm_text_trim(cm_part(text, l.start, begin));
    cm_bytes close = cm_text_trim(cm_part(text, end + strlen(CM_BLOCK_END), l.end));
    site->open = cm_comment_find(open, &site->close);
    if (site->open == NULL || !equals(close, site->close))
        return false;
    *reference = cm_part(text, inner, end);
    set_place(text, l.start, l.next, site);
    return true;
}

/* Three lines: BEGIN, the reference, END. */
static bool read_lines(cm_bytes text, size_t begin, line l, cm_text_site *site,
                       cm_bytes *reference) {
    if (begin != l.start || !equals(cm_part(text, l.start, l.end), CM_BLOCK_BEGIN))
        return false;
    line second = line_at(text, l.next), third = line_at(text, second.next);
    if (second.start == l.next && third.start == second.next && third.start < text.size &&
        equals(cm_part(text, third.start, third.end), CM_BLOCK_END)) {
        *reference = cm_part(text, second.start, second.end);
        site->open = "";
        site->close = NULL;
        site->where = (cm_span){.start = l.start, .length = third.next - l.start};
        return true;
    }
    return false;
}

/* A block that can't be read counts only where blocks have their place: texts about blocks aren't
 * signed by them. */
static bool is_in_place(const cm_text_site *site) {
    return site->where.start == 0 || site->close == NULL || site->last;
}

cm_code cm_find_blocks(cm_bytes text, cm_text_sites *sites, cm_error *err) {
    for (size_t at = 0;;) {
        size_t begin = cm_text_find(text, at, CM_BLOCK_BEGIN);
        if (begin == text.size)
            return CM_OK;
        line l = line_at(text, begin);
        cm_text_site site = {.carrier = CM_CARRIER_BLOCK};
        cm_bytes reference;
        cm_bytes elsewhere = {0};
        at = l.next;
        if (!read_single(text, begin, l, &site, &reference) &&
            !read_lines(text, begin, l, &site, &reference))
            continue;
        judge_reference(reference, &site, &elsewhere);
        at = site.where.start + site.where.length > at
                 ? (size_t)(site.where.start + site.where.length)
                 : at;
        if (elsewhere.size > 0)
            cm_text_sites_refer(sites, elsewhere, site.where);
        if (elsewhere.size > 0 || (!site.sound && !is_in_place(&site)))
            continue;
        cm_code code = cm_text_sites_add(sites, &site, err);
        if (code != CM_OK)
            return code;
    }
}
