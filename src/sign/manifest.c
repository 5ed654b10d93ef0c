#include "sign/manifest.h"

#include <countermark/version.h>

#include "base/mem.h"
#include "sign/manifest_internal.h"

enum { MOST_SOFT_BINDINGS = 16, MOST_INGREDIENTS = 256, MOST_EXTRAS = 256, MOST_TEXT = 4096 };

/* The specification that what we write follows (claim_generator_info.specVersion, C2PA 2.4). */
static const char SPEC_VERSION[] = "2.4.0";

static cm_code draw_names(cm_manifest *m, cm_error *err) {
    char uuid[CM_UUID_TEXT];
    cm_code code = cm_draw_uuid(m->drawing, uuid, err);
    if (code != CM_OK)
        return code;
    (void)snprintf(m->label, sizeof m->label, "urn:c2pa:%s", uuid);
    code = cm_draw_uuid(m->drawing, uuid, err);
    (void)snprintf(m->instance, sizeof m->instance, "xmp:iid:%s", uuid);
    return code;
}

static cm_code put_generator(cm_buf *b, const cm_manifest *m, const cm_manifest_spec *spec,
                             cm_error *err) {
    cm_cbor_map map = {0};
    cm_code code = CM_OK;
    cm_cbor_map_text(&map, "name", spec->generator);
    if (spec->generator_version[0] != '\0')
        cm_cbor_map_text(&map, "version", spec->generator_version);
    cm_cbor_map_text(&map, "specVersion", SPEC_VERSION);
    if (spec->generator_more != NULL)
        cm_cbor_map_add_all(&map, spec->generator_more);
    if (m->icon != NULL)
        code = cm_put_assertion_uri(cm_cbor_map_key(&map, "icon"), m->icon, m->hash, err);
    cm_cbor_map_put(&map, b);
    cm_cbor_map_free(&map);
    return code;
}

/* The claim's fields (C2PA 2.2 §10.2.2, claim-map-v2) but the assertions. */
static cm_code start_claim(cm_manifest *m, const cm_manifest_spec *spec, cm_error *err) {
    char uri[CM_URI_MAX];
    (void)snprintf(uri, sizeof uri, CM_URI_SELF "/" CM_LABEL_STORE "/%s/" CM_LABEL_SIGNATURE,
                   m->label);
    cm_cbor_map_text(&m->claim, "alg", cm_hash_name(m->hash));
    cm_cbor_map_text_if(&m->claim, "dc:title", spec->title);
    cm_cbor_map_text(&m->claim, "signature", uri);
    cm_cbor_map_text(&m->claim, "instanceID",
                     spec->instance != NULL ? spec->instance : m->instance);
    cm_code code = put_generator(cm_cbor_map_key(&m->claim, "claim_generator_info"), m, spec, err);
    if (m->redacted_count == 0)
        return code;
    cm_buf *b = cm_cbor_map_key(&m->claim, "redacted_assertions");
    cm_cbor_put_array(b, m->redacted_count);
    for (size_t i = 0; i < m->redacted_count; i++)
        cm_cbor_put_text(b, m->redacted[i]);
    return code;
}

/* The assertions of one of the claim's two lists, unless there are none. */
static cm_code put_list(cm_cbor_map *claim, const cm_manifest *m, bool gathered, cm_error *err) {
    size_t count = 0;
    for (size_t i = 0; i < m->assertion_count; i++)
        count += m->gathered[i] == gathered;
    if (count == 0)
        return CM_OK;
    cm_buf *b = cm_cbor_map_key(claim, gathered ? "gathered_assertions" : "created_assertions");
    cm_cbor_put_array(b, count);
    for (size_t i = 0; i < m->assertion_count; i++) {
        cm_code code = CM_OK;
        if (m->gathered[i] == gathered)
            code = cm_put_assertion_uri(b, &m->assertions[i], m->hash, err);
        if (code != CM_OK)
            return code;
    }
    return CM_OK;
}

static cm_code put_claim(cm_buf *b, const cm_manifest *m, cm_error *err) {
    cm_cbor_map claim = {0};
    cm_cbor_map_add_all(&claim, &m->claim);
    cm_code code = put_list(&claim, m, false, err);
    if (code == CM_OK)
        code = put_list(&claim, m, true, err);
    if (code == CM_OK) {
        cm_cbor_map_put(&claim, b);
        code = cm_buf_status(b, err);
    }
    cm_cbor_map_free(&claim);
    return code;
}

