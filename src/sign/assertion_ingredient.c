/* What the asset was made of: c2pa.ingredient.v3, C2PA 2.2 §18.16. */
#include "sign/assertion.h"
#include "sign/labels.h"

static const char *relation_name(cm_relation relation) {
    static const char *const names[] = {"parentOf", "componentOf", "inputTo"};
    return names[relation];
}

/* The active manifest and its signature, each with its hash. */
static cm_code put_manifest(cm_cbor_map *map, const cm_box *active, cm_hash_alg alg,
                            cm_error *err) {
    const cm_box *signature = cm_box_named(active, CM_LABEL_SIGNATURE);
    char uri[CM_URI_MAX];
    if (signature == NULL || active->label.size >= CM_LABEL_MAX * 2)
        return cm_fail(err, CM_ERR_FORMAT, "the ingredient's own manifest store is broken");
    (void)snprintf(uri, sizeof uri, CM_URI_SELF "/" CM_LABEL_STORE "/%.*s", (int)active->label.size,
                   (const char *)active->label.data);
    cm_code code = cm_put_hashed_uri(cm_cbor_map_key(map, "activeManifest"), uri, alg, true,
                                     active->content, err);
    (void)snprintf(uri, sizeof uri, CM_URI_SELF "/" CM_LABEL_STORE "/%.*s/" CM_LABEL_SIGNATURE,
                   (int)active->label.size, (const char *)active->label.data);
    if (code == CM_OK)
        code = cm_put_hashed_uri(cm_cbor_map_key(map, "claimSignature"), uri, alg, true,
                                 signature->content, err);
    return code;
}

static cm_code fill(cm_cbor_map *map, const cm_ingredient_spec *spec,
                    const cm_ingredient_links *links, cm_hash_alg alg, cm_error *err) {
    const char *instance = spec->instance != NULL ? spec->instance : links->instance;
    cm_code code = CM_OK;
    cm_cbor_map_text(map, "relationship", relation_name(spec->relation));
    cm_cbor_map_text_if(map, "dc:title", spec->title);
    cm_cbor_map_text_if(map, "dc:format", spec->format);
    cm_cbor_map_text_if(map, "instanceID", instance);
    cm_cbor_map_text_if(map, "description", spec->description);
    cm_cbor_map_text_if(map, "informationalURI", spec->information_uri);
    if (links->thumbnail != NULL)
        code = cm_put_assertion_uri(cm_cbor_map_key(map, "thumbnail"), links->thumbnail, alg, err);
    if (code == CM_OK && links->data != NULL)
        code = cm_put_assertion_uri(cm_cbor_map_key(map, "data"), links->data, alg, err);
    if (code == CM_OK && links->manifest != NULL) {
        code = put_manifest(map, links->manifest, alg, err);
        cm_buf_put_bytes(cm_cbor_map_key(map, "validationResults"), spec->findings);
    }
    return code;
}

cm_code cm_assertion_ingredient(cm_assertion *a, const cm_ingredient_spec *spec,
                                const cm_ingredient_links *links, cm_hash_alg alg, cm_error *err) {
    cm_cbor_map map = {0};
    cm_buf b = {0};
    cm_code code = fill(&map, spec, links, alg, err);
    if (code == CM_OK)
        cm_cbor_map_put(&map, &b);
    cm_cbor_map_free(&map);
    if (code == CM_OK)
        return cm_assertion_cbor(a, &b, err);
    cm_buf_free(&b);
    return code;
}
