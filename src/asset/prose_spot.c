/* Where a store goes in a text, and by which way it is carried. */
#include "asset/prose_spot.h"

#include <string.h>

/* Of a line's end at the end of these bytes, how many there are. */
size_t cm_line_end_size(cm_bytes text) {
    if (text.size == 0 || text.data[text.size - 1] != '\n')
        return 0;
    return text.size > 1 && text.data[text.size - 2] == '\r' ? 2 : 1;
}

cm_format cm_format_of_text(cm_bytes text) {
    size_t n = text.size < CM_SNIFF_TEXT_BYTES ? text.size : CM_SNIFF_TEXT_BYTES;
    return cm_sniff_text(cm_part(text, 0, n));
}

static bool starts(cm_bytes text, const char *literal) {
    size_t n = strlen(literal);
    return text.size >= n && memcmp(text.data, literal, n) == 0;
}

/* Behind the end of the first line. */
static size_t second_line(cm_bytes text) {
    size_t feed = cm_text_find(text, 0, "\n");
    return feed < text.size ? feed + 1 : text.size;
}

static void put_block(cm_asset_plan *plan, const char *open, const char *close) {
    plan->carrier = CM_CARRIER_BLOCK;
    plan->open = open;
    plan->close = close;
    plan->line_after = true;
}

/* A block on the last line: the end of the line before it is part of it (A.9.5). */
static void put_last(cm_bytes text, cm_asset_plan *plan, cm_prose_spot *s) {
    s->replaces = cm_line_end_size(text);
    s->at = text.size - s->replaces;
    plan->line_before = true;
    plan->line_after = s->replaces != 0;
    if (s->replaces != 0)
        plan->line_end = s->replaces == 2 ? "\r\n" : "\n";
}

/* JSON has neither comments nor room behind its last bracket. */
static bool is_json(cm_bytes text) {
    cm_bytes whole = cm_text_trim(text);
    if (whole.size < 2)
        return false;
    uint8_t first = whole.data[0], last = whole.data[whole.size - 1];
    cm_bytes inner = cm_text_trim(cm_part(whole, 1, whole.size));
    return ((first == '{' && last == '}') || (first == '[' && last == ']')) &&
           memchr("\"{[]}-0123456789tfn", inner.data[0], 19) != NULL;
}

static cm_code refuse(const char *what, cm_error *err) {
    return cm_fail(err, CM_ERR_UNSUPPORTED, "%s: give it a sidecar instead", what);
}

static cm_code put_into_xml(cm_bytes text, cm_asset_plan *plan, cm_prose_spot *s, cm_error *err) {
    size_t end = cm_text_find(text, 0, "?>"), line = second_line(text);
    if (end + 2 > line || cm_text_trim(cm_part(text, end + 2, line)).size != 0 ||
        text.data[line - 1] != '\n')
        return refuse("the XML declaration has no line of its own, behind which a manifest could "
                      "stand",
                      err);
    if (cm_text_find(text, 0, "<svg") < text.size)
        return refuse("this SVG isn't in SVG's namespace", err);
    put_block(plan, "<!--", "-->");
    s->at = line;
    return CM_OK;
}

static void put_tag(cm_buf *b, const char *before, const cm_xml *x, const char *name) {
    cm_buf_text(b, before);
    cm_buf_put_bytes(b, x->prefix);
    cm_buf_text(b, name);
}

/* Into the metadata of SVG or TTML, with the elements around it that are lacking. TTML's text has
 * the element excluded from the hash; SVG's says nothing, and c2pa-rs excludes what is in it. */
static cm_code put_element(const cm_xml *x, cm_asset_plan *plan, cm_prose_spot *s, cm_error *err) {
    bool head = x->kind == CM_XML_TTML && x->metadata == 0 && x->head == 0;
    bool svg = x->kind == CM_XML_SVG;
    plan->carrier = CM_CARRIER_ELEMENT;
    plan->open = svg ? "" : CM_ELEMENT_OPEN;
    plan->close = svg ? "" : CM_ELEMENT_CLOSE;
    if (!x->whole)
        return refuse("this SVG or TTML isn't well-formed", err);
    if (x->root == 0 || x->taken)
        return refuse("this SVG or TTML is empty, or has another meaning for the prefix c2pa", err);
    if (!x->declared) {
        s->declare_at = x->root_name_end;
        s->declare = " xmlns:c2pa=\"" CM_XML_NAMESPACE "\"";
    }
    s->at = x->metadata != 0 ? x->metadata : x->head != 0 ? x->head : x->root;
    if (head)
        put_tag(&s->before, "<", x, "head>");
    if (x->metadata == 0)
        put_tag(&s->before, "<", x, "metadata>");
    cm_buf_text(&s->before, svg ? CM_ELEMENT_OPEN : "");
    cm_buf_text(&s->behind, svg ? CM_ELEMENT_CLOSE : "");
    if (x->metadata == 0)
        put_tag(&s->behind, "</", x, "metadata>");
    if (head)
        put_tag(&s->behind, "</", x, "head>");
    return CM_OK;
}

/* SVG and TTML, which have a place of their own, whatever comments are asked for. */
static cm_code choose_element(cm_bytes text, cm_asset_plan *plan, cm_prose_spot *s, bool *done,
                              cm_error *err) {
    cm_xml x;
    cm_text_sites none = {0};
    cm_code code = cm_xml_look(text, &none, &x, err);
    *done = code == CM_OK && (x.kind != CM_XML_OTHER || x.entities);
    if (!*done)
        return code;
    return x.entities ? refuse("this XML declares entities, which might be anything", err)
                      : put_element(&x, plan, s, err);
}

