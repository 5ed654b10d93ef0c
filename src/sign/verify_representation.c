/* Original preservation images, which a manifest names or holds: C2PA 2.4 §15.10.3.2.7. */
#include "sign/verify_internal.h"

static bool is_original(const cm_declared *d) {
    return cm_bytes_are(d->base, CM_LABEL_REPRESENTATION) &&
           cm_cbor_is_text(cm_cbor_get(cm_cbor_root(&d->cbor), "type"),
                           "exif.originalPreservationImage");
}

/* How many parts the manifest says that the asset has. */
static size_t count_parts(const cm_view *m) {
    for (size_t i = 0; i < m->declared_count; i++) {
        const cm_declared *d = &m->declared[i];
        const cm_cbor_item *parts = cm_cbor_get(cm_cbor_root(&d->cbor), "parts");
        if (cm_bytes_are(d->base, CM_LABEL_HASH_MULTI_ASSET) && cm_cbor_is(parts, CM_CBOR_ARRAY))
            return parts->count;
    }
    return 0;
}

/* An image in the manifest, by hash. */
static cm_status_id check_embedded(cm_verifier *v, const cm_view *m, const cm_cbor_item *link) {
    const cm_box *box;
    if (cm_cbor_string(cm_cbor_get(link, "hash")).size == 0)
        return CM_ST_ALTERNATIVE_MALFORMED;
    switch (cm_verify_link(v, m, link, &box)) {
    case CM_LINK_RIGHT:
        return CM_ST_ALTERNATIVE_MATCH;
    case CM_LINK_MISSING:
        return CM_ST_ALTERNATIVE_MISSING;
    default:
        return CM_ST_ALTERNATIVE_HASH_MISMATCH;
    }
}

static cm_status_id check(cm_verifier *v, const cm_view *m, const cm_declared *d) {
    const cm_cbor_item *parameters = cm_cbor_get(cm_cbor_root(&d->cbor), "parameters");
    const cm_cbor_item *part = cm_cbor_get(parameters, "multiAssetPartIndex");
    const cm_cbor_item *embedded = cm_cbor_get(parameters, "embeddedOriginalPreservationImage");
    uint64_t index;
    if ((part != NULL) == (embedded != NULL))
        return CM_ST_ALTERNATIVE_MALFORMED;
    if (embedded != NULL)
        return check_embedded(v, m, embedded);
    /* an ingredient's parts are not there any more */
    return !m->active || (cm_cbor_uint(part, &index) && index < count_parts(m))
               ? CM_ST_ALTERNATIVE_MATCH
               : CM_ST_ALTERNATIVE_MALFORMED;
}

static const char *explain(cm_status_id found) {
    switch (found) {
    case CM_ST_ALTERNATIVE_MATCH:
        return "what it names as the original image is there";
    case CM_ST_ALTERNATIVE_MISSING:
        return "the original image is not there";
    case CM_ST_ALTERNATIVE_HASH_MISMATCH:
        return "the original image is another one";
    default:
        return "it names no original image, or more than one";
    }
}

void cm_verify_representations(cm_verifier *v, const cm_view *m) {
    size_t count = 0;
    for (size_t i = 0; i < m->declared_count; i++)
        count += is_original(&m->declared[i]);
    for (size_t i = 0; i < m->declared_count && cm_verify_since(v, CM_C2PA_2_4); i++) {
        const cm_declared *d = &m->declared[i];
        if (!is_original(d))
            continue;
        cm_status_id found = count > 1 && m->active ? CM_ST_ALTERNATIVE_MALFORMED : check(v, m, d);
        cm_note_assertion(v, m, found, d->box->label, explain(found));
    }
}
