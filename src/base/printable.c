#include <countermark/printable.h>

#include "base/printable.h"

#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

/* What Unicode calls default ignorable (DerivedCoreProperties) without its being a format. */
static bool is_ignorable(uint32_t c) {
    static const struct {
        uint32_t first, last;
    } RANGES[] = {
        {0x034f, 0x034f}, {0x115f, 0x1160},   {0x17b4, 0x17b5},
        {0x180b, 0x180f}, {0x3164, 0x3164},   {0xfe00, 0xfe0f},
        {0xffa0, 0xffa0}, {0x1bca0, 0x1bca3}, {0xe0000, 0xe0fff},
    };
    for (size_t i = 0; i < sizeof RANGES / sizeof RANGES[0]; i++)
        if (c >= RANGES[i].first && c <= RANGES[i].last)
            return true;
    return false;
}

bool cm_shows(uint32_t c) {
    if (c < 0x7f)
        return c >= 0x20;
    switch (utf8proc_category((utf8proc_int32_t)c)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
        return false;
    default:
        return !is_ignorable(c);
    }
}

/* The next character and its length in bytes; -1 and 1 for what is no UTF-8. */
static utf8proc_ssize_t next(const char *text, utf8proc_int32_t *c) {
    utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)text, -1, c);
    if (n > 0)
        return n;
    *c = -1;
    return 1;
}

void cm_put_printable(cm_buf *out, const char *text) {
    char escape[16];
    utf8proc_int32_t c;
    for (utf8proc_ssize_t n; *text != '\0'; text += n) {
        n = next(text, &c);
        if (c >= 0 && cm_shows((uint32_t)c)) {
            cm_buf_put(out, text, (size_t)n);
            continue;
        }
        if (c < 0)
            (void)snprintf(escape, sizeof escape, "\\x{%02x}", (unsigned char)*text);
        else
            (void)snprintf(escape, sizeof escape, "\\u{%x}", (unsigned)c);
        cm_buf_text(out, escape);
    }
}

/* As JSON has it: UTF-16, so that two stand for what is above U+FFFF. */
static void put_json_escape(cm_buf *out, uint32_t c) {
    char escape[16];
    if (c > 0xffff) {
        c -= 0x10000;
        (void)snprintf(escape, sizeof escape, "\\u%04x\\u%04x", 0xd800 + (c >> 10),
                       0xdc00 + (c & 0x3ff));
    } else
        (void)snprintf(escape, sizeof escape, "\\u%04x", c);
    cm_buf_text(out, escape);
}

void cm_put_guarded_json(cm_buf *out, const char *json) {
    utf8proc_int32_t c;
    for (utf8proc_ssize_t n; *json != '\0'; json += n) {
        n = next(json, &c);
        /* What is below a blank stands between the parts of the document. */
        bool plain = (c >= 0 && c < 0x20) || (c >= 0 && cm_shows((uint32_t)c));
        if (plain && c != '<' && c != '>' && c != '&')
            cm_buf_put(out, json, (size_t)n);
        else
            put_json_escape(out, c >= 0 ? (uint32_t)c : 0xfffd);
    }
}

cm_code cm_printable(const char *text, char **out, cm_error *err) {
    cm_buf b = {0};
    *out = NULL;
    cm_put_printable(&b, text);
    cm_buf_u8(&b, 0);
    cm_code code = cm_buf_status(&b, err);
    if (code == CM_OK)
        *out = (char *)b.data;
    else
        cm_buf_free(&b);
    return code;
}
