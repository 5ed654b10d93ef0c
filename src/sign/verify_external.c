/* Assertions that lie elsewhere, and resources of pages: 2.2 §15.10.3.2.1, 2.4 §15.10.3.2.2, 2.5
 * §14.10.4.2.3. Nothing is fetched; what these say of it is held to the texts' rules. */
#include "sign/verify_internal.h"

#include "base/mem.h"

#define CLOUD "c2pa.cloud-data"
#define EXTERNAL "c2pa.external-reference"
#define LINKED "c2pa.linked-resource-integrity"

static void note(cm_verifier *v, const cm_view *m, const cm_declared *d, cm_status_id id,
                 const char *why) {
    cm_note_assertion(v, m, id, d->box->label, why);
}

/* Whether it is a hash that binds, which must lie in the manifest. */
static bool binds(const cm_verifier *v, cm_bytes base) {
    if (cm_verify_since(v, CM_C2PA_2_4) && cm_bytes_are(base, "c2pa.hash.multi-asset"))
        return true;
    return cm_is_hard_binding(base);
}

/* By the newer versions neither may these. */
static bool must_be_here(cm_bytes base) {
    return cm_is_actions(base) || cm_is_ingredient(base) || cm_bytes_are(base, CLOUD);
}

static void check_cloud_data(cm_verifier *v, const cm_view *m, const cm_declared *d) {
    const cm_cbor_item *map = cm_cbor_root(&d->cbor);
    cm_bytes label = cm_label_base(cm_cbor_text(cm_cbor_get(map, "label")));
    if (label.size == 0 || cm_cbor_get(map, "size") == NULL ||
        cm_cbor_get(map, "location") == NULL ||
        (!cm_verify_since(v, CM_C2PA_2_4) && cm_cbor_get(map, "content_type") == NULL))
        note(v, m, d, CM_ST_CLOUD_DATA_MALFORMED, "a field is missing");
    else if (binds(v, label))
        note(v, m, d, CM_ST_CLOUD_DATA_HARD_BINDING, "a hard binding may not lie elsewhere");
    else if (m->update && cm_is_actions(label))
        note(v, m, d, CM_ST_CLOUD_DATA_ACTIONS,
             "the actions of an update manifest may not lie elsewhere");
    else if (cm_verify_since(v, CM_C2PA_2_4) && must_be_here(label))
        note(v, m, d, CM_ST_CLOUD_DATA_MALFORMED, "assertions of this kind may not lie elsewhere");
    cm_report_limit(v->report, "an assertion lies elsewhere, and was not fetched");
}

static void check_external(cm_verifier *v, const cm_view *m, const cm_declared *d) {
    const cm_cbor_item *map = cm_cbor_root(&d->cbor);
    const cm_cbor_item *location = cm_cbor_get(map, "location");
    cm_bytes label = cm_label_base(cm_cbor_text(cm_cbor_get(map, "label")));
    bool alg = cm_cbor_get(location, "alg") != NULL;
    if (cm_cbor_text(cm_cbor_get(location, "url")).size == 0)
        note(v, m, d, CM_ST_EXTERNAL_MALFORMED, "no address");
    else if (alg != (cm_cbor_get(location, "hash") != NULL))
        note(v, m, d, CM_ST_EXTERNAL_MALFORMED, "a hash without its algorithm, or the reverse");
    else if (must_be_here(label) || binds(v, label) || cm_bytes_are(label, EXTERNAL))
        note(v, m, d, CM_ST_EXTERNAL_MALFORMED, "assertions of this kind may not lie elsewhere");
    if (m->version > 1 && d->created)
        note(v, m, d, CM_ST_EXTERNAL_CREATED, "the signer can't vouch for what lies elsewhere");
    cm_report_limit(v->report, "something that a manifest refers to lies elsewhere, and was not "
                               "fetched");
}