/* Behind the header and its blank line, and with one of its own (A.9.4.1). */
static cm_code put_into_webvtt(cm_bytes text, cm_asset_plan *plan, cm_prose_spot *s,
                               cm_error *err) {
    for (size_t line = second_line(text); line < text.size;) {
        size_t next = line + second_line(cm_part(text, line, text.size));
        if (next < text.size && cm_text_trim(cm_part(text, line, next)).size == 0) {
            put_block(plan, "NOTE", "");
            s->at = next;
            cm_buf_text(&s->behind, plan->line_end);
            return CM_OK;
        }
        line = next;
    }
    return refuse("this WebVTT has no blank line and cues behind its header", err);
}

static bool has_front_matter(cm_bytes text) {
    return starts(text, "---\n") || starts(text, "---\r\n") || starts(text, "+++\n") ||
           starts(text, "+++\r\n");
}

/* Where its first line says that the text is structured it gets a block. A.8 is for what is left
 * (A.8.1, A.9.4). */
static cm_code choose_text(cm_bytes text, cm_asset_plan *plan, cm_prose_spot *s, cm_error *err) {
    s->at = text.size;
    bool done = false;
    cm_code code = choose_element(text, plan, s, &done, err);
    if (code != CM_OK || done)
        return code;
    if (starts(text, "<svg"))
        return refuse("this SVG isn't well-formed, or not in SVG's namespace", err);
    if (starts(text, "WEBVTT") || starts(text, "\xef\xbb\xbf"
                                               "WEBVTT"))
        return put_into_webvtt(text, plan, s, err);
    if (is_json(text))
        return refuse("JSON has no place for a manifest", err);
    if (starts(text, "<?xml"))
        return put_into_xml(text, plan, s, err);
    if (has_front_matter(text)) {
        put_block(plan, "", NULL);
        s->at = second_line(text);
    } else if (starts(text, "#!")) {
        put_block(plan, "#", "");
        put_last(text, plan, s);
    } else {
        plan->carrier = CM_CARRIER_WRAPPER;
    }
    return CM_OK;
}

/* Into a comment on the first line, unless that is another's. */
static cm_code choose_comment(cm_bytes text, cm_asset_plan *plan, cm_prose_spot *s, cm_error *err) {
    cm_bytes asked = {.data = (const uint8_t *)plan->comment, .size = strlen(plan->comment)};
    const char *close = NULL, *open = asked.size != 0 ? cm_comment_find(asked, &close) : NULL;
    if (open == NULL)
        return cm_fail(err, CM_ERR_ARGUMENT,
                       "\"%s\" is no comment of those that a manifest may stand in", plan->comment);
    bool done = false;
    cm_code code = choose_element(text, plan, s, &done, err);
    if (code != CM_OK || done)
        return code;
    if (starts(text, "\xef\xbb\xbf"))
        return refuse("this text starts with a byte order mark, where the comment should be", err);
    if (starts(text, "<?xml"))
        return put_into_xml(text, plan, s, err);
    put_block(plan, open, close);
    if (starts(text, "#!"))
        put_last(text, plan, s);
    return CM_OK;
}

/* In the place, and between the same comment signs, as the one that was there. */
static bool choose_same(const cm_prose *p, cm_bytes text, cm_asset_plan *plan, cm_prose_spot *s) {
    const cm_text_site *first = p->sites.count != 0 ? &p->sites.items[0] : NULL;
    if (first == NULL || first->carrier != CM_CARRIER_BLOCK)
        return false;
    put_block(plan, first->open, first->close);
    s->at = first->where.start;
    if (first->last)
        put_last(text, plan, s);
    return true;
}

cm_code cm_prose_spot_choose(const cm_prose *p, cm_bytes text, cm_asset_plan *plan,
                             cm_prose_spot *s, cm_error *err) {
    size_t feed = cm_text_find(text, 0, "\n");
    plan->line_end = feed < text.size && feed > 0 && text.data[feed - 1] == '\r' ? "\r\n" : "\n";
    if (plan->store_size == 0)
        return CM_OK;
    if (p->sites.elsewhere)
        return cm_fail(err, CM_ERR_UNSUPPORTED,
                       "this text names its manifest by an address; take that out first");
    if (plan->format == CM_FORMAT_HTML) {
        cm_text_sites sites = {0};
        plan->carrier = CM_CARRIER_SCRIPT;
        cm_code code = cm_find_scripts(text, &sites, err);
        s->at = sites.head_at;
        if (code == CM_OK && cm_format_of_text(cm_part(text, 0, (size_t)s->at)) != CM_FORMAT_HTML)
            return refuse("this HTML breaks off before its head", err);
        return code;
    }
    cm_code code = CM_OK;
    if (plan->comment != NULL)
        code = choose_comment(text, plan, s, err);
    else if (!choose_same(p, text, plan, s))
        code = choose_text(text, plan, s, err);
    if (plan->carrier == CM_CARRIER_BLOCK && plan->close != NULL && s->at == text.size &&
        s->at != 0)
        put_last(text, plan, s);
    if (code == CM_OK && plan->line_before && s->at != 0 && text.data[s->at - 1] == '\r')
        return refuse("a line of this text ends in a bare carriage return", err);
    return code;
}
