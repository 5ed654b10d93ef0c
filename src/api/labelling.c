#include "api/labelling.h"

#include <stdlib.h>
#include <string.h>

#include "api/aigc.h"
#include "asset/asset.h"
#include "asset/declared.h"
#include "asset/metadata.h"
#include "asset/xmp.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "base/rfc3339.h"
#include "sign/manifest.h"

/* --- what they say --- */

static cm_code check_text(const char *text, const char *what, cm_error *err) {
    size_t n = text != NULL ? strlen(text) : 1;
    if (n == 0 || n > CM_LABEL_TEXT)
        return cm_fail(err, CM_ERR_ARGUMENT, "%s is empty, or longer than %d bytes", what,
                       CM_LABEL_TEXT);
    for (size_t i = 0; text != NULL && i < n; i++)
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
            return cm_fail(err, CM_ERR_ARGUMENT, "%s has control characters", what);
    if (text != NULL && !cm_utf8_valid((cm_bytes){(const uint8_t *)text, n}))
        return cm_fail(err, CM_ERR_ARGUMENT, "%s is not UTF-8", what);
    return CM_OK;
}

static cm_code check_texts(const cm_protect_options *o, cm_error *err) {
    const cm_labels *l = &o->labels;
    const struct {
        const char *text, *what;
    } texts[] = {
        {l->provider, "the provider"},
        {l->system, "the system"},
        {l->content_id, "the content's identifier"},
        {l->producer, "the producer"},
        {l->produce_id, "the producer's number"},
        {l->propagator, "the propagator"},
        {l->propagate_id, "the propagator's number"},
        {o->remote_url, "the manifest's address"},
    };
    cm_code code = CM_OK;
    for (size_t i = 0; code == CM_OK && i < sizeof texts / sizeof texts[0]; i++)
        code = check_text(texts[i].text, texts[i].what, err);
    return code;
}

static cm_code check_source_type(const char *uri, cm_error *err) {
    if (strstr(uri, "://") == NULL)
        return cm_fail(err, CM_ERR_ARGUMENT,
                       "\"%.100s\" is the bare code: IPTC's source type is a full URI, such as %s",
                       uri, CM_SOURCE_TYPE_GENERATED);
    if (!cm_source_type_is_generated((cm_bytes){(const uint8_t *)uri, strlen(uri)}))
        return cm_fail(
            err, CM_ERR_ARGUMENT,
            "a label says that the picture was generated, the source type %.100s doesn't", uri);
    return CM_OK;
}

static cm_code check(const cm_protect_options *o, cm_error *err) {
    const cm_labels *l = &o->labels;
    const char *url = o->remote_url;
    bool china = l->producer != NULL || l->produce_id != NULL || l->propagator != NULL ||
                 l->propagate_id != NULL;
    if ((l->kinds & ~(unsigned)CM_LABELS_ALL) != 0)
        return cm_fail(err, CM_ERR_ARGUMENT, "there is no such label");
    if (china && (l->kinds & CM_LABELS_CN) == 0)
        return cm_fail(err, CM_ERR_ARGUMENT, "producer and propagator are of China's label (cn)");
    if ((l->provider != NULL || l->content_id != NULL) &&
        (l->kinds & (CM_LABELS_CA | CM_LABELS_CN)) == 0)
        return cm_fail(err, CM_ERR_ARGUMENT,
                       "a provider and an identifier go into the labels ca and cn: add one to "
                       "--label");
    if ((l->kinds != 0 || url != NULL) && o->update)
        return cm_fail(err, CM_ERR_ARGUMENT,
                       "an update leaves the file as it is: no labels in its metadata");
    if (url != NULL && o->chain == NULL)
        return cm_fail(err, CM_ERR_ARGUMENT, "without a manifest there is none at an address");
    if (url != NULL && strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0)
        return cm_fail(err, CM_ERR_ARGUMENT,
                       "a manifest's address begins with http:// or https://");
    return check_texts(o, err);
}

static cm_code keep_system(const char *name, size_t n, const char *version, cm_labelling *out,
                           cm_error *err) {
    bool has_version = version != NULL && version[0] != '\0';
    out->system = cm_strndup(name, n);
    out->version = has_version ? cm_strndup(version, strlen(version)) : NULL;
    return out->system != NULL && (!has_version || out->version != NULL) ? CM_OK
                                                                         : cm_fail_memory(err);
}

