#include "asset/xmp_put.h"

#include <string.h>

static void put_escaped(cm_buf *out, const char *text) {
    for (; *text != '\0'; text++)
        switch (*text) {
        case '&':
            cm_buf_text(out, "&amp;");
            break;
        case '<':
            cm_buf_text(out, "&lt;");
            break;
        case '>':
            cm_buf_text(out, "&gt;");
            break;
        case '"':
            cm_buf_text(out, "&quot;");
            break;
        default:
            cm_buf_u8(out, (uint8_t)*text);
        }
}

/* Whether a value before this one is in the same namespace, whose declaration then stands there. */
static bool is_declared(const cm_xmp_value *values, size_t i) {
    for (size_t k = 0; k < i; k++)
        if (strcmp(values[k].prefix, values[i].prefix) == 0)
            return true;
    return false;
}

static void put_texts(cm_buf *out, const char *const *texts) {
    for (; *texts != NULL; texts++)
        cm_buf_text(out, *texts);
}

/* A node of our own: what stands around it may call rdf by another name. */
void cm_xmp_put_node(cm_buf *out, const char *about, const cm_xmp_value *values, size_t count) {
    cm_buf_text(out, "\n  <rdf:Description xmlns:rdf=\"" CM_NS_RDF "\" rdf:about=\"");
    put_escaped(out, about);
    cm_buf_text(out, "\"");
    for (size_t i = 0; i < count; i++)
        if (!is_declared(values, i))
            put_texts(out, (const char *const[]){"\n    xmlns:", values[i].prefix, "=\"",
                                                 values[i].name_space, "\"", NULL});
    cm_buf_text(out, ">\n");
    for (size_t i = 0; i < count; i++) {
        const cm_xmp_value *v = &values[i];
        put_texts(out, (const char *const[]){"   <", v->prefix, ":", v->name, ">", NULL});
        put_escaped(out, v->value);
        put_texts(out, (const char *const[]){"</", v->prefix, ":", v->name, ">\n", NULL});
    }
    cm_buf_text(out, "  </rdf:Description>");
}

void cm_xmp_put_packet(cm_buf *out, const cm_xmp_value *values, size_t count) {
    cm_buf_text(out,
                "<?xpacket begin=\"\xef\xbb\xbf\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
                "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n <rdf:RDF xmlns:rdf=\"" CM_NS_RDF "\">");
    cm_xmp_put_node(out, "", values, count);
    cm_buf_text(out, "\n </rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"w\"?>");
}
