/* Putting a store into a text: by which way, where, and how it is spelt. */
#include <string.h>

#include "asset/container.h"
#include "asset/prose.h"
#include "base/base64.h"

/* The text without any store, and where its parts are in the input. */
typedef struct bare {
    cm_buf bytes;
    cm_bytes text;
    cm_span parts[2 * CM_TEXT_SITES + 1];
    size_t count;
} bare;

static void keep(const cm_prose *p, uint64_t start, uint64_t end, bare *b) {
    if (start >= end)
        return;
    b->parts[b->count++] = (cm_span){.start = start, .length = end - start};
    cm_buf_put_bytes(&b->bytes, cm_part(p->text, (size_t)start, (size_t)end));
}

/* Of a line's end at the end of these bytes, how many there are. */
static size_t line_end_size(cm_bytes text) {
    if (text.size == 0 || text.data[text.size - 1] != '\n')
        return 0;
    return text.size > 1 && text.data[text.size - 2] == '\r' ? 2 : 1;
}

static cm_code make_bare(const cm_prose *p, bare *b, cm_error *err) {
    uint64_t at = 0;
    for (size_t i = 0; i < p->sites.count; i++) {
        const cm_text_site *s = &p->sites.items[i];
        uint64_t end = s->where.start + s->where.length;
        if (s->where.start < at)
            continue;
        keep(p, at, s->where.start, b);
        at = end;
        if (s->last) /* it took the end of the line before it along */
            at -= line_end_size(p->text);
    }
    keep(p, at, p->text.size, b);
    b->text = cm_buf_bytes(&b->bytes);
    return cm_buf_status(&b->bytes, err);
}

static cm_format format_of(cm_bytes text) {
    size_t n = text.size < CM_SNIFF_TEXT_BYTES ? text.size : CM_SNIFF_TEXT_BYTES;
    return cm_sniff_text(cm_part(text, 0, n));
}

/* What was left out may have kept parts of another one asunder, or of another format's start. */
static cm_code refuse_remains(const bare *b, cm_format format, cm_error *err) {
    cm_text_sites sites;
    cm_code code = cm_prose_find(b->text, format, &sites, err);
    bool same = b->text.size == 0 || format_of(b->text) == format;
    if (code == CM_OK && (sites.count != 0 || !same))
        return cm_fail(err, CM_ERR_UNSUPPORTED,
                       "manifests stand within one another in this text: remove them by hand");
    return code;
}

