#include "sign/assertion.h"

#include "sign/labels.h"

cm_code cm_assertion_init(cm_assertion *a, const char *label, cm_drawing *drawing, cm_error *err) {
    *a = (cm_assertion){0};
    (void)snprintf(a->label, sizeof a->label, "%s", label);
    return cm_draw(drawing, a->salt, sizeof a->salt, err);
}

void cm_assertion_free(cm_assertion *a) {
    cm_buf_free(&a->box);
}

cm_code cm_assertion_cbor(cm_assertion *a, cm_buf *content, cm_error *err) {
    cm_code code = cm_buf_status(content, err);
    if (code == CM_OK) {
        cm_buf_free(&a->box);
        size_t superbox = cm_jumbf_open(&a->box, CM_KIND_CBOR, a->label, a->salt);
        size_t box = cm_jumbf_open_box(&a->box, CM_BOX_CBOR);
        cm_buf_put_bytes(&a->box, cm_buf_bytes(content));
        cm_jumbf_close(&a->box, box);
        cm_jumbf_close(&a->box, superbox);
        code = cm_buf_status(&a->box, err);
    }
    cm_buf_free(content);
    return code;
}

cm_code cm_assertion_json(cm_assertion *a, cm_bytes content, cm_error *err) {
    size_t superbox = cm_jumbf_open(&a->box, CM_KIND_JSON, a->label, a->salt);
    size_t box = cm_jumbf_open_box(&a->box, CM_BOX_JSON);
    cm_buf_put_bytes(&a->box, content);
    cm_jumbf_close(&a->box, box);
    cm_jumbf_close(&a->box, superbox);
    return cm_buf_status(&a->box, err);
}

cm_code cm_assertion_embedded(cm_assertion *a, const cm_embedded *file, cm_error *err) {
    size_t superbox = cm_jumbf_open_file(&a->box, a->label, a->salt);
    size_t box = cm_jumbf_open_box(&a->box, CM_BOX_BFDB);
    cm_buf_u8(&a->box, 0); /* no name, and not somewhere else */
    cm_buf_put(&a->box, file->media_type, strlen(file->media_type) + 1);
    cm_jumbf_close(&a->box, box);
    box = cm_jumbf_open_box(&a->box, CM_BOX_BIDB);
    cm_buf_put_bytes(&a->box, file->data);
    cm_jumbf_close(&a->box, box);
    cm_jumbf_close(&a->box, superbox);
    return cm_buf_status(&a->box, err);
}

cm_code cm_put_hashed_uri(cm_buf *b, const char *uri, cm_hash_alg alg, bool with_alg,
                          cm_bytes covered, cm_error *err) {
    cm_digest digest;
    cm_code code = cm_hash_bytes(alg, covered, &digest, err);
    if (code != CM_OK)
        return code;
    cm_cbor_put_map(b, with_alg ? 3 : 2);
    if (with_alg) {
        cm_cbor_put_text(b, "alg");
        cm_cbor_put_text(b, cm_hash_name(alg));
    }
    cm_cbor_put_text(b, "url");
    cm_cbor_put_text(b, uri);
    cm_cbor_put_text(b, "hash");
    cm_cbor_put_bytes(b, cm_digest_bytes(&digest));
    return CM_OK;
}

cm_code cm_put_assertion_uri(cm_buf *b, const cm_assertion *a, cm_hash_alg alg, cm_error *err) {
    enum { BOX_HEADER = 8 };
    char uri[CM_URI_MAX];
    (void)snprintf(uri, sizeof uri, CM_URI_SELF CM_LABEL_ASSERTIONS "/%s", a->label);
    cm_bytes covered = {a->box.data + BOX_HEADER, a->box.size - BOX_HEADER};
    return cm_put_hashed_uri(b, uri, alg, false, covered, err);
}

