/* The packet is parsed for where things stand, and edited as bytes: whatever is not ours to change
 * can't be lost on the way through a data model. */
#include "asset/xmp_write.h"

#include <expat.h>
#include <string.h>

#include "asset/xmp_put.h"

enum { DEPTH_MAX = 64, CUTS_MAX = 256, ABOUT_MAX = 4096 };

static const char SEPARATOR = ' '; /* between namespace and name: no URI holds it */

/* Bytes [start, end) of the packet that are left out. */
typedef struct cut {
    size_t start, end;
} cut;

typedef struct editor {
    XML_Parser parser;
    cm_bytes packet;
    const cm_xmp_value *values;
    size_t count;
    cm_error *err;
    cm_code code;
    int depth, rdf_depth; /* of rdf:RDF; 0 outside of it */
    cut cuts[CUTS_MAX];
    size_t cut_count;
    size_t property; /* where a property to be cut begins; SIZE_MAX outside of one */
    /* The node that describes the picture: */
    size_t node;      /* where it begins */
    size_t node_cuts; /* cuts before it */
    size_t node_kept; /* properties that stay */
    bool has_about;
    cm_buf about;
    size_t rdf_end; /* where its end tag stands; SIZE_MAX: there is none yet */
    bool rdf_empty; /* it has no end tag: <rdf:RDF/> */
    size_t trailer; /* where <?xpacket end …?> stands; SIZE_MAX: nowhere */
} editor;

static void stop(editor *e, cm_code code) {
    if (e->code == CM_OK)
        e->code = code;
    (void)XML_StopParser(e->parser, XML_FALSE);
}

static bool is_name(const char *qualified, const char *name_space, const char *name) {
    size_t n = strlen(name_space);
    return strncmp(qualified, name_space, n) == 0 && qualified[n] == SEPARATOR &&
           strcmp(qualified + n + 1, name) == 0;
}

static bool is_wanted(const editor *e, const char *qualified) {
    for (size_t i = 0; i < e->count; i++)
        if (is_name(qualified, e->values[i].name_space, e->values[i].name))
            return true;
    return false;
}