/* "Name/1.2", split at the last slash: the system, or else the generator. */
static cm_code choose_system(const cm_protect_options *o, const cm_definition *d, cm_labelling *out,
                             cm_error *err) {
    const char *text = o->labels.system != NULL ? o->labels.system : o->generator;
    const char *slash = text != NULL ? strrchr(text, '/') : NULL;
    bool split = slash != NULL && slash != text && slash[1] != '\0';
    if (text != NULL)
        return keep_system(text, split ? (size_t)(slash - text) : strlen(text),
                           split ? slash + 1 : NULL, out, err);
    if (d != NULL && d->generator != NULL)
        return keep_system(d->generator, strlen(d->generator), d->generator_version, out, err);
    return CM_OK;
}

static const char *choose_source_type(const cm_protect_options *o, const cm_definition *d) {
    if (o->source_type != NULL)
        return o->source_type;
    return d != NULL && d->source_type != NULL ? d->source_type : CM_SOURCE_TYPE_GENERATED;
}

static cm_code choose_id(const char *given, cm_drawing *drawing, cm_labelling *out, cm_error *err) {
    char uuid[CM_UUID_TEXT];
    if (given != NULL) {
        (void)snprintf(out->id, sizeof out->id, "%s", given);
        return CM_OK;
    }
    cm_code code = cm_draw_uuid(drawing, uuid, err);
    if (code == CM_OK)
        (void)snprintf(out->id, sizeof out->id, "urn:uuid:%s", uuid);
    return code;
}

static cm_code check_california(const cm_labelling *l, cm_error *err) {
    if (l->provider == NULL || l->version == NULL)
        return cm_fail(err, CM_ERR_ARGUMENT,
                       "California's label names the provider, and the system with its version: "
                       "\"Name/1.2\"");
    return CM_OK;
}

/* Label 1: it is generated; 2 and 3 are for those who only suspect it. */
static cm_code make_china(const cm_labels *given, cm_labelling *out, cm_error *err) {
    const char *empty = "";
    const char *fields[CM_AIGC_FIELDS] = {
        [CM_AIGC_LABEL] = "1",
        [CM_AIGC_PRODUCER] = given->producer != NULL ? given->producer : given->provider,
        [CM_AIGC_PRODUCE_ID] = given->produce_id != NULL ? given->produce_id : out->id,
        [CM_AIGC_RESERVED_1] = empty,
        [CM_AIGC_PROPAGATOR] = given->propagator != NULL ? given->propagator : empty,
        [CM_AIGC_PROPAGATE_ID] = given->propagate_id != NULL ? given->propagate_id : empty,
        [CM_AIGC_RESERVED_2] = empty};
    out->producer = fields[CM_AIGC_PRODUCER];
    if (out->producer == NULL)
        return cm_fail(err, CM_ERR_ARGUMENT,
                       "China's label names who produced the content: give "
                       "the provider, or the producer");
    cm_code code = cm_aigc_write(fields, false, false, &out->label, err);
    if (code == CM_OK)
        code = cm_aigc_write(fields, true, false, &out->ascii, err);
    return code == CM_OK ? cm_aigc_write(fields, true, true, &out->wrapped, err) : code;
}

cm_code cm_labelling_open(const cm_protect_options *o, const cm_definition *d, time_t when,
                          cm_drawing *drawing, cm_labelling *out, cm_error *err) {
    const cm_labels *given = &o->labels;
    *out = (cm_labelling){.kinds = given->kinds,
                          .provider = given->provider,
                          .remote_url = o->remote_url,
                          .source_type = choose_source_type(o, d)};
    (void)cm_rfc3339(when, out->time);
    cm_code code = check(o, err);
    if (code == CM_OK && (given->kinds & CM_LABELS_EU) != 0)
        code = check_source_type(out->source_type, err);
    if (code == CM_OK && (given->system != NULL || given->kinds != 0))
        code = choose_system(o, d, out, err);
    if (code == CM_OK && (given->kinds & (CM_LABELS_CA | CM_LABELS_CN)) != 0)
        code = choose_id(given->content_id, drawing, out, err);
    if (code == CM_OK && (given->kinds & CM_LABELS_CA) != 0)
        code = check_california(out, err);
    if (code == CM_OK && (given->kinds & CM_LABELS_CN) != 0)
        code = make_china(given, out, err);
    return code;
}

