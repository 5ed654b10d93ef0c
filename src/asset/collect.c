#include "asset/collect.h"

#include <stdlib.h>
#include <string.h>

#include "asset/exif.h"
#include "asset/inflate.h"
#include "asset/xmp.h"
#include "base/mem.h"

static const char AIGC[] = "AIGC";

cm_code cm_collect_load(cm_collector *c, cm_span from, cm_buf *out, cm_error *err) {
    if (from.length > c->budget) {
        c->out->incomplete = true;
        return CM_OK;
    }
    c->budget -= (size_t)from.length;
    return cm_source_load(c->source, from.start, from.length, out, err);
}

cm_code cm_collect_unpack(cm_collector *c, cm_bytes packed, cm_buf *out, cm_error *err) {
    cm_error why = {0};
    cm_code code = cm_inflate(packed, c->budget, out, &why);
    c->budget -= out->size < c->budget ? out->size : c->budget;
    if (code == CM_ERR_MEMORY)
        return cm_fail_memory(err);
    if (code != CM_OK) {
        c->out->incomplete = true;
        cm_buf_free(out);
    }
    return CM_OK;
}

cm_code cm_collect(cm_collector *c, const char *source, const char *field, bool generated,
                   cm_bytes value, cm_encoding encoding, cm_error *err) {
    if (c->out->count == CM_DECLARED_MAX) {
        c->out->incomplete = true;
        return CM_OK;
    }
    cm_declaration d = {.source = source, .field = field, .generated = generated};
    d.value = cm_text_utf8(value, encoding, CM_DECLARED_VALUE, &d.shortened);
    if (d.value == NULL)
        return cm_fail_memory(err);
    if (d.value[0] == '\0') /* says nothing */
        free(d.value);
    else
        c->out->items[c->out->count++] = d;
    return CM_OK;
}

static bool equals(cm_bytes text, const char *literal) {
    return text.size == strlen(literal) && memcmp(text.data, literal, text.size) == 0;
}

static bool contains(cm_bytes text, const char *what) {
    size_t n = strlen(what);
    for (size_t i = 0; i + n <= text.size; i++) {
        const uint8_t *at = memchr(text.data + i, what[0], text.size - n + 1 - i);
        if (at == NULL)
            return false;
        if (memcmp(at, what, n) == 0)
            return true;
        i = (size_t)(at - text.data);
    }
    return false;
}

/* --- XMP --- */

enum { SOURCE_TYPE, CREDIT, EXTENDED }; /* those that need a second look */

static const cm_xmp_property WANTED[] = {
    [SOURCE_TYPE] = {CM_NS_IPTC_EXT, "DigitalSourceType"},
    [CREDIT] = {"http://ns.adobe.com/photoshop/1.0/", "Credit"},
    [EXTENDED] = {"http://ns.adobe.com/xmp/note/", "HasExtendedXMP"},
    {CM_NS_TC260, "AIGC"},
    {CM_NS_IPTC_EXT, "AISystemUsed"},
    {CM_NS_IPTC_EXT, "AISystemVersionUsed"},
    {CM_NS_IPTC_EXT, "AIPromptInformation"},
    {CM_NS_IPTC_EXT, "AIPromptWriterName"},
    {CM_NS_DISCLOSURE, "Provider"},
    {CM_NS_DISCLOSURE, "Time"},
    {CM_NS_DISCLOSURE, "ContentID"},
};

enum { N_WANTED = sizeof WANTED / sizeof WANTED[0] };

static const char *const FIELDS[N_WANTED] = {
    "Iptc4xmpExt:DigitalSourceType",
    "photoshop:Credit",
    "xmpNote:HasExtendedXMP",
    "TC260:AIGC",
    "Iptc4xmpExt:AISystemUsed",
    "Iptc4xmpExt:AISystemVersionUsed",
    "Iptc4xmpExt:AIPromptInformation",
    "Iptc4xmpExt:AIPromptWriterName",
    "countermark:Provider",
    "countermark:Time",
    "countermark:ContentID",
};

/* The last part of a term of IPTC's vocabulary; many writers give it without the rest. */
static cm_bytes term_of(cm_bytes uri) {
    size_t at = uri.size;
    while (at > 0 && uri.data[at - 1] != '/')
        at--;
    return (cm_bytes){.data = uri.data + at, .size = uri.size - at};
}

bool cm_source_type_is_generated(cm_bytes uri) {
    static const char *const TERMS[] = {"trainedAlgorithmicMedia",
                                        "compositeWithTrainedAlgorithmicMedia",
                                        "compositeSynthetic", "algorithmicMedia"};
    cm_bytes term = term_of(uri);
    for (size_t i = 0; i < sizeof TERMS / sizeof TERMS[0]; i++)
        if (equals(term, TERMS[i]))
            return true;
    return false;
}

static cm_bytes without_blanks(cm_bytes text) {
    while (text.size > 0 && text.data[0] <= ' ')
        text = (cm_bytes){.data = text.data + 1, .size = text.size - 1};
    while (text.size > 0 && text.data[text.size - 1] <= ' ')
        text.size--;
    return text;
}

