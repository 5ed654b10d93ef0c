/* Signing: the order of things is forced by the hard binding (see sign/manifest.h). */
#include <string.h>

#include "api/findings.h"
#include "api/protect.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/nfc.h"
#include "sign/manifest.h"
#include "sign/verify.h"

/* How often a text's manifest is made, and each of them signed. One signing in ten or so does. */
enum { NAME_SIZE = 128, MANIFESTS = 64, SIGNINGS = 16 };

/* A name and a version out of "Name/1.2"; without a slash there is no version. */
typedef struct generator {
    char name[NAME_SIZE];
    const char *version;
} generator;

static void split_generator(const char *text, generator *g) {
    snprintf(g->name, sizeof g->name, "%s", text);
    char *slash = strrchr(g->name, '/');
    g->version = "";
    if (slash != NULL && slash != g->name && slash[1] != '\0') {
        *slash = '\0';
        g->version = slash + 1;
    }
}

/* What the file's earlier manifest is worth, recorded with it (C2PA 2.2 §10.3.3). Nobody is trusted
 * here: trust is for whoever verifies the result to decide. */
static cm_code judge_parent(const cm_source *before, const cm_asset_manifest *found, cm_buf *into,
                            cm_error *err) {
    cm_report *report = NULL;
    cm_verify_input input = cm_found_input(found, before);
    cm_verify_options options = {.now = time(NULL)};
    cm_code code = cm_verify(&input, &options, &report, err);
    if (code == CM_OK) {
        cm_report_results(report, into);
        code = cm_buf_status(into, err);
    }
    cm_report_free(report);
    return code;
}

/* Settles all that the manifest says but the hash. */
static cm_code compose(const cm_source *before, const cm_signer *signer,
                       const cm_protect_options *o, const cm_protection *done, cm_manifest **out,
                       cm_error *err) {
    uint8_t payload[8];
    cm_buf value = {0};
    cm_buf findings = {0};
    cm_asset_manifest parent = {0};
    generator made_by = {0};
    cm_buf_be64(&value, done->payload);
    cm_code code = cm_buf_status(&value, err);
    size_t size = (size_t)done->payload_bits / 8;
    if (code == CM_OK)
        memcpy(payload, value.data + sizeof payload - size, size);
    cm_buf_free(&value);
    cm_soft_binding binding = {.alg = CM_SOFT_BINDING_ALG,
                               .value = {.data = payload, .size = size}};
    cm_manifest_spec spec = {.title = o->title,
                             .digital_source_type = o->source_type,
                             .when = time(NULL),
                             .soft_bindings = &binding,
                             /* a mark of no payload names nothing */
                             .soft_binding_count = done->marked && size > 0 ? 1 : 0};
    if (o->generator != NULL) {
        split_generator(o->generator, &made_by);
        spec.generator = made_by.name;
        spec.generator_version = made_by.version;
    }
    if (code == CM_OK)
        code = cm_asset_read(before, o->limits, &parent, err);
    if (code == CM_OK && parent.found && parent.store.size != 0) {
        code = judge_parent(before, &parent, &findings, err);
        spec.parent = cm_buf_bytes(&parent.store);
        spec.parent_findings = cm_buf_bytes(&findings);
    }
    spec.format = cm_format_media_type(parent.format);
    if (code == CM_OK)
        code = cm_manifest_new(&spec, signer, out, err);
    cm_buf_free(&findings);
    cm_asset_manifest_free(&parent);
    return code;
}

/* What of the asset is hashed; of a text that carries a wrapper, in form C (C2PA 2.4 §A.8.7.2). */
static cm_code copy_hashed(const cm_source *source, const cm_asset_plan *plan, const cm_sink *sink,
                           cm_error *err) {
    cm_nfc *nfc = NULL;
    if (plan->carrier != CM_CARRIER_WRAPPER)
        return cm_asset_copy_rest(source, plan, sink, err);
    cm_code code = cm_nfc_new(sink, &nfc, err);
    if (code == CM_OK) {
        cm_sink composed = cm_nfc_sink(nfc);
        code = cm_asset_copy_rest(source, plan, &composed, err);
    }
    if (code == CM_OK)
        code = cm_nfc_finish(nfc, err);
    cm_nfc_free(nfc);
    return code;
}

