#include "sign/assertion.h"

#include <openssl/rand.h>

#include "sign/labels.h"

cm_code cm_assertion_init(cm_assertion *a, const char *label, cm_error *err) {
    *a = (cm_assertion){0};
    (void)snprintf(a->label, sizeof a->label, "%s", label);
    if (RAND_bytes(a->salt, sizeof a->salt) != 1)
        return cm_fail(err, CM_ERR_CRYPTO, "no random numbers to be had");
    return CM_OK;
}

void cm_assertion_free(cm_assertion *a) {
    cm_buf_free(&a->box);
}

/* Wraps CBOR into the assertion's superbox. Takes `content`. */
static cm_code wrap(cm_assertion *a, cm_buf *content, cm_error *err) {
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

/* CBOR's tdate: an RFC 3339 text under tag 0. */
static void put_time(cm_buf *b, time_t when) {
    struct tm tm;
    char text[32] = "";
    if (gmtime_r(&when, &tm) != NULL)
        (void)strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
    cm_cbor_put_tag(b, 0);
    cm_cbor_put_text(b, text);
}

static void put_created(cm_buf *b, const cm_manifest_spec *spec) {
    cm_cbor_put_map(b, 4);
    cm_cbor_put_text(b, "when");
    put_time(b, spec->when);
    cm_cbor_put_text(b, "action");
    cm_cbor_put_text(b, CM_ACTION_CREATED);
    cm_cbor_put_text(b, "softwareAgent");
    cm_cbor_put_map(b, 1);
    cm_cbor_put_text(b, "name");
    cm_cbor_put_text(b, spec->software_agent);
    cm_cbor_put_text(b, "digitalSourceType");
    cm_cbor_put_text(b, spec->digital_source_type);
}

static cm_code put_opened(cm_buf *b, const cm_manifest_spec *spec, const cm_assertion *parent,
                          cm_error *err) {
    cm_cbor_put_map(b, 3);
    cm_cbor_put_text(b, "when");
    put_time(b, spec->when);
    cm_cbor_put_text(b, "action");
    cm_cbor_put_text(b, CM_ACTION_OPENED);
    cm_cbor_put_text(b, "parameters");
    cm_cbor_put_map(b, 1);
    cm_cbor_put_text(b, "ingredients");
    cm_cbor_put_array(b, 1);
    return cm_put_assertion_uri(b, parent, spec->hash, err);
}

cm_code cm_assertion_actions(cm_assertion *a, const cm_manifest_spec *spec,
                             const cm_assertion *parent, cm_error *err) {
    cm_buf b = {0};
    cm_code code = CM_OK;
    bool marked = spec->soft_binding_count > 0;
    cm_cbor_put_map(&b, 2);
    cm_cbor_put_text(&b, "actions");
    cm_cbor_put_array(&b, marked ? 2 : 1);
    if (parent != NULL)
        code = put_opened(&b, spec, parent, err);
    else
        put_created(&b, spec);
    if (marked) {
        cm_cbor_put_map(&b, 2);
        cm_cbor_put_text(&b, "when");
        put_time(&b, spec->when);
        cm_cbor_put_text(&b, "action");
        cm_cbor_put_text(&b, CM_ACTION_WATERMARKED_BOUND);
    }
    cm_cbor_put_text(&b, "allActionsIncluded");
    cm_cbor_put_bool(&b, true);
    if (code != CM_OK) {
        cm_buf_free(&b);
        return code;
    }
    return wrap(a, &b, err);
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
    return wrap(a, &b, err);
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
    return wrap(a, &b, err);
}

cm_code cm_assertion_parent(cm_assertion *a, const cm_jumbf *parent, const char *format,
                            cm_bytes findings, cm_hash_alg alg, cm_error *err) {
    const cm_box *active = NULL;
    for (const cm_box *m = cm_box_first(parent->boxes); m != NULL;
         m = cm_box_next(parent->boxes, m))
        if (m->type == CM_BOX_JUMB)
            active = m;
    const cm_box *signature = active != NULL ? cm_box_named(active, CM_LABEL_SIGNATURE) : NULL;
    if (signature == NULL || active->label.size > CM_LABEL_MAX)
        return cm_fail(err, CM_ERR_FORMAT, "the asset's own manifest store is broken");
    char uri[CM_URI_MAX];
    cm_buf b = {0};
    cm_cbor_put_map(&b, 5);
    cm_cbor_put_text(&b, "dc:format");
    cm_cbor_put_text(&b, format);
    cm_cbor_put_text(&b, "relationship");
    cm_cbor_put_text(&b, "parentOf");
    cm_cbor_put_text(&b, "activeManifest");
    (void)snprintf(uri, sizeof uri, CM_URI_SELF "/" CM_LABEL_STORE "/%.*s", (int)active->label.size,
                   (const char *)active->label.data);
    cm_code code = cm_put_hashed_uri(&b, uri, alg, true, active->content, err);
    cm_cbor_put_text(&b, "claimSignature");
    (void)snprintf(uri, sizeof uri, CM_URI_SELF "/" CM_LABEL_STORE "/%.*s/" CM_LABEL_SIGNATURE,
                   (int)active->label.size, (const char *)active->label.data);
    if (code == CM_OK)
        code = cm_put_hashed_uri(&b, uri, alg, true, signature->content, err);
    cm_cbor_put_text(&b, "validationResults");
    cm_buf_put_bytes(&b, findings);
    if (code != CM_OK) {
        cm_buf_free(&b);
        return code;
    }
    return wrap(a, &b, err);
}