static cm_code on_property(void *context, size_t which, cm_bytes value, cm_error *err) {
    cm_collector *c = context;
    bool generated = true;
    value = without_blanks(value);
    if (which == EXTENDED) {
        c->extended = value.size == CM_XMP_GUID;
        if (c->extended)
            memcpy(c->extension, value.data, CM_XMP_GUID);
        return CM_OK;
    }
    if (which == CREDIT && !equals(value, "Made with Google AI"))
        return CM_OK;
    if (which == SOURCE_TYPE)
        generated = cm_source_type_is_generated(value);
    size_t before = c->out->count;
    cm_code code = cm_collect(c, "xmp", FIELDS[which], generated, value, CM_TEXT_UTF8, err);
    if (which == SOURCE_TYPE && code == CM_OK && c->out->count > before)
        c->out->items[before].bare = term_of(value).size == value.size;
    return code;
}

/* Where a manifest store lies; "self#jumbf=…" is the one in the picture itself. */
static cm_code on_provenance(void *context, size_t which, cm_bytes value, cm_error *err) {
    enum { LONGEST = 2048 };
    cm_collector *c = context;
    (void)which;
    value = without_blanks(value);
    if (c->out->provenance != NULL || value.size == 0 || value.size > LONGEST ||
        (value.size >= 5 && memcmp(value.data, "self#", 5) == 0))
        return CM_OK;
    c->out->provenance = cm_strndup((const char *)value.data, value.size);
    return c->out->provenance != NULL ? CM_OK : cm_fail_memory(err);
}

cm_code cm_collect_xmp(cm_collector *c, cm_bytes packet, cm_error *err) {
    static const cm_xmp_property provenance = {"http://purl.org/dc/terms/", "provenance"};
    cm_error why = {0};
    cm_code code = cm_xmp_scan(packet, WANTED, N_WANTED, on_property, c, &why);
    if (code == CM_OK)
        code = cm_xmp_scan(packet, &provenance, 1, on_provenance, c, &why);
    if (code == CM_ERR_MEMORY)
        return cm_fail_memory(err);
    if (code != CM_OK)
        c->out->incomplete = true;
    return CM_OK;
}

/* --- text --- */

typedef bool judge(cm_bytes value);

/* Stable Diffusion WebUI's settings, which end in "Steps: 20, Sampler: …, Seed: …". */
static bool is_settings(cm_bytes value) {
    return contains(value, "Steps: ") && contains(value, "Seed: ");
}

static bool is_json_with(cm_bytes value, const char *key) {
    value = without_blanks(value);
    return value.size > 0 && value.data[0] == '{' && contains(value, key);
}

static bool is_prompt_graph(cm_bytes value) {
    return is_json_with(value, "\"class_type\"");
}

static bool is_workflow(cm_bytes value) {
    return is_json_with(value, "\"nodes\"");
}

static bool is_label(cm_bytes value) {
    return is_json_with(value, "\"Label\"");
}

static bool is_anything(cm_bytes value) {
    return value.size > 0;
}

static bool is_novelai(cm_bytes value) {
    return equals(without_blanks(value), "NovelAI");
}

/* Keywords that others may use, too, count only when the value looks like a generator's. */
static const struct {
    const char *keyword;
    judge *accepts;
} KEYWORDS[] = {
    {AIGC, is_anything},       {"parameters", is_settings}, {"prompt", is_prompt_graph},
    {"workflow", is_workflow}, {"Software", is_novelai},    {"invokeai_metadata", is_anything},
};

cm_code cm_collect_text(cm_collector *c, const char *source, cm_bytes keyword, cm_bytes value,
                        cm_encoding encoding, cm_error *err) {
    for (size_t i = 0; i < sizeof KEYWORDS / sizeof KEYWORDS[0]; i++)
        if (equals(keyword, KEYWORDS[i].keyword) && KEYWORDS[i].accepts(value))
            return cm_collect(c, source, KEYWORDS[i].keyword, true, value, encoding, err);
    return CM_OK;
}

/* --- EXIF --- */

cm_code cm_collect_exif(cm_collector *c, cm_bytes exif, cm_error *err) {
    cm_reader r = cm_reader_over(exif);
    cm_bytes raw;
    cm_encoding encoding;
    bool shortened;
    cm_code code = CM_OK;
    (void)cm_read_match(&r, "Exif\0\0", 6);
    if (!cm_exif_user_comment(cm_read_bytes(&r, cm_reader_left(&r)), &raw, &encoding))
        return CM_OK;
    char *text = cm_text_utf8(raw, encoding, raw.size * 2, &shortened);
    if (text == NULL)
        return cm_fail_memory(err);
    cm_bytes value = {.data = (const uint8_t *)text, .size = strlen(text)};
    if (is_label(value) || is_settings(value))
        code = cm_collect(c, "exif", "UserComment", true, value, CM_TEXT_UTF8, err);
    free(text);
    return code;
}