void cm_labelling_close(cm_labelling *l) {
    free(l->system);
    free(l->version);
    free(l->label);
    free(l->ascii);
    free(l->wrapped);
    *l = (cm_labelling){0};
}

/* --- into metadata --- */

bool cm_labelling_any(const cm_labelling *l) {
    return l->kinds != 0 || l->remote_url != NULL;
}

/* A label that somebody else put there is not ours to replace. */
static cm_code refuse_others(const cm_labelling *l, const cm_source *in, cm_error *err) {
    cm_declarations *d = cm_calloc(1, sizeof *d);
    cm_code code = d != NULL ? cm_declared_read(in, d, err) : cm_fail_memory(err);
    for (size_t i = 0; code == CM_OK && i < d->count; i++) {
        cm_aigc label;
        bool is = cm_aigc_read(d->items[i].value, &label);
        const char *producer = is ? label.fields[CM_AIGC_PRODUCER] : NULL;
        if (producer != NULL && strcmp(producer, l->producer) != 0)
            code = cm_fail(err, CM_ERR_EXISTS,
                           "the file carries an AIGC label by \"%.100s\", which stays as it is",
                           producer);
        cm_aigc_free(&label);
    }
    if (d != NULL)
        cm_declared_free(d);
    free(d);
    return code;
}

typedef struct values {
    cm_xmp_value list[8];
    size_t count;
} values;

static void add(values *v, const char *name_space, const char *prefix, const char *name,
                const char *value) {
    v->list[v->count++] = (cm_xmp_value){name_space, prefix, name, value};
}

static values gather(const cm_labelling *l) {
    values v = {0};
    if ((l->kinds & CM_LABELS_EU) != 0)
        add(&v, CM_NS_IPTC_EXT, "Iptc4xmpExt", "DigitalSourceType", l->source_type);
    if ((l->kinds & CM_LABELS_CA) != 0) {
        add(&v, CM_NS_IPTC_EXT, "Iptc4xmpExt", "AISystemUsed", l->system);
        add(&v, CM_NS_IPTC_EXT, "Iptc4xmpExt", "AISystemVersionUsed", l->version);
        add(&v, CM_NS_DISCLOSURE, "countermark", "Provider", l->provider);
        add(&v, CM_NS_DISCLOSURE, "countermark", "Time", l->time);
        add(&v, CM_NS_DISCLOSURE, "countermark", "ContentID", l->id);
    }
    if ((l->kinds & CM_LABELS_CN) != 0)
        add(&v, CM_NS_TC260, "TC260", "AIGC", l->label);
    if (l->remote_url != NULL)
        add(&v, CM_NS_DCTERMS, "dcterms", "provenance", l->remote_url);
    return v;
}

static cm_code label_text(const cm_labelling *l, cm_error *err) {
    if ((l->kinds & CM_LABELS_CN) != 0 || l->remote_url != NULL)
        return cm_fail(err, CM_ERR_UNSUPPORTED,
                       "a text has no metadata for China's label, or for a manifest's address");
    return CM_OK;
}

cm_code cm_labelling_write(const cm_labelling *l, const cm_source *in, cm_buf *out,
                           cm_protection *result, cm_error *err) {
    cm_format format;
    values v = gather(l);
    cm_metadata m = {v.list, v.count, l->ascii, l->wrapped};
    cm_code code = cm_asset_format(in, &format, err);
    if (code == CM_OK && cm_format_is_text(format))
        code = label_text(l, err);
    else if (code == CM_OK) {
        if (l->label != NULL)
            code = refuse_others(l, in, err);
        if (code == CM_OK)
            code = cm_metadata_write(in, &m, out, &result->exif_comment, err);
    }
    result->labels = l->kinds;
    memcpy(result->content_id, l->id, sizeof l->id);
    return code;
}