static int hex_value(uint8_t c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The next character of a URI, decoded. */
static uint8_t next_decoded(cm_reader *r) {
    uint8_t c = cm_read_u8(r);
    cm_reader ahead = *r;
    int high = hex_value(cm_read_u8(&ahead));
    int low = hex_value(cm_read_u8(&ahead));
    if (c != '%' || high < 0 || low < 0)
        return c;
    *r = ahead;
    return (uint8_t)(high << 4 | low);
}

/* Whether a part of the path is "..", which leads out. */
static bool leads_out(cm_bytes uri) {
    cm_reader r = cm_reader_over(uri);
    size_t length = 0, dots = 0;
    while (cm_reader_left(&r) > 0) {
        uint8_t c = next_decoded(&r);
        if (c != '/') {
            length++;
            dots += c == '.';
            continue;
        }
        if (length == 2 && dots == 2)
            return true;
        length = dots = 0;
    }
    return length == 2 && dots == 2;
}

static bool entry_ok(const cm_cbor_item *entry, bool relative) {
    return cm_cbor_text(cm_cbor_get(entry, relative ? "uri" : "url")).size != 0 &&
           cm_cbor_string(cm_cbor_get(entry, "hash")).size != 0 &&
           (relative || cm_cbor_text(cm_cbor_get(entry, "alg")).size != 0);
}

/* The resource's address goes into the explanation, as the status's own URL is the assertion's. */
static void note_skipped(cm_verifier *v, const cm_view *m, const cm_declared *d, cm_bytes address) {
    char text[256];
    (void)snprintf(text, sizeof text, "not fetched: %.*s",
                   address.size < sizeof text ? (int)address.size : (int)sizeof text,
                   (const char *)address.data);
    note(v, m, d, CM_ST_LINKED_SKIPPED, text);
}

static void check_entries(cm_verifier *v, const cm_view *m, const cm_declared *d,
                          const cm_cbor_item *list, bool relative) {
    for (const cm_cbor_item *e = cm_cbor_first(list); e != NULL; e = cm_cbor_next(list, e)) {
        if (!entry_ok(e, relative))
            note(v, m, d, CM_ST_LINKED_MALFORMED, "a resource without its address or hash");
        else if (relative && leads_out(cm_cbor_text(cm_cbor_get(e, "uri"))))
            note(v, m, d, CM_ST_LINKED_INVALID_URI, "a resource's path leads out of its folder");
        else
            note_skipped(v, m, d, cm_cbor_text(cm_cbor_get(e, relative ? "uri" : "url")));
    }
}

static void check_linked(cm_verifier *v, const cm_view *m, const cm_declared *d) {
    const cm_cbor_item *resources = cm_cbor_get(cm_cbor_root(&d->cbor), "resources");
    const cm_cbor_item *external = cm_cbor_get(resources, "externalResources");
    const cm_cbor_item *relative = cm_cbor_get(resources, "relativeResources");
    bool shared = cm_cbor_get(resources, "alg") != NULL;
    if (!d->created)
        note(v, m, d, CM_ST_LINKED_NOT_CREATED, "the signer doesn't vouch for the resources");
    if (cm_cbor_first(external) == NULL && (cm_cbor_first(relative) == NULL || !shared))
        note(v, m, d, CM_ST_LINKED_MALFORMED, "no list of resources");
    if (cm_cbor_first(relative) != NULL && shared)
        (void)cm_verify_hash_alg(v, m, resources, m->uri);
    check_entries(v, m, d, external, false);
    check_entries(v, m, d, relative, true);
    cm_report_limit(v->report, "resources that a page links to were not fetched");
}

void cm_verify_external(cm_verifier *v, const cm_view *m, const cm_declared *d) {
    if (cm_bytes_are(d->base, CLOUD))
        check_cloud_data(v, m, d);
    else if (cm_bytes_are(d->base, EXTERNAL) && cm_verify_since(v, CM_C2PA_2_4))
        check_external(v, m, d);
    else if (cm_bytes_are(d->base, LINKED) && cm_verify_since(v, CM_C2PA_2_5))
        check_linked(v, m, d);
    else if (cm_bytes_are(d->base, "c2pa.alternative-content-representation") ||
             cm_bytes_are(d->base, "c2pa.session-keys"))
        cm_report_limit(v->report, "the manifest speaks of another representation of the asset, or "
                                   "of keys for a stream: these were not looked into");
}
