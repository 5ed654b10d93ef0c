/* SVG and TTML: an element c2pa:manifest among the metadata (C2PA 2.5, A.3.3 and A.3.4).
 *
 * Expat says where elements are. What is in ours is then matched byte for byte: it counts only when
 * it holds nothing but strict base64, so there is nothing in it that could show. */
#include <expat.h>
#include <string.h>

#include "asset/prose.h"
#include "base/base64.h"

static const char SVG[] = "http://www.w3.org/2000/svg", TTML[] = "http://www.w3.org/ns/ttml";
enum { DEPTH_MAX = 1000 };         /* the parser keeps something for each element that is open */
static const char SEPARATOR = ' '; /* between namespace and name: no URI holds it */

typedef struct walk {
    XML_Parser parser;
    cm_bytes text;
    cm_xml *out;
    cm_text_sites *sites;
    cm_error *err;
    cm_code code;
    int depth;
    int inner;     /* depth of the element that metadata stands in: the root, or TTML's head */
    int metadata;  /* depth of the metadata element that we are in; 0 for none */
    int manifest;  /* the same of ours */
    size_t opened; /* where ours starts */
} walk;

static bool is_name(const char *qualified, const char *name_space, const char *name) {
    size_t n = strlen(name_space);
    return strncmp(qualified, name_space, n) == 0 && qualified[n] == SEPARATOR &&
           strcmp(qualified + n + 1, name) == 0;
}

static size_t event_start(const walk *w) {
    return (size_t)XML_GetCurrentByteIndex(w->parser);
}

static size_t event_end(const walk *w) {
    return event_start(w) + (size_t)XML_GetCurrentByteCount(w->parser);
}

/* Behind a start tag; 0 for an empty element's, which has no inside. */
static size_t inside(const walk *w) {
    size_t end = event_end(w);
    return w->text.data[end - 2] == '/' ? 0 : end;
}

static bool is_end_of_name(uint8_t c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '/' || c == '>';
}

/* The root's name, as it is spelt. */
static void open_root(walk *w, const char *name) {
    size_t start = event_start(w) + 1, end = start, colon = start;
    w->out->kind = is_name(name, SVG, "svg")   ? CM_XML_SVG
                   : is_name(name, TTML, "tt") ? CM_XML_TTML
                                               : CM_XML_OTHER;
    if (w->out->kind == CM_XML_OTHER) {
        (void)XML_StopParser(w->parser, XML_FALSE);
        return;
    }
    while (!is_end_of_name(w->text.data[end])) {
        colon = w->text.data[end] == ':' ? end + 1 : colon;
        end++;
    }
    w->out->prefix = cm_part(w->text, start, colon);
    w->out->root_name_end = end;
    w->out->root = inside(w);
    w->inner = w->out->kind == CM_XML_SVG ? 1 : 0;
}

static void XMLCALL on_start(void *context, const XML_Char *name, const XML_Char **attributes) {
    walk *w = context;
    const char *space = w->out->kind == CM_XML_SVG ? SVG : TTML;
    (void)attributes;
    if (++w->depth > DEPTH_MAX) {
        (void)XML_StopParser(w->parser, XML_FALSE);
    } else if (w->depth == 1) {
        open_root(w, name);
    } else if (w->depth == 2 && w->out->kind == CM_XML_TTML && is_name(name, TTML, "head")) {
        w->inner = 2;
        w->out->head = w->out->head != 0 ? w->out->head : inside(w);
    } else if (w->inner != 0 && w->depth == w->inner + 1 && is_name(name, space, "metadata")) {
        w->metadata = w->depth;
        w->out->metadata = w->out->metadata != 0 ? w->out->metadata : inside(w);
    } else if (w->metadata != 0 && w->depth == w->metadata + 1 &&
               is_name(name, CM_XML_NAMESPACE, "manifest")) {
        w->manifest = w->depth;
        w->opened = event_start(w);
    }
}

static cm_reader skip_blanks(cm_reader r) {
    while (cm_read_match(&r, " ", 1) || cm_read_match(&r, "\t", 1) || cm_read_match(&r, "\n", 1) ||
           cm_read_match(&r, "\r", 1))
        ;
    return r;
}

/* xmlns:PREFIX="…", or xmlns="…" without one: the only attribute that there may be. */
static bool match_declaration(cm_reader *r, cm_bytes prefix) {
    cm_reader ahead = skip_blanks(*r);
    if (ahead.at == r->at || !cm_read_match(&ahead, "xmlns", 5))
        return false;
    if (prefix.size != 0 &&
        (!cm_read_match(&ahead, ":", 1) || !cm_read_match(&ahead, prefix.data, prefix.size - 1)))
        return false;
    ahead = skip_blanks(ahead);
    if (!cm_read_match(&ahead, "=", 1))
        return false;
    ahead = skip_blanks(ahead);
    const char *quote = cm_read_match(&ahead, "\"", 1) ? "\"" : "'";
    if ((*quote == '\'' && !cm_read_match(&ahead, "'", 1)) ||
        !cm_read_match(&ahead, CM_XML_NAMESPACE, strlen(CM_XML_NAMESPACE)) ||
        !cm_read_match(&ahead, quote, 1))
        return false;
    *r = ahead;
    return true;
}

