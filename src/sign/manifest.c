#include "sign/manifest.h"

#include <countermark/version.h>
#include <openssl/rand.h>

#include "base/mem.h"
#include "sign/assertion.h"
#include "sign/cose.h"
#include "sign/labels.h"

enum { UUID_TEXT = 37, MOST_SOFT_BINDINGS = 16, MOST_TEXT = 4096 };

/* The specification that what we write follows (claim_generator_info.specVersion, C2PA 2.4). */
static const char SPEC_VERSION[] = "2.4.0";

struct cm_manifest {
    const cm_signer *signer;
    cm_hash_alg hash;
    char label[CM_LABEL_MAX];    /* urn:c2pa:… */
    char instance[CM_LABEL_MAX]; /* xmp:iid:… */
    char *title;
    char *generator;
    char *generator_version;
    cm_buf parent;            /* the manifests of the asset's own store, as they stand there */
    cm_assertion *assertions; /* in the claim's order; the data hash is the last one */
    size_t assertion_count;
    size_t signature_size;
    size_t size;
};

/* RFC 9562 §5.4. */
static cm_code make_uuid(char text[static UUID_TEXT], cm_error *err) {
    uint8_t b[16];
    if (RAND_bytes(b, sizeof b) != 1)
        return cm_fail(err, CM_ERR_CRYPTO, "no random numbers to be had");
    b[6] = (b[6] & 0x0f) | 0x40;
    b[8] = (b[8] & 0x3f) | 0x80;
    (void)snprintf(text, UUID_TEXT,
                   "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0],
                   b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13],
                   b[14], b[15]);
    return CM_OK;
}

static cm_code draw_names(cm_manifest *m, cm_error *err) {
    char uuid[UUID_TEXT];
    cm_code code = make_uuid(uuid, err);
    if (code != CM_OK)
        return code;
    (void)snprintf(m->label, sizeof m->label, "urn:c2pa:%s", uuid);
    code = make_uuid(uuid, err);
    (void)snprintf(m->instance, sizeof m->instance, "xmp:iid:%s", uuid);
    return code;
}

static void put_generator(cm_buf *b, const cm_manifest *m) {
    bool versioned = m->generator_version[0] != '\0';
    cm_cbor_put_map(b, versioned ? 3 : 2);
    cm_cbor_put_text(b, "name");
    cm_cbor_put_text(b, m->generator);
    if (versioned) {
        cm_cbor_put_text(b, "version");
        cm_cbor_put_text(b, m->generator_version);
    }
    cm_cbor_put_text(b, "specVersion");
    cm_cbor_put_text(b, SPEC_VERSION);
}

/* The claim (C2PA 2.2 §10.2.2, claim-map-v2), its keys in deterministic order. */
static cm_code put_claim(cm_buf *b, const cm_manifest *m, cm_error *err) {
    char uri[CM_URI_MAX];
    (void)snprintf(uri, sizeof uri, CM_URI_SELF "/" CM_LABEL_STORE "/%s/" CM_LABEL_SIGNATURE,
                   m->label);
    cm_cbor_put_map(b, m->title != NULL ? 6 : 5);
    cm_cbor_put_text(b, "alg");
    cm_cbor_put_text(b, cm_hash_name(m->hash));
    if (m->title != NULL) {
        cm_cbor_put_text(b, "dc:title");
        cm_cbor_put_text(b, m->title);
    }
    cm_cbor_put_text(b, "signature");
    cm_cbor_put_text(b, uri);
    cm_cbor_put_text(b, "instanceID");
    cm_cbor_put_text(b, m->instance);
    cm_cbor_put_text(b, "created_assertions");
    cm_cbor_put_array(b, m->assertion_count);
    for (size_t i = 0; i < m->assertion_count; i++) {
        cm_code code = cm_put_assertion_uri(b, &m->assertions[i], m->hash, err);
        if (code != CM_OK)
            return code;
    }
    cm_cbor_put_text(b, "claim_generator_info");
    put_generator(b, m);
    return CM_OK;
}

static void put_cbor_box(cm_buf *out, uint32_t kind, const char *label, cm_bytes content) {
    size_t superbox = cm_jumbf_open(out, kind, label, NULL);
    size_t box = cm_jumbf_open_box(out, CM_BOX_CBOR);
    cm_buf_put_bytes(out, content);
    cm_jumbf_close(out, box);
    cm_jumbf_close(out, superbox);
}

