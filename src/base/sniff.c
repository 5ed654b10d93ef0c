#include "base/sniff.h"

cm_format cm_sniff(cm_bytes head) {
    cm_reader r = cm_reader_over(head);
    if (cm_read_match(&r, "\x89PNG\r\n\x1a\n", 8))
        return CM_FORMAT_PNG;
    if (cm_read_match(&r, "\xff\xd8\xff", 3))
        return CM_FORMAT_JPEG;
    if (cm_read_match(&r, "RIFF", 4)) {
        cm_read_skip(&r, 4);
        return cm_read_match(&r, "WEBP", 4) ? CM_FORMAT_WEBP : CM_FORMAT_UNKNOWN;
    }
    cm_read_skip(&r, 4); /* a sidecar starts with a JUMBF superbox: LBox, "jumb" */
    return cm_read_match(&r, "jumb", 4) ? CM_FORMAT_C2PA : CM_FORMAT_UNKNOWN;
}

static bool matches_folded(cm_reader *r, const char *literal) {
    cm_reader ahead = *r;
    for (; *literal != '\0'; literal++) {
        uint8_t c = cm_read_u8(&ahead);
        if ((c >= 'A' && c <= 'Z' ? c + 0x20 : c) != *literal)
            return false;
    }
    *r = ahead;
    return !r->bad;
}

static bool skip_blank(cm_reader *r) {
    return cm_read_match(r, " ", 1) || cm_read_match(r, "\n", 1) || cm_read_match(r, "\r", 1) ||
           cm_read_match(r, "\t", 1) || cm_read_match(r, "\f", 1);
}

/* "<!--" was read. */
static void skip_comment(cm_reader *r) {
    while (cm_reader_left(r) != 0 && !cm_read_match(r, "-->", 3))
        cm_read_skip(r, 1);
}

/* Up to the first thing that says what a document is. */
static cm_reader behind_comments(cm_bytes head) {
    cm_reader r = cm_reader_over(head);
    (void)cm_read_match(&r, "\xef\xbb\xbf", 3);
    for (;;) {
        if (cm_read_match(&r, "<!--", 4))
            skip_comment(&r);
        else if (!skip_blank(&r))
            break;
    }
    return r;
}

/* A document type or the root element, behind blanks and comments. */
static bool is_html(cm_bytes head) {
    cm_reader r = behind_comments(head);
    if (!matches_folded(&r, "<!doctype html") && !matches_folded(&r, "<html"))
        return false;
    return cm_read_match(&r, ">", 1) || skip_blank(&r);
}

/* Formats of their own that may consist of nothing but printable characters. */
static bool is_other(cm_reader *r) {
    return cm_read_match(r, "GIF8", 4) || cm_read_match(r, "%PDF-", 5) ||
           cm_read_match(r, "{\\rtf", 5);
}

static bool is_text(cm_bytes head) {
    cm_reader r = cm_reader_over(head);
    if (is_other(&r))
        return false;
    if (cm_read_match(&r, "\xff\xfe", 2) || cm_read_match(&r, "\xfe\xff", 2))
        return true;
    for (size_t i = 0; i < head.size; i++) {
        uint8_t c = head.data[i];
        bool control = c < 0x20 && !(c >= '\t' && c <= '\r') && c != 0x1b;
        if (control || c == 0x7f)
            return false;
    }
    return head.size != 0;
}

cm_format cm_sniff_text(cm_bytes head) {
    cm_format format = cm_sniff(head);
    if (format != CM_FORMAT_UNKNOWN || !is_text(head))
        return format;
    return is_html(head) ? CM_FORMAT_HTML : CM_FORMAT_TEXT;
}

/* A byte that a name of XML ends before; the end of the bytes counts. */
static bool ends_name(const cm_reader *r) {
    cm_reader ahead = *r;
    return cm_reader_left(r) == 0 || skip_blank(&ahead) || cm_read_match(&ahead, "/", 1) ||
           cm_read_match(&ahead, ">", 1);
}

/* The name of an XML document's root element without its prefix; empty when there's none so near. A
 * document type with declarations of its own counts as none. */
static cm_bytes root_name(cm_bytes head) {
    cm_reader r = behind_comments(head);
    while (cm_read_match(&r, "<?", 2) || cm_read_match(&r, "<!DOCTYPE", 9)) {
        while (cm_reader_left(&r) != 0 && !cm_read_match(&r, ">", 1))
            cm_read_skip(&r, 1);
        head = cm_read_bytes(&r, cm_reader_left(&r));
        r = behind_comments(head);
    }
    if (!cm_read_match(&r, "<", 1))
        return (cm_bytes){0};
    cm_reader name = r;
    while (!ends_name(&r))
        if (cm_read_u8(&r) == ':')
            name = r;
    return cm_read_bytes(&name, r.at - name.at);
}

/* Whether the document is of this root element, and speaks of its namespace. */
static bool is_xml(cm_bytes head, const char *root, const char *name_space) {
    return cm_bytes_are(root_name(head), root) && cm_text_find(head, 0, name_space) < head.size;
}

const char *cm_sniff_media_type(cm_bytes head) {
    cm_format format = cm_sniff_text(head);
    if (format != CM_FORMAT_TEXT)
        return cm_format_media_type(format);
    cm_reader r = cm_reader_over(head);
    (void)cm_read_match(&r, "\xef\xbb\xbf", 3);
    if (cm_read_match(&r, "WEBVTT", 6) && (cm_reader_left(&r) == 0 || skip_blank(&r)))
        return "text/vtt";
    if (is_xml(head, "svg", "http://www.w3.org/2000/svg"))
        return "image/svg+xml";
    if (is_xml(head, "tt", "http://www.w3.org/ns/ttml"))
        return "application/ttml+xml";
    return cm_format_media_type(format);
}

bool cm_format_is_text(cm_format format) {
    return format == CM_FORMAT_TEXT || format == CM_FORMAT_HTML;
}

const char *cm_format_media_type(cm_format format) {
    switch (format) {
    case CM_FORMAT_PNG:
        return "image/png";
    case CM_FORMAT_JPEG:
        return "image/jpeg";
    case CM_FORMAT_WEBP:
        return "image/webp";
    case CM_FORMAT_C2PA:
        return "application/c2pa";
    case CM_FORMAT_TEXT:
        return "text/plain";
    case CM_FORMAT_HTML:
        return "text/html";
    case CM_FORMAT_UNKNOWN:
        break;
    }
    return "application/octet-stream";
}