/* Where the store's piece goes. */
typedef struct spot {
    uint64_t at;     /* in the bare text */
    size_t replaces; /* bytes behind that which the piece takes the place of */
} spot;

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
static void put_last(cm_bytes text, cm_asset_plan *plan, spot *s) {
    s->replaces = line_end_size(text);
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

static cm_code put_into_xml(cm_bytes text, cm_asset_plan *plan, spot *s, cm_error *err) {
    size_t end = cm_text_find(text, 0, "?>"), line = second_line(text);
    if (end + 2 > line || cm_text_trim(cm_part(text, end + 2, line)).size != 0 ||
        text.data[line - 1] != '\n')
        return refuse("the XML declaration has no line of its own, behind which a manifest could "
                      "stand",
                      err);
    if (cm_text_find(text, 0, "<svg") < text.size || cm_text_find(text, 0, "ttml") < text.size)
        return refuse("SVG and TTML carry manifests in a way that isn't supported", err);
    put_block(plan, "<!--", "-->");
    s->at = line;
    return CM_OK;
}

static bool has_front_matter(cm_bytes text) {
    return starts(text, "---\n") || starts(text, "---\r\n") || starts(text, "+++\n") ||
           starts(text, "+++\r\n");
}

/* Where its first line says that the text is structured it gets a block. A.8 is for what is left
 * (A.8.1, A.9.4). */
static cm_code choose_text(cm_bytes text, cm_asset_plan *plan, spot *s, cm_error *err) {
    s->at = text.size;
    if (starts(text, "<svg") || starts(text, "WEBVTT"))
        return refuse("SVG and WebVTT carry manifests in ways that aren't supported", err);
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
static cm_code choose_comment(cm_bytes text, cm_asset_plan *plan, spot *s, cm_error *err) {
    cm_bytes asked = {.data = (const uint8_t *)plan->comment, .size = strlen(plan->comment)};
    const char *close = NULL, *open = asked.size != 0 ? cm_comment_find(asked, &close) : NULL;
    if (open == NULL)
        return cm_fail(err, CM_ERR_ARGUMENT,
                       "\"%s\" is no comment of those that a manifest may stand in", plan->comment);
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
static bool choose_same(const cm_prose *p, cm_bytes text, cm_asset_plan *plan, spot *s) {
    const cm_text_site *first = p->sites.count != 0 ? &p->sites.items[0] : NULL;
    if (first == NULL || first->carrier != CM_CARRIER_BLOCK)
        return false;
    put_block(plan, first->open, first->close);
    s->at = first->where.start;
    if (first->last)
        put_last(text, plan, s);
    return true;
}

static cm_code choose_spot(const cm_prose *p, cm_bytes text, cm_asset_plan *plan, spot *s,
                           cm_error *err) {
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
        if (code == CM_OK && format_of(cm_part(text, 0, (size_t)s->at)) != CM_FORMAT_HTML)
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

/* What a block has before and behind the base64. */
static void put_frame(const cm_asset_plan *plan, cm_buf *before, cm_buf *behind) {
    if (plan->carrier == CM_CARRIER_SCRIPT) {
        cm_buf_text(before, CM_SCRIPT_OPEN);
        cm_buf_text(behind, CM_SCRIPT_CLOSE);
        return;
    }
    bool lines = plan->close == NULL;
    if (plan->line_before)
        cm_buf_text(before, plan->line_end);
    cm_buf_text(before, plan->open);
    cm_buf_text(before, plan->open[0] != '\0' ? " " : "");
    cm_buf_text(before, CM_BLOCK_BEGIN);
    cm_buf_text(before, lines ? plan->line_end : " ");
    cm_buf_text(before, CM_BLOCK_DATA);
    cm_buf_text(behind, lines ? plan->line_end : " ");
    cm_buf_text(behind, CM_BLOCK_END);
    if (!lines && plan->close[0] != '\0') {
        cm_buf_text(behind, " ");
        cm_buf_text(behind, plan->close);
    }
    if (plan->line_after)
        cm_buf_text(behind, plan->line_end);
}

static cm_code piece_size(const cm_asset_plan *plan, uint64_t *size, cm_error *err) {
    cm_buf before = {0}, behind = {0};
    if (plan->store_size > UINT32_MAX)
        return cm_fail(err, CM_ERR_LIMIT, "a text carries 2^32 - 1 bytes of manifest at most");
    if (plan->carrier == CM_CARRIER_WRAPPER) { /* of the bytes of a store about an eighth is low */
        *size = 3 + 4 * (plan->store_size + 13) - plan->store_size / 8;
        return CM_OK;
    }
    put_frame(plan, &before, &behind);
    *size = before.size + cm_base64_size(plan->store_size) + behind.size;
    cm_code code = cm_buf_status(&before, err);
    if (code == CM_OK)
        code = cm_buf_status(&behind, err);
    cm_buf_free(&before);
    cm_buf_free(&behind);
    return code;
}

static cm_code lay_out(const bare *b, const spot *s, cm_asset_plan *plan, cm_error *err) {
    uint64_t size = 0, done = 0; /* of the bare text */
    bool placed = plan->store_size == 0;
    cm_code code = placed ? CM_OK : piece_size(plan, &size, err);
    for (size_t i = 0; i < b->count && code == CM_OK; i++) {
        cm_span part = b->parts[i], head = part;
        if (!placed && s->at < done + part.length) {
            head.length = s->at - done;
            code = cm_plan_copy(plan, head, err);
            if (code == CM_OK)
                code = cm_plan_store(plan, size, err);
            placed = true;
            head.length += s->replaces; /* which ends the text, so that it is in this part */
            part.start += head.length;
            part.length -= head.length;
            done += head.length;
        }
        if (code == CM_OK)
            code = cm_plan_copy(plan, part, err);
        done += part.length;
    }
    return code == CM_OK && !placed ? cm_plan_store(plan, size, err) : code;
}

cm_code cm_prose_plan(const cm_source *in, cm_asset_plan *plan, cm_error *err) {
    cm_prose p;
    bare b = {0};
    spot s = {0};
    cm_code code = cm_prose_look(in, plan->format, &p, err);
    if (code == CM_OK)
        code = make_bare(&p, &b, err);
    if (code == CM_OK && p.sites.count != 0)
        code = refuse_remains(&b, plan->format, err);
    if (code == CM_OK)
        code = choose_spot(&p, b.text, plan, &s, err);
    if (code == CM_OK)
        code = lay_out(&b, &s, plan, err);
    cm_buf_free(&b.bytes);
    cm_prose_free(&p);
    return code;
}

cm_code cm_prose_write(const cm_asset_plan *plan, cm_bytes store, const cm_sink *sink,
                       cm_error *err) {
    cm_buf out = {0}, behind = {0};
    if (plan->carrier == CM_CARRIER_WRAPPER) {
        cm_wrapper_encode(store, &out);
    } else {
        put_frame(plan, &out, &behind);
        cm_base64_encode(store, &out);
        cm_buf_put_bytes(&out, cm_buf_bytes(&behind));
    }
    cm_code code = cm_buf_status(&behind, err);
    if (code == CM_OK)
        code = cm_buf_status(&out, err);
    if (code == CM_OK && out.size != plan->where.length)
        code = cm_fail(err, CM_ERR_ARGUMENT, "not the manifest store that was planned for");
    if (code == CM_OK)
        code = cm_sink_write(sink, out.data, out.size, err);
    cm_buf_free(&behind);
    cm_buf_free(&out);
    return code;
}