static bool is_blank(uint8_t c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static size_t here(const editor *e) {
    return (size_t)XML_GetCurrentByteIndex(e->parser);
}

/* Behind the tag at hand. Of the end of <empty/>, expat has no bytes: the place is behind it. */
static size_t behind(const editor *e) {
    return here(e) + (size_t)XML_GetCurrentByteCount(e->parser);
}

/* Leaves bytes out, and the blanks before them. */
static void add_cut(editor *e, size_t start, size_t end) {
    size_t least = e->cut_count > 0 ? e->cuts[e->cut_count - 1].end : 0;
    while (start > least && is_blank(e->packet.data[start - 1]))
        start--;
    if (e->cut_count == CUTS_MAX) {
        stop(e, cm_fail(e->err, CM_ERR_LIMIT, "XMP that says one thing too many times"));
        return;
    }
    e->cuts[e->cut_count++] = (cut){.start = start, .end = end};
}

static uint8_t peek(const cm_reader *r) {
    return r->bad || r->at == r->size ? 0 : r->data[r->at];
}

static void skip_blanks(cm_reader *r) {
    while (is_blank(peek(r)))
        cm_read_skip(r, 1);
}

/* The name of an attribute, or of the tag itself. */
static cm_bytes read_name(cm_reader *r) {
    size_t start = r->at;
    while (cm_reader_left(r) > 0 && !is_blank(peek(r)) && memchr("=/>", peek(r), 3) == NULL)
        cm_read_skip(r, 1);
    return (cm_bytes){.data = r->data + start, .size = r->at - start};
}

static void skip_value(cm_reader *r) {
    skip_blanks(r);
    (void)cm_read_match(r, "=", 1);
    skip_blanks(r);
    uint8_t quote = cm_read_u8(r);
    while (cm_reader_left(r) > 0 && peek(r) != quote)
        cm_read_skip(r, 1);
    cm_read_skip(r, 1);
}

static bool is_declaration(cm_bytes name) {
    return name.size >= 5 && memcmp(name.data, "xmlns", 5) == 0 &&
           (name.size == 5 || name.data[5] == ':');
}

/* Expat gives the attributes in their order, without namespace declarations, but not where they
 * stand: the tag, of which it has said that it is well-formed, is gone through for that. */
static void edit_attributes(editor *e, const XML_Char **attributes) {
    size_t start = here(e), n = behind(e) - start;
    cm_reader r = cm_reader_over((cm_bytes){.data = e->packet.data + start, .size = n});
    cm_read_skip(&r, 1);
    (void)read_name(&r);
    for (size_t i = 0; attributes[i] != NULL && !r.bad;) {
        skip_blanks(&r);
        size_t at = r.at;
        cm_bytes name = read_name(&r);
        skip_value(&r);
        if (name.size == 0 || r.bad)
            break;
        if (is_declaration(name))
            continue;
        if (is_wanted(e, attributes[i]))
            add_cut(e, start + at, start + r.at);
        else if (strncmp(attributes[i], CM_NS_RDF, sizeof CM_NS_RDF - 1) != 0)
            e->node_kept++;
        i += 2;
    }
}

/* All nodes of a packet are about the same thing. */
static void note_about(editor *e, const XML_Char **attributes) {
    for (size_t i = 0; attributes[i] != NULL && !e->has_about; i += 2)
        if (is_name(attributes[i], CM_NS_RDF, "about")) {
            e->has_about = true;
            cm_buf_text(&e->about, attributes[i + 1]);
        }
}

static void XMLCALL on_start(void *context, const XML_Char *name, const XML_Char **attributes) {
    editor *e = context;
    if (++e->depth > DEPTH_MAX) {
        stop(e, cm_fail(e->err, CM_ERR_LIMIT, "XMP nested deeper than %d", DEPTH_MAX));
        return;
    }
    if (e->rdf_depth == 0) {
        if (is_name(name, CM_NS_RDF, "RDF"))
            e->rdf_depth = e->depth;
    } else if (e->depth == e->rdf_depth + 1) {
        e->node = here(e);
        e->node_cuts = e->cut_count;
        e->node_kept = 0;
        note_about(e, attributes);
        edit_attributes(e, attributes);
    } else if (e->depth == e->rdf_depth + 2) {
        if (is_wanted(e, name))
            e->property = here(e);
        else
            e->node_kept++;
    }
}

/* A node from which all was cut goes, too: signing again and again shall not leave a trail. */
static void end_node(editor *e) {
    if (e->node_kept > 0 || e->cut_count == e->node_cuts)
        return;
    e->cut_count = e->node_cuts;
    add_cut(e, e->node, behind(e));
}

static void XMLCALL on_end(void *context, const XML_Char *name) {
    editor *e = context;
    (void)name;
    if (e->rdf_depth != 0 && e->depth == e->rdf_depth + 2 && e->property != SIZE_MAX) {
        add_cut(e, e->property, behind(e));
        e->property = SIZE_MAX;
    } else if (e->rdf_depth != 0 && e->depth == e->rdf_depth + 1) {
        end_node(e);
    } else if (e->depth == e->rdf_depth) {
        if (e->rdf_end == SIZE_MAX) {
            e->rdf_end = here(e);
            e->rdf_empty = XML_GetCurrentByteCount(e->parser) == 0;
        }
        e->rdf_depth = 0;
    }
    e->depth--;
}

static void XMLCALL on_instruction(void *context, const XML_Char *target, const XML_Char *data) {
    editor *e = context;
    if (strcmp(target, "xpacket") == 0 && strncmp(data, "end", 3) == 0)
        e->trailer = here(e);
}

static void XMLCALL on_declaration(void *context, const XML_Char *version, const XML_Char *encoding,
                                   int standalone) {
    editor *e = context;
    (void)version, (void)standalone;
    if (encoding != NULL && strcasecmp(encoding, "utf-8") != 0)
        stop(e, cm_fail(e->err, CM_ERR_UNSUPPORTED, "XMP in %.40s, not UTF-8", encoding));
}

static void XMLCALL on_doctype(void *context, const XML_Char *name, const XML_Char *system,
                               const XML_Char *public_id, int internal) {
    editor *e = context;
    (void)name, (void)system, (void)public_id, (void)internal;
    stop(e, cm_fail(e->err, CM_ERR_UNSUPPORTED, "XMP with a document type declaration"));
}

static void put_part(const editor *e, cm_buf *out, size_t start, size_t end) {
    cm_buf_put(out, e->packet.data + start, end - start);
}

/* The packet from `start` to `end` without what is cut. */
static void put_kept(const editor *e, cm_buf *out, size_t start, size_t end) {
    for (size_t i = 0; i < e->cut_count; i++) {
        const cut *c = &e->cuts[i];
        if (c->start < start || c->end > end)
            continue;
        put_part(e, out, start, c->start);
        start = c->end;
    }
    put_part(e, out, start, end);
}

/* Bytes of blanks before a place, not reaching back beyond `least`. */
static size_t blanks_before(const editor *e, size_t at, size_t least) {
    size_t start = at;
    while (start > least && is_blank(e->packet.data[start - 1]))
        start--;
    return at - start;
}

/* How much of the padding before the trailer makes up for what was added. */
static size_t spent_padding(const editor *e, size_t added) {
    if (e->trailer == SIZE_MAX || e->trailer < e->rdf_end)
        return 0;
    size_t room = blanks_before(e, e->trailer, e->rdf_end);
    return room <= 1 ? 0 : added < room - 1 ? added : room - 1;
}

static void put_edited(const editor *e, cm_buf *out) {
    size_t start = out->size, place = e->rdf_end - blanks_before(e, e->rdf_end, 0);
    put_kept(e, out, 0, place);
    cm_xmp_put_node(out, (const char *)e->about.data, e->values, e->count);
    size_t grown = out->size - start;
    size_t spent = grown > place ? spent_padding(e, grown - place) : 0;
    if (spent > 0) {
        put_kept(e, out, place, e->trailer - spent);
        place = e->trailer;
    }
    put_kept(e, out, place, e->packet.size);
}

static cm_code parse(editor *e) {
    XML_SetUserData(e->parser, e);
    XML_SetElementHandler(e->parser, on_start, on_end);
    XML_SetProcessingInstructionHandler(e->parser, on_instruction);
    XML_SetXmlDeclHandler(e->parser, on_declaration);
    XML_SetStartDoctypeDeclHandler(e->parser, on_doctype);
    if (XML_Parse(e->parser, (const char *)e->packet.data, (int)e->packet.size, 1) ==
            XML_STATUS_ERROR &&
        e->code == CM_OK) {
        enum XML_Error why = XML_GetErrorCode(e->parser);
        return why == XML_ERROR_NO_MEMORY
                   ? cm_fail_memory(e->err)
                   : cm_fail(e->err, CM_ERR_FORMAT,
                             "the file's XMP can't be read, and so can't be added to: %s",
                             XML_ErrorString(why));
    }
    if (e->code == CM_OK && e->rdf_end == SIZE_MAX)
        return cm_fail(e->err, CM_ERR_UNSUPPORTED, "the file's XMP holds no rdf:RDF to add to");
    return e->code;
}

static cm_code edit(cm_bytes packet, const cm_xmp_value *values, size_t count, cm_buf *out,
                    cm_error *err) {
    editor e = {.parser = XML_ParserCreateNS(NULL, SEPARATOR),
                .packet = packet,
                .values = values,
                .count = count,
                .err = err,
                .property = SIZE_MAX,
                .about = {.limit = ABOUT_MAX},
                .rdf_end = SIZE_MAX,
                .trailer = SIZE_MAX};
    if (e.parser == NULL)
        return cm_fail_memory(err);
    cm_code code = parse(&e);
    cm_buf_u8(&e.about, 0);
    if (code == CM_OK)
        code = cm_buf_status(&e.about, err);
    if (code == CM_OK && e.rdf_empty) /* nothing is in it that could be lost */
        cm_xmp_put_packet(out, values, count);
    else if (code == CM_OK)
        put_edited(&e, out);
    XML_ParserFree(e.parser);
    cm_buf_free(&e.about);
    return code;
}

/* XML has no place for control characters, nor for U+FFFE and U+FFFF, even as references. */
static bool is_xml(const char *value) {
    for (const unsigned char *at = (const unsigned char *)value; *at != '\0'; at++)
        if (*at < 0x20 || *at == 0x7f || (at[0] == 0xef && at[1] == 0xbf && at[2] >= 0xbe))
            return false;
    return true;
}

static cm_code check_values(const cm_xmp_value *values, size_t count, cm_error *err) {
    for (size_t i = 0; i < count; i++)
        if (!is_xml(values[i].value))
            return cm_fail(err, CM_ERR_ARGUMENT, "%s: a value with characters that XML can't hold",
                           values[i].name);
    return CM_OK;
}

/* UTF-16 and UTF-32 have zeros among their first bytes, or a mark. */
static bool is_wide(cm_bytes packet) {
    cm_reader r = cm_reader_over(packet);
    uint16_t first = cm_read_be16(&r);
    return first == 0xfeff || first == 0xfffe || (first & 0xff) == 0 || (first >> 8) == 0;
}

cm_code cm_xmp_merge(cm_bytes packet, const cm_xmp_value *values, size_t count, cm_buf *out,
                     cm_error *err) {
    cm_code code = check_values(values, count, err);
    while (packet.size > 0 && packet.data[packet.size - 1] == 0) /* some writers pad with these */
        packet.size--;
    if (code == CM_OK && packet.size > CM_XMP_PACKET_MAX)
        code = cm_fail(err, CM_ERR_LIMIT, "XMP of %zu bytes", packet.size);
    if (code == CM_OK && packet.size > 0 && is_wide(packet))
        code = cm_fail(err, CM_ERR_UNSUPPORTED, "the file's XMP is not UTF-8");
    if (code == CM_OK && packet.size == 0)
        cm_xmp_put_packet(out, values, count);
    else if (code == CM_OK)
        code = edit(packet, values, count, out, err);
    return code == CM_OK ? cm_buf_status(out, err) : code;
}
