#include "sign/outline.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sign/labels.h"
#include "sign/store.h"

/* What describes an embedded file: toggles, then its media type up to a NUL (ISO 19566-5 §B.6). */
static cm_bytes media_type(cm_bytes description) {
    cm_reader r = cm_reader_over(description);
    (void)cm_read_u8(&r);
    cm_bytes rest = cm_read_bytes(&r, cm_reader_left(&r));
    size_t n = 0;
    while (n < rest.size && rest.data[n] != 0)
        n++;
    return (cm_bytes){rest.data, n};
}

static void read_assertion(const cm_box *box, cm_outline_assertion *a) {
    const cm_box *content = cm_box_first(box);
    const cm_box *about = cm_box_of_type(box, CM_BOX_BFDB);
    const cm_box *file = cm_box_of_type(box, CM_BOX_BIDB);
    *a = (cm_outline_assertion){.label = box->label, .form = CM_OUTLINE_OTHER};
    if (about != NULL && file != NULL) {
        a->form = CM_OUTLINE_FILE;
        a->media_type = media_type(about->content);
        a->content = file->content;
    } else if (content != NULL) {
        a->content = content->content;
        if (content->type == CM_BOX_CBOR)
            a->form = CM_OUTLINE_CBOR;
        else if (content->type == CM_BOX_JSON)
            a->form = CM_OUTLINE_JSON;
    }
}

static cm_code read_assertions(const cm_box *manifest, cm_outline_manifest *m, cm_error *err) {
    const cm_box *all = cm_box_named(manifest, CM_LABEL_ASSERTIONS);
    size_t count = 0;
    for (const cm_box *b = cm_box_first(all); b != NULL; b = cm_box_next(all, b))
        count += b->type == CM_BOX_JUMB;
    m->assertions = cm_calloc(count, sizeof *m->assertions);
    if (m->assertions == NULL)
        return cm_fail_memory(err);
    for (const cm_box *b = cm_box_first(all); b != NULL; b = cm_box_next(all, b))
        if (b->type == CM_BOX_JUMB)
            read_assertion(b, &m->assertions[m->assertion_count++]);
    return CM_OK;
}

static cm_code read_claim(const cm_box *manifest, const cm_limits *limits, cm_outline_manifest *m,
                          cm_error *err) {
    const cm_box *box = cm_box_named(manifest, CM_LABEL_CLAIM_V2);
    int version = box != NULL ? 2 : 1;
    if (box == NULL)
        box = cm_box_named(manifest, CM_LABEL_CLAIM);
    const cm_box *content = cm_box_of_type(box, CM_BOX_CBOR);
    if (content == NULL)
        return CM_OK;
    cm_code code = cm_cbor_parse(content->content, limits, &m->claim, err);
    if (code == CM_ERR_MEMORY)
        return code;
    if (code == CM_OK && cm_cbor_is(cm_cbor_root(&m->claim), CM_CBOR_MAP))
        m->claim_version = version;
    return CM_OK;
}

static cm_code read_manifest(const cm_box *box, const cm_limits *limits, size_t *unpacking,
                             cm_outline_manifest *m, cm_error *err) {
    m->label = box->label;
    if (box->kind == CM_KIND_COMPRESSED) {
        cm_code code = cm_manifest_unpack(box, *unpacking, limits, &m->unpacked, err);
        *unpacking -= m->unpacked.bytes.size;
        if (code != CM_OK)
            return code == CM_ERR_MEMORY ? code : CM_OK;
        box = m->unpacked.tree.boxes;
    }
    m->update = box->kind == CM_KIND_UPDATE;
    const cm_box *signature = cm_box_named(box, CM_LABEL_SIGNATURE);
    const cm_box *cose = cm_box_of_type(signature, CM_BOX_CBOR);
    if (cose != NULL)
        m->signature = cose->content;
    cm_code code = read_claim(box, limits, m, err);
    return code == CM_OK ? read_assertions(box, m, err) : code;
}

static cm_code read_manifests(size_t unpacking, const cm_limits *limits, cm_outline *o,
                              cm_error *err) {
    const cm_box *root = o->store.boxes;
    size_t count = 0;
    for (const cm_box *b = cm_manifest_next(root, NULL); b != NULL; b = cm_manifest_next(root, b))
        count++;
    if (count > limits->manifests)
        return CM_OK;
    o->manifests = cm_calloc(count, sizeof *o->manifests);
    if (o->manifests == NULL)
        return cm_fail_memory(err);
    cm_code code = CM_OK;
    for (const cm_box *b = cm_manifest_next(root, NULL); code == CM_OK && b != NULL;
         b = cm_manifest_next(root, b))
        code = read_manifest(b, limits, &unpacking, &o->manifests[o->count++], err);
    return code;
}

cm_code cm_outline_read(cm_bytes store, const cm_limits *limits, cm_outline *out, cm_error *err) {
    *out = (cm_outline){0};
    cm_limits bounds = limits != NULL ? *limits : cm_limits_default();
    cm_code code = cm_jumbf_parse(store, &bounds, &out->store, err);
    if (code != CM_OK)
        return code == CM_ERR_MEMORY ? code : CM_OK;
    code = read_manifests(cm_unpacking_budget(store.size), &bounds, out, err);
    if (code != CM_OK)
        cm_outline_free(out);
    return code;
}

void cm_outline_free(cm_outline *o) {
    for (size_t i = 0; i < o->count; i++) {
        cm_cbor_free(&o->manifests[i].claim);
        free(o->manifests[i].assertions);
        cm_unpacked_free(&o->manifests[i].unpacked);
    }
    free(o->manifests);
    cm_jumbf_free(&o->store);
    *o = (cm_outline){0};
}

const cm_outline_manifest *cm_outline_find(const cm_outline *o, cm_bytes label) {
    for (size_t i = 0; i < o->count; i++)
        if (cm_bytes_equal(o->manifests[i].label, label))
            return &o->manifests[i];
    return NULL;
}