/* <P:manifest> base64 </P:manifest>, and no more. */
static bool match_element(cm_bytes element, cm_bytes *store) {
    cm_reader r = cm_reader_over(element);
    size_t end = 1, colon = 1;
    while (end < element.size && !is_end_of_name(element.data[end])) {
        colon = element.data[end] == ':' ? end + 1 : colon;
        end++;
    }
    cm_bytes name = cm_part(element, 1, end);
    cm_read_skip(&r, end);
    (void)match_declaration(&r, cm_part(element, 1, colon));
    r = skip_blanks(r);
    if (!cm_read_match(&r, ">", 1))
        return false;
    size_t start = r.at, close = cm_text_find(element, start, "<");
    *store = cm_text_trim(cm_part(element, start, close));
    cm_read_skip(&r, close - start);
    if (!cm_read_match(&r, "</", 2) || !cm_read_match(&r, name.data, name.size))
        return false;
    r = skip_blanks(r);
    return cm_read_match(&r, ">", 1) && cm_reader_left(&r) == 0;
}

static void close_manifest(walk *w) {
    cm_bytes element = cm_part(w->text, w->opened, event_end(w));
    cm_text_site site = {.carrier = CM_CARRIER_ELEMENT,
                         .where = {.start = w->opened, .length = element.size}};
    bool bare = match_element(element, &site.store);
    site.sound = bare && cm_base64_measure(site.store) >= CM_ASSET_STORE_MIN;
    site.empty = bare && site.store.size == 0;
    w->code = cm_text_sites_add(w->sites, &site, w->err);
    if (w->code != CM_OK)
        (void)XML_StopParser(w->parser, XML_FALSE);
}

static void XMLCALL on_end(void *context, const XML_Char *name) {
    walk *w = context;
    (void)name;
    if (w->depth == w->manifest) {
        close_manifest(w);
        w->manifest = 0;
    }
    if (w->depth == w->metadata)
        w->metadata = 0;
    if (w->depth == w->inner && w->out->kind == CM_XML_TTML)
        w->inner = 0;
    w->depth--;
}

/* Before the start of the element that it stands on. What the prefix means further down may be
 * something else. */
static void XMLCALL on_namespace(void *context, const XML_Char *prefix, const XML_Char *uri) {
    walk *w = context;
    if (prefix == NULL || strcmp(prefix, "c2pa") != 0)
        return;
    bool ours = uri != NULL && strcmp(uri, CM_XML_NAMESPACE) == 0;
    w->out->declared = w->out->declared || (ours && w->depth == 0);
    w->out->taken = w->out->taken || !ours;
}

/* What entities stand for isn't looked at: such a document is text like any other. */
static void XMLCALL on_doctype(void *context, const XML_Char *name, const XML_Char *system,
                               const XML_Char *public_id, int internal) {
    walk *w = context;
    (void)name, (void)system, (void)public_id;
    w->out->entities = internal != 0;
    if (internal)
        (void)XML_StopParser(w->parser, XML_FALSE);
}

static bool looks_like_xml(cm_bytes text) {
    cm_reader r = cm_reader_over(text);
    (void)cm_read_match(&r, "\xef\xbb\xbf", 3);
    r = skip_blanks(r);
    return cm_read_match(&r, "<", 1);
}

cm_code cm_xml_look(cm_bytes text, cm_text_sites *sites, cm_xml *out, cm_error *err) {
    size_t before = sites->count;
    *out = (cm_xml){0};
    if (!looks_like_xml(text))
        return CM_OK;
    walk w = {.parser = XML_ParserCreateNS("UTF-8", SEPARATOR),
              .text = text,
              .out = out,
              .sites = sites,
              .err = err};
    if (w.parser == NULL)
        return cm_fail_memory(err);
    XML_SetUserData(w.parser, &w);
    XML_SetElementHandler(w.parser, on_start, on_end);
    XML_SetStartNamespaceDeclHandler(w.parser, on_namespace);
    XML_SetStartDoctypeDeclHandler(w.parser, on_doctype);
    bool whole = XML_Parse(w.parser, (const char *)text.data, (int)text.size, 1) == XML_STATUS_OK;
    if (!whole && w.code == CM_OK && XML_GetErrorCode(w.parser) == XML_ERROR_NO_MEMORY)
        w.code = cm_fail_memory(err);
    XML_ParserFree(w.parser);
    out->whole = whole;
    if (!whole) /* what isn't well-formed is shown by nobody as it should be, and is plain text */
        sites->count = before;
    return w.code;
}

cm_code cm_find_elements(cm_bytes text, cm_text_sites *sites, cm_error *err) {
    cm_xml found;
    if (cm_text_find(text, 0, CM_XML_NAMESPACE) == text.size)
        return CM_OK;
    return cm_xml_look(text, sites, &found, err);
}