static void put_cbor_box(cm_buf *out, uint32_t kind, const char *label, cm_bytes content,
                         const uint8_t *salt) {
    size_t superbox = cm_jumbf_open(out, kind, label, salt);
    size_t box = cm_jumbf_open_box(out, CM_BOX_CBOR);
    cm_buf_put_bytes(out, content);
    cm_jumbf_close(out, box);
    cm_jumbf_close(out, superbox);
}

void cm_manifest_put_store(cm_buf *out, const cm_manifest *m, cm_bytes claim, cm_bytes signature,
                           const uint8_t *salt) {
    uint32_t kind = m->binding == CM_BINDING_NONE ? CM_KIND_UPDATE : CM_KIND_MANIFEST;
    size_t store = cm_jumbf_open(out, CM_KIND_STORE, CM_LABEL_STORE, NULL);
    cm_carried_put(&m->carried, out);
    size_t manifest = cm_jumbf_open(out, kind, m->label, NULL);
    size_t assertions = cm_jumbf_open(out, CM_KIND_ASSERTIONS, CM_LABEL_ASSERTIONS, NULL);
    for (size_t i = 0; i < m->assertion_count; i++)
        cm_buf_put_bytes(out, cm_buf_bytes(&m->assertions[i].box));
    cm_jumbf_close(out, assertions);
    put_cbor_box(out, CM_KIND_CLAIM, CM_LABEL_CLAIM_V2, claim, salt);
    put_cbor_box(out, CM_KIND_SIGNATURE, CM_LABEL_SIGNATURE, signature, NULL);
    cm_jumbf_close(out, manifest);
    cm_jumbf_close(out, store);
}

static cm_code put_binding(cm_manifest *m, const cm_bound_to *to, cm_error *err) {
    cm_assertion *a = &m->assertions[m->assertion_count - 1];
    if (m->binding == CM_BINDING_DATA)
        return cm_assertion_data_hash(a, m->hash, to->digest, to->excluded, err);
    if (m->binding == CM_BINDING_BOXES)
        return cm_assertion_box_hash(a, &m->boxes, to->digest, to->behind, err);
    return CM_OK;
}

cm_code cm_manifest_claim(cm_manifest *m, const cm_bound_to *to, cm_buf *claim, cm_error *err) {
    cm_code code = put_binding(m, to, err);
    return code == CM_OK ? put_claim(claim, m, err) : code;
}

/* Puts the store together. Without `sign` the signature is zeros,
 * which is enough to know the store's length. */
static cm_code build(cm_manifest *m, const cm_bound_to *to, bool sign, cm_buf *out, cm_error *err) {
    cm_buf claim = {0};
    cm_buf signature = {0};
    cm_code code = cm_manifest_claim(m, to, &claim, err);
    if (code == CM_OK && sign)
        code = cm_cose_sign_with(m->signer, m->more, cm_buf_bytes(&claim), m->signature_size,
                                 &m->needed, &signature, err);
    else
        cm_buf_fill(&signature, 0, m->signature_size);
    if (code == CM_OK) {
        cm_manifest_put_store(out, m, cm_buf_bytes(&claim), cm_buf_bytes(&signature), NULL);
        code = cm_buf_status(out, err);
    }
    cm_buf_free(&claim);
    cm_buf_free(&signature);
    return code;
}

static cm_code measure(cm_manifest *m, cm_error *err) {
    cm_digest digest = {.size = cm_hash_size(m->hash)};
    cm_bound_to to = {.digest = &digest, .behind = &digest};
    cm_buf store = {0};
    cm_code code = build(m, &to, false, &store, err);
    m->size = store.size;
    cm_buf_free(&store);
    return code;
}

static bool text_ok(const char *text) {
    if (text == NULL)
        return true;
    size_t n = strlen(text);
    return n > 0 && n <= MOST_TEXT && cm_cbor_is_utf8((cm_bytes){(const uint8_t *)text, n});
}

static cm_code check_texts(const char *const *texts, size_t count, cm_error *err) {
    for (size_t i = 0; i < count; i++)
        if (!text_ok(texts[i]))
            return cm_fail(err, CM_ERR_ARGUMENT,
                           "a text for the manifest is empty, not UTF-8 or longer than %d bytes",
                           MOST_TEXT);
    return CM_OK;
}