static cm_code hash_rest(const cm_source *source, const cm_asset_plan *plan, cm_hash_alg alg,
                         cm_digest *digest, cm_error *err) {
    cm_hash *hash = NULL;
    cm_code code = cm_hash_new(alg, &hash, err);
    if (code == CM_OK) {
        cm_sink sink = cm_hash_sink(hash);
        code = copy_hashed(source, plan, &sink, err);
    }
    if (code == CM_OK)
        code = cm_hash_finish(hash, digest, err);
    cm_hash_free(hash);
    return code;
}

/* A text's wrapper is as long as the bytes in it make it, and what is signed says how long it is.
 * A signature's bytes are as good as random, so it is signed until both agree: a dozen times as a
 * rule. Padding would do too, but not every validator takes it (spec/containers.md §8.1). */
static cm_code sign_settled(cm_manifest *m, const cm_digest *digest, cm_asset_plan *plan,
                            cm_buf *store, bool *settled, cm_error *err) {
    *settled = false;
    for (int i = 0; i < SIGNINGS && !*settled; i++) {
        store->size = 0;
        cm_code code = cm_manifest_sign(m, digest, plan->where, store, err);
        if (code != CM_OK)
            return code;
        *settled = cm_asset_plan_settle(plan, cm_buf_bytes(store));
    }
    return CM_OK;
}

static cm_code sign(const cm_source *before, const cm_source *source, const cm_signer *signer,
                    const cm_protect_options *o, const cm_protection *done, cm_asset_plan *plan,
                    cm_buf *store, cm_error *err) {
    bool beside = o->sidecar != NULL, settled = false, hashed = false;
    cm_digest digest;
    cm_code code = CM_OK;
    for (int i = 0; code == CM_OK && !settled && i < MANIFESTS; i++) {
        cm_manifest *manifest = NULL;
        code = compose(before, signer, o, done, &manifest, err);
        if (code == CM_OK && !hashed)
            code = cm_asset_plan_comment(source, beside ? 0 : cm_manifest_size(manifest),
                                         o->comment, plan, err);
        if (code == CM_OK && !hashed)
            code = hash_rest(source, plan, cm_manifest_hash(manifest), &digest, err);
        hashed = true;
        if (code == CM_OK && beside) {
            code = cm_manifest_sign(manifest, &digest, (cm_span){0}, store, err);
            settled = true;
        } else if (code == CM_OK) {
            code = sign_settled(manifest, &digest, plan, store, &settled, err);
        }
        cm_manifest_free(manifest);
    }
    if (code == CM_OK && !settled)
        return cm_fail(err, CM_ERR_CRYPTO,
                       "no signature made the text's manifest come out as long "
                       "as it says");
    return code;
}

cm_code cm_protect_sign(const cm_source *source, const cm_source *before, const cm_signer *signer,
                        const cm_protect_options *o, const char *path, cm_protection *result,
                        cm_error *err) {
    cm_asset_plan plan = {0};
    cm_buf store = {0};
    bool beside = o->sidecar != NULL;
    cm_code code = sign(before, source, signer, o, result, &plan, &store, err);
    if (code == CM_OK && beside)
        code = cm_output_bytes(o->sidecar, NULL, cm_buf_bytes(&store), err);
    if (code == CM_OK)
        code = cm_write_planned(source, &plan, beside ? (cm_bytes){0} : cm_buf_bytes(&store), path,
                                err);
    result->size = plan.size;
    result->has_manifest = code == CM_OK;
    cm_asset_plan_free(&plan);
    cm_buf_free(&store);
    return code;
}