cm_code cm_assertion_soft_binding(cm_assertion *a, const cm_soft_binding *binding, cm_error *err) {
    cm_buf b = {0};
    cm_cbor_put_map(&b, 3);
    cm_cbor_put_text(&b, "alg");
    cm_cbor_put_text(&b, binding->alg);
    cm_cbor_put_text(&b, "pad");
    cm_cbor_put_bytes(&b, (cm_bytes){0});
    cm_cbor_put_text(&b, "blocks");
    cm_cbor_put_array(&b, 1);
    cm_cbor_put_map(&b, 2);
    cm_cbor_put_text(&b, "scope");
    cm_cbor_put_map(&b, 0); /* all of the asset */
    cm_cbor_put_text(&b, "value");
    cm_cbor_put_bytes(&b, binding->value);
    return cm_assertion_cbor(a, &b, err);
}

static void put_exclusions(cm_buf *b, cm_span excluded) {
    if (excluded.length == 0)
        return;
    cm_cbor_put_text(b, "exclusions");
    cm_cbor_put_array(b, 1);
    cm_cbor_put_map(b, 2);
    cm_cbor_put_text(b, "start");
    cm_cbor_put_uint(b, excluded.start);
    cm_cbor_put_text(b, "length");
    cm_cbor_put_uint(b, excluded.length);
}

static size_t exclusions_size(cm_span excluded) {
    cm_buf b = {0};
    put_exclusions(&b, excluded);
    size_t size = b.size;
    cm_buf_free(&b);
    return size;
}

cm_code cm_assertion_data_hash(cm_assertion *a, cm_hash_alg alg, const cm_digest *digest,
                               cm_span excluded, cm_error *err) {
    /* Padding takes what the longest exclusion has more than this one. Its least length keeps its
     * head at two bytes, so that every length in question can be reached. */
    enum { LEAST_PADDING = 26 };
    size_t longest = exclusions_size((cm_span){UINT64_MAX, UINT64_MAX});
    cm_buf b = {0};
    cm_cbor_put_map(&b, excluded.length != 0 ? 5 : 4);
    cm_cbor_put_text(&b, "alg");
    cm_cbor_put_text(&b, cm_hash_name(alg));
    cm_cbor_put_text(&b, "pad");
    cm_cbor_put_padding(&b, LEAST_PADDING + longest - exclusions_size(excluded));
    cm_cbor_put_text(&b, "hash");
    cm_cbor_put_bytes(&b, cm_digest_bytes(digest));
    cm_cbor_put_text(&b, "name");
    cm_cbor_put_text(&b, "jumbf manifest");
    put_exclusions(&b, excluded);
    return cm_assertion_cbor(a, &b, err);
}

/* One entry: the boxes' names, and the hash of their bytes, which stand side by side. The store's
 * own hash can't be known to what stands in it. */
static void put_entry(cm_buf *b, cm_names names, const cm_digest *digest) {
    cm_cbor_put_map(b, 3);
    cm_cbor_put_text(b, "pad");
    cm_cbor_put_bytes(b, (cm_bytes){0});
    cm_cbor_put_text(b, "hash");
    cm_cbor_put_bytes(b, digest != NULL ? cm_digest_bytes(digest) : (cm_bytes){0});
    cm_cbor_put_text(b, "names");
    cm_cbor_put_array(b, names.count);
    for (size_t i = 0; i < names.count; i++)
        cm_cbor_put_text(b, names.list[i]);
}

cm_code cm_assertion_box_hash(cm_assertion *a, const cm_manifest_spec *spec,
                              const cm_digest *before, const cm_digest *behind, cm_error *err) {
    static const char *const own[] = {"C2PA"};
    cm_buf b = {0};
    cm_cbor_put_map(&b, 2);
    cm_cbor_put_text(&b, "alg");
    cm_cbor_put_text(&b, cm_hash_name(spec->hash));
    cm_cbor_put_text(&b, "boxes");
    cm_cbor_put_array(&b, (spec->boxes_before.count != 0) + (size_t)!spec->beside +
                              (spec->boxes_behind.count != 0));
    if (spec->boxes_before.count != 0)
        put_entry(&b, spec->boxes_before, before);
    if (!spec->beside)
        put_entry(&b, (cm_names){own, 1}, NULL);
    if (spec->boxes_behind.count != 0)
        put_entry(&b, spec->boxes_behind, behind);
    return cm_assertion_cbor(a, &b, err);
}