/* What an update manifest may hold (C2PA 2.2 §11.2.3). */
static cm_code check_update(const cm_manifest_spec *spec, size_t parents, cm_error *err) {
    static const char *const allowed[] = {CM_ACTION_OPENED, "c2pa.edited.metadata",
                                          "c2pa.published", CM_ACTION_REDACTED};
    if (parents != 1 || spec->ingredient_count != 1 || spec->ingredients[0].store.size == 0)
        return cm_fail(err, CM_ERR_ARGUMENT,
                       "an update needs a manifest to update, and has no other ingredients");
    if (spec->thumbnail.media_type != NULL || spec->soft_binding_count > 0)
        return cm_fail(err, CM_ERR_ARGUMENT, "an update has no thumbnail and no watermark");
    for (size_t i = 0; i < spec->action_count; i++) {
        size_t k = 0;
        while (k < 4 && strcmp(spec->actions[i].name, allowed[k]) != 0)
            k++;
        if (k == 4)
            return cm_fail(err, CM_ERR_ARGUMENT, "%.100s: not an action of an update",
                           spec->actions[i].name);
    }
    return CM_OK;
}

static cm_code check_ingredients(const cm_manifest_spec *spec, cm_error *err) {
    size_t parents = 0;
    if (spec->ingredient_count > MOST_INGREDIENTS || spec->extra_count > MOST_EXTRAS)
        return cm_fail(err, CM_ERR_ARGUMENT, "more than %d ingredients or assertions",
                       MOST_INGREDIENTS);
    for (size_t i = 0; i < spec->ingredient_count; i++) {
        const cm_ingredient_spec *s = &spec->ingredients[i];
        const char *const texts[] = {s->title, s->format, s->description, s->information_uri,
                                     s->instance};
        cm_code code = check_texts(texts, sizeof texts / sizeof texts[0], err);
        if (code != CM_OK)
            return code;
        if (s->store.size != 0 && s->findings.size == 0)
            return cm_fail(err, CM_ERR_ARGUMENT, "an ingredient without its findings");
        parents += s->relation == CM_RELATION_PARENT;
    }
    if (parents > 1)
        return cm_fail(err, CM_ERR_ARGUMENT, "an asset has one parent at most");
    return spec->binding == CM_BINDING_NONE ? check_update(spec, parents, err) : CM_OK;
}

static cm_code check_spec(const cm_manifest_spec *spec, cm_error *err) {
    const char *version = spec->generator_version;
    const char *const texts[] = {spec->title,
                                 spec->generator,
                                 spec->software_agent,
                                 spec->software_agent_version,
                                 version != NULL && version[0] == '\0' ? NULL : version,
                                 spec->instance,
                                 spec->digital_source_type};
    cm_code code = check_texts(texts, sizeof texts / sizeof texts[0], err);
    if (code != CM_OK)
        return code;
    if (spec->soft_binding_count > MOST_SOFT_BINDINGS)
        return cm_fail(err, CM_ERR_ARGUMENT, "more than %d soft bindings", MOST_SOFT_BINDINGS);
    for (size_t i = 0; i < spec->soft_binding_count; i++)
        if (spec->soft_bindings[i].alg == NULL || !text_ok(spec->soft_bindings[i].alg))
            return cm_fail(err, CM_ERR_ARGUMENT, "a soft binding without an algorithm");
    return check_ingredients(spec, err);
}

/* The specification with its defaults filled in, but the source type: whether it was given decides
 * whether an action of the caller's gets it. */
static cm_manifest_spec complete(const cm_manifest_spec *spec) {
    cm_manifest_spec s = *spec;
    if (s.generator == NULL)
        s.generator = "Countermark";
    if (s.generator_version == NULL)
        s.generator_version = CM_VERSION;
    if (s.software_agent == NULL)
        s.software_agent = s.generator;
    if (s.hash == CM_HASH_NONE)
        s.hash = CM_HASH_SHA256;
    return s;
}