/* The whole store (C2PA 2.2 §11.1.4). */
static void put_store(cm_buf *out, const cm_manifest *m, cm_bytes claim, cm_bytes signature) {
    size_t store = cm_jumbf_open(out, CM_KIND_STORE, CM_LABEL_STORE, NULL);
    cm_buf_put_bytes(out, cm_buf_bytes(&m->parent));
    size_t manifest = cm_jumbf_open(out, CM_KIND_MANIFEST, m->label, NULL);
    size_t assertions = cm_jumbf_open(out, CM_KIND_ASSERTIONS, CM_LABEL_ASSERTIONS, NULL);
    for (size_t i = 0; i < m->assertion_count; i++)
        cm_buf_put_bytes(out, cm_buf_bytes(&m->assertions[i].box));
    cm_jumbf_close(out, assertions);
    put_cbor_box(out, CM_KIND_CLAIM, CM_LABEL_CLAIM_V2, claim);
    put_cbor_box(out, CM_KIND_SIGNATURE, CM_LABEL_SIGNATURE, signature);
    cm_jumbf_close(out, manifest);
    cm_jumbf_close(out, store);
}

/* Puts the data hash in its place, and the store together. Without `sign` the signature is zeros,
 * which is enough to know the store's length. */
static cm_code build(cm_manifest *m, const cm_digest *digest, cm_span excluded, bool sign,
                     cm_buf *out, cm_error *err) {
    cm_buf claim = {0};
    cm_buf signature = {0};
    cm_code code = cm_assertion_data_hash(&m->assertions[m->assertion_count - 1], m->hash, digest,
                                          excluded, err);
    if (code == CM_OK)
        code = put_claim(&claim, m, err);
    if (code == CM_OK)
        code = cm_buf_status(&claim, err);
    if (code == CM_OK && sign)
        code = cm_cose_sign(m->signer, cm_buf_bytes(&claim), m->signature_size, &signature, err);
    else
        cm_buf_fill(&signature, 0, m->signature_size);
    if (code == CM_OK) {
        put_store(out, m, cm_buf_bytes(&claim), cm_buf_bytes(&signature));
        code = cm_buf_status(out, err);
    }
    cm_buf_free(&claim);
    cm_buf_free(&signature);
    return code;
}

static cm_code measure(cm_manifest *m, cm_error *err) {
    cm_digest digest = {.size = cm_hash_size(m->hash)};
    cm_buf store = {0};
    cm_code code = build(m, &digest, (cm_span){0}, false, &store, err);
    m->size = store.size;
    cm_buf_free(&store);
    return code;
}

/* Appends an assertion that is still to be filled in. */
static cm_assertion *add(cm_manifest *m, const char *label, size_t instance, cm_code *code,
                         cm_error *err) {
    char numbered[CM_LABEL_MAX];
    if (*code != CM_OK)
        return NULL;
    /* a second one of a kind is called label__1, C2PA 2.2 §6.4 */
    if (instance == 0)
        (void)snprintf(numbered, sizeof numbered, "%s", label);
    else
        (void)snprintf(numbered, sizeof numbered, "%s__%zu", label, instance);
    cm_assertion *a = &m->assertions[m->assertion_count];
    *code = cm_assertion_init(a, numbered, err);
    if (*code != CM_OK)
        return NULL;
    m->assertion_count++;
    return a;
}

/* The asset's own store: its manifests are kept as they are, the active one becomes the parent. */
static cm_code add_parent(cm_manifest *m, const cm_manifest_spec *spec, cm_error *err) {
    cm_jumbf parent = {0};
    cm_code code = cm_jumbf_parse(spec->parent, NULL, &parent, err);
    if (code != CM_OK)
        return code;
    cm_assertion *a = add(m, CM_LABEL_INGREDIENT_V3, 0, &code, err);
    if (a != NULL)
        code =
            cm_assertion_parent(a, &parent, spec->format, spec->parent_findings, spec->hash, err);
    for (const cm_box *box = cm_box_first(parent.boxes); box != NULL;
         box = cm_box_next(parent.boxes, box))
        cm_buf_put_bytes(&m->parent, box->whole);
    cm_jumbf_free(&parent);
    return code == CM_OK ? cm_buf_status(&m->parent, err) : code;
}

