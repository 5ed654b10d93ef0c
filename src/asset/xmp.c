#include "asset/xmp.h"

#include <expat.h>
#include <limits.h>
#include <string.h>

#include "base/buf.h"

enum { DEPTH_MAX = 64, VALUE_MAX = 1 << 20 };

static const char RDF[] = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
static const char SEPARATOR = ' '; /* between namespace and name: no URI holds it */

typedef struct scan {
    XML_Parser parser;
    const cm_xmp_property *wanted;
    size_t count;
    cm_xmp_found *found;
    void *context;
    cm_error *err;
    cm_code code;
    int depth;
    int rdf_depth; /* of rdf:RDF; 0 outside of it */
    size_t which;  /* property whose text is being collected; `count` for none */
    cm_buf text;
} scan;

static void stop(scan *s, cm_code code) {
    if (s->code == CM_OK)
        s->code = code;
    (void)XML_StopParser(s->parser, XML_FALSE);
}

static bool is_name(const char *qualified, const char *name_space, const char *name) {
    size_t n = strlen(name_space);
    return strncmp(qualified, name_space, n) == 0 && qualified[n] == SEPARATOR &&
           strcmp(qualified + n + 1, name) == 0;
}

static size_t lookup(const scan *s, const char *qualified) {
    size_t i = 0;
    while (i < s->count && !is_name(qualified, s->wanted[i].name_space, s->wanted[i].name))
        i++;
    return i;
}

static void report(scan *s, size_t which, cm_bytes value) {
    cm_code code = s->found(s->context, which, value, s->err);
    if (code != CM_OK)
        stop(s, code);
}

static void report_text(scan *s, size_t which, const char *text) {
    report(s, which, (cm_bytes){.data = (const uint8_t *)text, .size = strlen(text)});
}

/* Properties may be attributes of the node that describes the picture. */
static void read_node(scan *s, const XML_Char **attributes) {
    for (size_t i = 0; attributes[i] != NULL; i += 2) {
        size_t which = lookup(s, attributes[i]);
        if (which < s->count)
            report_text(s, which, attributes[i + 1]);
    }
}

static void read_property(scan *s, const XML_Char *name, const XML_Char **attributes) {
    s->which = lookup(s, name);
    s->text.size = 0;
    for (size_t i = 0; s->which < s->count && attributes[i] != NULL; i += 2)
        if (is_name(attributes[i], RDF, "resource"))
            report_text(s, s->which, attributes[i + 1]);
}

static void XMLCALL on_start(void *context, const XML_Char *name, const XML_Char **attributes) {
    scan *s = context;
    if (++s->depth > DEPTH_MAX) {
        stop(s, cm_fail(s->err, CM_ERR_LIMIT, "XMP nested deeper than %d", DEPTH_MAX));
        return;
    }
    if (s->rdf_depth == 0) {
        if (is_name(name, RDF, "RDF"))
            s->rdf_depth = s->depth;
    } else if (s->depth == s->rdf_depth + 1)
        read_node(s, attributes);
    else if (s->depth == s->rdf_depth + 2)
        read_property(s, name, attributes);
}

static void XMLCALL on_end(void *context, const XML_Char *name) {
    scan *s = context;
    (void)name;
    if (s->rdf_depth != 0 && s->depth == s->rdf_depth + 2 && s->which < s->count) {
        if (s->text.size > 0)
            report(s, s->which, cm_buf_bytes(&s->text));
        s->which = s->count;
    }
    if (s->depth == s->rdf_depth)
        s->rdf_depth = 0;
    s->depth--;
}

/* Text inside rdf:Alt or rdf:Seq counts, too. */
static void XMLCALL on_text(void *context, const XML_Char *text, int n) {
    scan *s = context;
    if (s->which == s->count)
        return;
    cm_buf_put(&s->text, text, (size_t)n);
    if (s->text.failed != CM_OK)
        stop(s, cm_buf_status(&s->text, s->err));
}

static void XMLCALL on_doctype(void *context, const XML_Char *name, const XML_Char *system,
                               const XML_Char *public_id, int internal) {
    scan *s = context;
    (void)name, (void)system, (void)public_id, (void)internal;
    stop(s, cm_fail(s->err, CM_ERR_UNSUPPORTED, "XMP with a document type declaration"));
}

/* Packets may be padded with white space or, by some writers, with NULs. */
static cm_bytes without_padding(cm_bytes packet) {
    while (packet.size > 0 && packet.data[packet.size - 1] == 0)
        packet.size--;
    return packet;
}

cm_code cm_xmp_scan(cm_bytes packet, const cm_xmp_property *wanted, size_t count,
                    cm_xmp_found *found, void *context, cm_error *err) {
    packet = without_padding(packet);
    if (packet.size > INT_MAX)
        return cm_fail(err, CM_ERR_LIMIT, "XMP of %zu bytes", packet.size);
    scan s = {.parser = XML_ParserCreateNS(NULL, SEPARATOR),
              .wanted = wanted,
              .count = count,
              .found = found,
              .context = context,
              .err = err,
              .which = count,
              .text = {.limit = VALUE_MAX}};
    if (s.parser == NULL)
        return cm_fail_memory(err);
    XML_SetUserData(s.parser, &s);
    XML_SetElementHandler(s.parser, on_start, on_end);
    XML_SetCharacterDataHandler(s.parser, on_text);
    XML_SetStartDoctypeDeclHandler(s.parser, on_doctype);
    if (XML_Parse(s.parser, (const char *)packet.data, (int)packet.size, 1) == XML_STATUS_ERROR &&
        s.code == CM_OK) {
        enum XML_Error why = XML_GetErrorCode(s.parser);
        s.code = why == XML_ERROR_NO_MEMORY
                     ? cm_fail_memory(err)
                     : cm_fail(err, CM_ERR_FORMAT, "XMP: %s", XML_ErrorString(why));
    }
    XML_ParserFree(s.parser);
    cm_buf_free(&s.text);
    return s.code;
}