/* The boxes' names are needed again when it is signed. */
static cm_code keep_names(cm_manifest *m, const cm_manifest_spec *spec, cm_error *err) {
    size_t before = spec->boxes_before.count;
    size_t count = before + spec->boxes_behind.count;
    m->names = cm_calloc(count, sizeof *m->names);
    if (m->names == NULL)
        return cm_fail_memory(err);
    for (; m->name_count < count; m->name_count++) {
        size_t i = m->name_count;
        const char *name =
            i < before ? spec->boxes_before.list[i] : spec->boxes_behind.list[i - before];
        m->names[i] = cm_strndup(name, strlen(name));
        if (m->names[i] == NULL)
            return cm_fail_memory(err);
    }
    m->boxes = (cm_manifest_spec){
        .hash = m->hash,
        .boxes_before = {(const char *const *)m->names, before},
        .boxes_behind = {(const char *const *)m->names + before, count - before},
        .beside = spec->beside,
    };
    return CM_OK;
}

cm_code cm_manifest_new(const cm_manifest_spec *given, const cm_signer *signer, cm_manifest **out,
                        cm_error *err) {
    cm_code code = check_spec(given, err);
    if (code != CM_OK)
        return code;
    cm_manifest_spec spec = complete(given);
    cm_manifest *m = cm_calloc(1, sizeof *m);
    if (m == NULL)
        return cm_fail_memory(err);
    m->signer = signer;
    m->more = spec.more;
    m->drawing = spec.drawing != NULL ? spec.drawing : &m->random;
    m->hash = spec.hash;
    m->binding = spec.binding;
    m->signature_size = cm_cose_reachable(signer, cm_cose_size(signer) + spec.signature_reserve);
    code = draw_names(m, err);
    if (code == CM_OK)
        code = keep_names(m, &spec, err);
    if (code == CM_OK)
        code = cm_manifest_compose(m, &spec, err);
    if (code == CM_OK)
        code = start_claim(m, &spec, err);
    if (code == CM_OK)
        code = measure(m, err);
    if (code != CM_OK) {
        cm_manifest_free(m);
        return code;
    }
    *out = m;
    return CM_OK;
}

void cm_manifest_free(cm_manifest *m) {
    if (m == NULL)
        return;
    for (size_t i = 0; i < m->assertion_count; i++)
        cm_assertion_free(&m->assertions[i]);
    for (size_t i = 0; i < m->redacted_count; i++)
        free(m->redacted[i]);
    for (size_t i = 0; i < m->name_count; i++)
        free(m->names[i]);
    free(m->assertions);
    free(m->gathered);
    free(m->redacted);
    free(m->names);
    cm_carried_free(&m->carried);
    cm_cbor_map_free(&m->claim);
    free(m);
}

size_t cm_manifest_size(const cm_manifest *m) {
    return m->size;
}

cm_hash_alg cm_manifest_hash(const cm_manifest *m) {
    return m->hash;
}

const char *cm_manifest_label(const cm_manifest *m) {
    return m->label;
}

bool cm_manifest_grow(cm_manifest *m) {
    if (m->needed <= m->signature_size)
        return false;
    m->size += m->needed - m->signature_size;
    m->signature_size = m->needed;
    return true;
}

cm_code cm_manifest_check_digest(const cm_manifest *m, const cm_bound_to *to, cm_error *err) {
    if (m->binding != CM_BINDING_NONE && to->digest->size != cm_hash_size(m->hash))
        return cm_fail(err, CM_ERR_ARGUMENT, "the asset's digest is not a %s",
                       cm_hash_name(m->hash));
    return CM_OK;
}

static cm_code sign(cm_manifest *m, const cm_bound_to *to, cm_buf *store, cm_error *err) {
    size_t start = store->size;
    cm_code code = cm_manifest_check_digest(m, to, err);
    if (code == CM_OK)
        code = build(m, to, true, store, err);
    if (code == CM_OK && store->size - start != m->size)
        code = cm_fail(err, CM_ERR_CRYPTO, "the store is not as long as it should be");
    return code;
}

cm_code cm_manifest_sign(cm_manifest *m, const cm_digest *digest, cm_span excluded, cm_buf *store,
                         cm_error *err) {
    cm_bound_to to = {.digest = digest, .excluded = excluded};
    return sign(m, &to, store, err);
}

cm_code cm_manifest_sign_boxes(cm_manifest *m, const cm_digest *before, const cm_digest *behind,
                               cm_buf *store, cm_error *err) {
    cm_bound_to to = {.digest = before, .behind = behind};
    return sign(m, &to, store, err);
}