static cm_code add_assertions(cm_manifest *m, const cm_manifest_spec *spec, cm_error *err) {
    const cm_assertion *parent = NULL;
    cm_code code = CM_OK;
    m->assertions = cm_calloc(spec->soft_binding_count + 3, sizeof *m->assertions);
    if (m->assertions == NULL)
        return cm_fail_memory(err);
    if (spec->parent.size != 0) {
        code = add_parent(m, spec, err);
        parent = &m->assertions[0];
    }
    cm_assertion *a = add(m, CM_LABEL_ACTIONS_V2, 0, &code, err);
    if (a != NULL)
        code = cm_assertion_actions(a, spec, parent, err);
    for (size_t i = 0; code == CM_OK && i < spec->soft_binding_count; i++) {
        a = add(m, CM_LABEL_SOFT_BINDING, i, &code, err);
        if (a != NULL)
            code = cm_assertion_soft_binding(a, &spec->soft_bindings[i], err);
    }
    (void)add(m, CM_LABEL_HASH_DATA, 0, &code, err);
    return code;
}

static bool text_ok(const char *text) {
    if (text == NULL)
        return true;
    size_t n = strlen(text);
    return n > 0 && n <= MOST_TEXT && cm_cbor_is_utf8((cm_bytes){(const uint8_t *)text, n});
}

static cm_code check_spec(const cm_manifest_spec *spec, cm_error *err) {
    const char *const texts[] = {spec->title,          spec->generator,
                                 spec->software_agent, spec->generator_version,
                                 spec->format,         spec->digital_source_type};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (!text_ok(texts[i]))
            return cm_fail(err, CM_ERR_ARGUMENT,
                           "a text for the manifest is empty, not UTF-8 or longer than %d bytes",
                           MOST_TEXT);
    if (spec->soft_binding_count > MOST_SOFT_BINDINGS)
        return cm_fail(err, CM_ERR_ARGUMENT, "more than %d soft bindings", MOST_SOFT_BINDINGS);
    for (size_t i = 0; i < spec->soft_binding_count; i++)
        if (spec->soft_bindings[i].alg == NULL || !text_ok(spec->soft_bindings[i].alg))
            return cm_fail(err, CM_ERR_ARGUMENT, "a soft binding without an algorithm");
    if (spec->parent.size != 0 && (spec->format == NULL || spec->parent_findings.size == 0))
        return cm_fail(err, CM_ERR_ARGUMENT, "a parent without its format or its findings");
    return CM_OK;
}

/* The specification with its defaults filled in. */
static cm_manifest_spec complete(const cm_manifest_spec *spec) {
    cm_manifest_spec s = *spec;
    if (s.generator == NULL)
        s.generator = "Countermark";
    if (s.generator_version == NULL)
        s.generator_version = CM_VERSION;
    if (s.software_agent == NULL)
        s.software_agent = s.generator;
    if (s.digital_source_type == NULL)
        s.digital_source_type = CM_SOURCE_TYPE_GENERATED;
    if (s.hash == CM_HASH_NONE)
        s.hash = CM_HASH_SHA256;
    return s;
}

static char *copy(const char *text, bool *ok) {
    char *c = text != NULL ? cm_strndup(text, strlen(text)) : NULL;
    *ok = *ok && (text == NULL || c != NULL);
    return c;
}

cm_code cm_manifest_new(const cm_manifest_spec *given, const cm_signer *signer, cm_manifest **out,
                        cm_error *err) {
    cm_code code = check_spec(given, err);
    if (code != CM_OK)
        return code;
    cm_manifest_spec spec = complete(given);
    cm_manifest *m = cm_calloc(1, sizeof *m);
    bool copied = m != NULL;
    if (copied) {
        m->signer = signer;
        m->hash = spec.hash;
        m->title = copy(spec.title, &copied);
        m->generator = copy(spec.generator, &copied);
        m->generator_version = copy(spec.generator_version, &copied);
        m->signature_size =
            cm_cose_reachable(signer, cm_cose_size(signer) + spec.signature_reserve);
    }
    code = copied ? draw_names(m, err) : cm_fail_memory(err);
    if (code == CM_OK)
        code = add_assertions(m, &spec, err);
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
    free(m->assertions);
    cm_buf_free(&m->parent);
    free(m->title);
    free(m->generator);
    free(m->generator_version);
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

cm_code cm_manifest_sign(cm_manifest *m, const cm_digest *digest, cm_span excluded, cm_buf *store,
                         cm_error *err) {
    if (digest->size != cm_hash_size(m->hash))
        return cm_fail(err, CM_ERR_ARGUMENT, "the asset's digest is not a %s",
                       cm_hash_name(m->hash));
    size_t start = store->size;
    cm_code code = build(m, digest, excluded, true, store, err);
    if (code == CM_OK && store->size - start != m->size)
        code = cm_fail(err, CM_ERR_CRYPTO, "the store is not as long as it should be");
    return code;
}
