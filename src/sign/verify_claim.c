/* Locating and validating the claim: C2PA 2.2 §15.6. */
#include "sign/verify_internal.h"

/* C2PA 2.2 §8.1, c2pa_urn.abnf: urn:c2pa:UUID, then perhaps :generator and :version_reason. */
static bool is_c2pa_urn(cm_bytes label) {
    static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    cm_reader r = cm_reader_over(label);
    if (!cm_read_match(&r, "urn:c2pa:", 9))
        return false;
    for (const char *s = shape; *s != '\0'; s++) {
        uint8_t c = cm_read_u8(&r);
        bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (*s == 'x' ? !hex : c != '-')
            return false;
    }
    return cm_reader_left(&r) == 0 || cm_read_u8(&r) == ':';
}

/* The one claim box of a manifest; its label says which version of the structure it holds. */
static bool find_claim(cm_verifier *v, cm_view *m) {
    size_t count = 0;
    for (const cm_box *b = cm_box_first(m->box); b != NULL; b = cm_box_next(m->box, b)) {
        if (b->type != CM_BOX_JUMB)
            continue;
        bool first = cm_bytes_are(b->label, CM_LABEL_CLAIM);
        bool second = cm_bytes_are(b->label, CM_LABEL_CLAIM_V2);
        if ((!first && !second) || b->kind != CM_KIND_CLAIM ||
            (b->toggles & CM_JUMBF_REQUESTABLE) == 0)
            continue;
        m->claim_box = b;
        m->version = second ? 2 : 1;
        count++;
    }
    if (count == 1)
        return true;
    cm_note(v, m, count == 0 ? CM_ST_CLAIM_MISSING : CM_ST_CLAIM_MULTIPLE, m->uri,
            count == 0 ? "the manifest has no claim" : "the manifest has more than one claim");
    return false;
}

static bool has_text(const cm_cbor_item *map, const char *key) {
    return cm_cbor_text(cm_cbor_get(map, key)).size > 0;
}

static bool has_list(const cm_cbor_item *map, const char *key) {
    return cm_cbor_first(cm_cbor_get(map, key)) != NULL;
}

/* The fields that must be there: claim-map and claim-map-v2 of §10.2. What the first version's
 * writers are known to leave out (claim_generator_info, dc:format) isn't asked for. */
static const char *missing_field(const cm_view *m) {
    if (!cm_cbor_is(m->map, CM_CBOR_MAP))
        return "the claim is not a map";
    if (!has_text(m->map, "signature"))
        return "the claim has no signature field";
    if (m->version == 1) {
        if (!has_text(m->map, "claim_generator"))
            return "the claim has no claim_generator";
        return has_list(m->map, "assertions") ? NULL : "the claim has no assertions";
    }
    if (!has_text(m->map, "instanceID"))
        return "the claim has no instanceID";
    if (!has_text(cm_cbor_get(m->map, "claim_generator_info"), "name"))
        return "the claim has no claim_generator_info with a name";
    if (!has_list(m->map, "created_assertions"))
        return "the claim has no created_assertions";
    return is_c2pa_urn(m->box->label) ? NULL : "the manifest's label is not a urn:c2pa";
}

/* "name/version", for the report. */
static void report_generator(cm_verifier *v, const cm_view *m) {
    const cm_cbor_item *info = cm_cbor_get(m->map, "claim_generator_info");
    if (cm_cbor_is(info, CM_CBOR_ARRAY))
        info = cm_cbor_first(info);
    cm_bytes name = cm_cbor_text(cm_cbor_get(info, "name"));
    cm_bytes version = cm_cbor_text(cm_cbor_get(info, "version"));
    if (name.size == 0)
        name = cm_cbor_text(cm_cbor_get(m->map, "claim_generator"));
    cm_buf text = {0};
    cm_buf_put_bytes(&text, name);
    if (version.size > 0) {
        cm_buf_u8(&text, '/');
        cm_buf_put_bytes(&text, version);
    }
    v->report->claim_generator = cm_report_text(v->report, cm_buf_bytes(&text));
    cm_buf_free(&text);
    if (has_text(m->map, "dc:title"))
        v->report->title = cm_report_text(v->report, cm_cbor_text(cm_cbor_get(m->map, "dc:title")));
}

bool cm_verify_claim(cm_verifier *v, cm_view *m) {
    char url[2 * CM_URI_MAX];
    cm_error fault = {0};
    if (!find_claim(v, m))
        return false;
    (void)snprintf(url, sizeof url, "%s/%s", m->uri,
                   m->version == 2 ? CM_LABEL_CLAIM_V2 : CM_LABEL_CLAIM);
    const cm_box *content = cm_box_of_type(m->claim_box, CM_BOX_CBOR);
    if (content == NULL) {
        cm_note(v, m, CM_ST_CLAIM_CBOR_INVALID, url, "the claim's box holds no CBOR");
        return false;
    }
    m->claim_bytes = content->content;
    cm_code code = cm_cbor_parse(m->claim_bytes, &v->limits, &m->claim, &fault);
    if (code == CM_ERR_MEMORY)
        cm_verify_fail(v, cm_fail_memory(v->err));
    if (code != CM_OK) {
        cm_note(v, m, CM_ST_CLAIM_CBOR_INVALID, url, "%s", fault.message);
        return false;
    }
    m->map = cm_cbor_root(&m->claim);
    m->alg = cm_cbor_text(cm_cbor_get(m->map, "alg"));
    m->assertions = cm_box_of_kind(m->box, CM_LABEL_ASSERTIONS, CM_KIND_ASSERTIONS);
    const char *missing = missing_field(m);
    if (missing != NULL)
        cm_note(v, m, CM_ST_CLAIM_MALFORMED, url, "%s", missing);
    cm_verify_references(v, m, url, cm_cbor_get(m->map, "claim_generator_info"));
    if (m->active)
        report_generator(v, m);
    return cm_cbor_is(m->map, CM_CBOR_MAP);
}
