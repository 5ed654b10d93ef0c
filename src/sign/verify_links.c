/* URIs and hashed URIs: what they lead to, and whether it is what was meant (C2PA 2.2 §8.4). */
#include "sign/verify_internal.h"

#include "base/mem.h"

char *cm_verify_absolute(cm_verifier *v, const cm_view *m, cm_bytes uri) {
    const size_t self = strlen(CM_URI_SELF);
    cm_reader r = cm_reader_over(uri);
    cm_buf b = {0};
    if (cm_read_match(&r, CM_URI_SELF, self) && !cm_read_match(&r, "/", 1)) {
        cm_buf_text(&b, m->uri);
        cm_buf_u8(&b, '/');
        uri = cm_read_bytes(&r, cm_reader_left(&r));
    }
    cm_buf_put_bytes(&b, uri);
    char *copy = b.failed == CM_OK ? cm_strndup((const char *)b.data, b.size) : NULL;
    if (copy == NULL)
        cm_verify_fail(v, cm_fail_memory(v->err));
    cm_buf_free(&b);
    return copy;
}

cm_hash_alg cm_verify_hash_alg(cm_verifier *v, const cm_view *m, const cm_cbor_item *structure,
                               const char *url) {
    cm_bytes name = cm_cbor_text(cm_cbor_get(structure, "alg"));
    cm_hash_alg alg = cm_hash_from_name(name.data != NULL ? name : m->alg);
    if (alg == CM_HASH_NONE)
        cm_note(v, m, CM_ST_ALGORITHM_UNSUPPORTED, url, "unknown or missing hash algorithm");
    return alg;
}

/* What lies in a compressed manifest is referred to as if it lay in the store (§8.4.1). */
static const cm_box *resolve_unpacked(cm_verifier *v, cm_bytes uri) {
    static const char in_store[] = CM_URI_SELF "/" CM_LABEL_STORE "/";
    cm_reader r = cm_reader_over(uri);
    if (!cm_read_match(&r, in_store, sizeof in_store - 1))
        return NULL;
    cm_bytes path = cm_read_bytes(&r, cm_reader_left(&r));
    for (size_t i = 0; i < v->manifest_count; i++) {
        const cm_listed *l = &v->manifests[i];
        size_t n = l->placed->label.size;
        if (l->box != l->placed && path.size > n + 1 && path.data[n] == '/' &&
            memcmp(path.data, l->placed->label.data, n) == 0)
            return cm_box_below(l->box, (cm_bytes){path.data + n + 1, path.size - n - 1},
                                &v->steps_left);
    }
    return NULL;
}

const cm_box *cm_verify_resolve(cm_verifier *v, const cm_view *m, cm_bytes uri) {
    if (!cm_verify_steps(v, 1 + v->manifest_count))
        return NULL;
    const cm_box *box = cm_jumbf_resolve_within(&v->store, m->box, uri, &v->steps_left);
    if (box == NULL)
        box = resolve_unpacked(v, uri);
    if (box == NULL && v->steps_left == 0)
        cm_verify_exhaust(v);
    return box;
}

cm_link cm_verify_link(cm_verifier *v, const cm_view *m, const cm_cbor_item *hashed_uri,
                       const cm_box **box) {
    cm_bytes uri = cm_cbor_text(cm_cbor_get(hashed_uri, "url"));
    cm_bytes expected = cm_cbor_string(cm_cbor_get(hashed_uri, "hash"));
    char url[CM_URI_MAX];
    cm_digest digest;
    (void)snprintf(url, sizeof url, "%.*s", uri.size < sizeof url ? (int)uri.size : 0,
                   (const char *)uri.data);
    *box = uri.data != NULL ? cm_verify_resolve(v, m, uri) : NULL;
    if (*box == NULL)
        return CM_LINK_MISSING;
    cm_hash_alg alg = cm_verify_hash_alg(v, m, hashed_uri, url);
    if (alg == CM_HASH_NONE)
        return CM_LINK_ALGORITHM;
    if (!cm_verify_hashing(v, (*box)->content.size))
        return CM_LINK_MISMATCH;
    cm_code code = cm_hash_bytes(alg, (*box)->content, &digest, v->err);
    if (code != CM_OK)
        cm_verify_fail(v, code);
    return cm_bytes_equal(cm_digest_bytes(&digest), expected) ? CM_LINK_RIGHT : CM_LINK_MISMATCH;
}

bool cm_verify_within(cm_verifier *v, const cm_box *box) {
    for (size_t i = 0; i < v->manifest_count; i++) {
        if (!cm_verify_steps(v, 1 + v->manifests[i].box->span))
            return false;
        const cm_box *store =
            cm_box_of_kind(v->manifests[i].box, CM_LABEL_ASSERTIONS, CM_KIND_ASSERTIONS);
        if (store == NULL || box < store || box >= store + store->span)
            continue;
        if (!cm_verify_steps(v, store->span))
            return false;
        for (const cm_box *b = cm_box_first(store); b != NULL; b = cm_box_next(store, b))
            if (b == box)
                return true;
    }
    return false;
}
