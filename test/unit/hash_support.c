#include "hash_support.h"

#include "sign/assertion.h"
#include "sign/cose.h"
#include "sign/labels.h"
#include "sign_support.h"

#define MANIFEST "urn:c2pa:01234567-89ab-cdef-0123-456789abcdef"

cm_c2pa hashes_policy = CM_C2PA_NEWEST;
uint32_t hashes_kind = CM_KIND_MANIFEST;

void hashes_put_link(cm_buf *out, const hash_made *to) {
    char url[128];
    (void)snprintf(url, sizeof url, "self#jumbf=c2pa.assertions/%s", to->label);
    ck_assert_int_eq(cm_put_hashed_uri(out, url, CM_HASH_SHA256, false,
                                       (cm_bytes){to->box.data + 8, to->box.size - 8}, NULL),
                     CM_OK);
}

static void put_superbox(cm_buf *out, uint32_t kind, const char *label, const cm_buf *content) {
    size_t superbox = cm_jumbf_open(out, kind, label, NULL);
    size_t box = cm_jumbf_open_box(out, kind == CM_KIND_JSON ? CM_BOX_JSON : CM_BOX_CBOR);
    cm_buf_put_bytes(out, cm_buf_bytes(content));
    cm_jumbf_close(out, box);
    cm_jumbf_close(out, superbox);
}

static void put_links(cm_buf *out, const hash_made *hashes, size_t count, bool gathered) {
    for (size_t i = 0; i < count; i++)
        if (hashes[i].gathered == gathered)
            hashes_put_link(out, &hashes[i]);
}

/* A claim over the actions and the hashes. */
static void put_claim(cm_buf *out, const cm_assertion *actions, const hash_made *hashes,
                      size_t count) {
    size_t gathered = 0;
    for (size_t i = 0; i < count; i++)
        gathered += hashes[i].gathered;
    cm_cbor_put_map(out, 5 + (gathered != 0));
    cm_cbor_put_text(out, "alg");
    cm_cbor_put_text(out, "sha256");
    cm_cbor_put_text(out, "signature");
    cm_cbor_put_text(out, "self#jumbf=c2pa.signature");
    cm_cbor_put_text(out, "instanceID");
    cm_cbor_put_text(out, "xmp:iid:1");
    cm_cbor_put_text(out, "created_assertions");
    cm_cbor_put_array(out, 1 + count - gathered);
    ck_assert_int_eq(cm_put_assertion_uri(out, actions, CM_HASH_SHA256, NULL), CM_OK);
    put_links(out, hashes, count, false);
    if (gathered != 0) {
        cm_cbor_put_text(out, "gathered_assertions");
        cm_cbor_put_array(out, gathered);
        put_links(out, hashes, count, true);
    }
    cm_cbor_put_text(out, "claim_generator_info");
    cm_cbor_put_map(out, 1);
    cm_cbor_put_text(out, "name");
    cm_cbor_put_text(out, "test");
}

/* The store with these hashes. */
static cm_buf make_store(const hash_made *hashes, size_t count, const cm_signer *signer) {
    cm_manifest_spec spec = {.software_agent = "test",
                             .digital_source_type = CM_SOURCE_TYPE_GENERATED,
                             .hash = CM_HASH_SHA256};
    cm_assertion actions;
    cm_drawing random = {0};
    cm_buf claim = {0};
    cm_buf signature = {0};
    cm_buf store = {0};
    ck_assert_int_eq(cm_assertion_init(&actions, CM_LABEL_ACTIONS_V2, &random, NULL), CM_OK);
    ck_assert_int_eq(cm_assertion_actions(&actions, &spec, NULL, NULL), CM_OK);
    put_claim(&claim, &actions, hashes, count);
    ck_assert_int_eq(
        cm_cose_sign(signer, cm_buf_bytes(&claim), cm_cose_size(signer), &signature, NULL), CM_OK);
    size_t root = cm_jumbf_open(&store, CM_KIND_STORE, CM_LABEL_STORE, NULL);
    size_t manifest = cm_jumbf_open(&store, hashes_kind, MANIFEST, NULL);
    size_t assertions = cm_jumbf_open(&store, CM_KIND_ASSERTIONS, CM_LABEL_ASSERTIONS, NULL);
    cm_buf_put_bytes(&store, cm_buf_bytes(&actions.box));
    for (size_t i = 0; i < count; i++)
        cm_buf_put_bytes(&store, cm_buf_bytes(&hashes[i].box));
    cm_jumbf_close(&store, assertions);
    put_superbox(&store, CM_KIND_CLAIM, CM_LABEL_CLAIM_V2, &claim);
    put_superbox(&store, CM_KIND_SIGNATURE, CM_LABEL_SIGNATURE, &signature);
    cm_jumbf_close(&store, manifest);
    cm_jumbf_close(&store, root);
    cm_assertion_free(&actions);
    cm_buf_free(&claim);
    cm_buf_free(&signature);
    return store;
}

cm_state hashes_judge(const hash_made *hashes, size_t count, cm_bytes asset,
                      const cm_verify_box *boxes, size_t box_count, cm_span where,
                      cm_status_id id) {
    sign_credentials c = sign_make_credentials(CM_SIG_ED25519);
    cm_buf store = make_store(hashes, count, c.signer);
    cm_source *source = NULL;
    cm_report *r = NULL;
    char failures[512];
    ck_assert_int_eq(cm_source_memory(asset, &source, NULL), CM_OK);
    cm_verify_input input = {.store = cm_buf_bytes(&store),
                             .asset = source,
                             .where = where,
                             .boxes = boxes,
                             .box_count = box_count};
    cm_verify_options options = {.signers = c.trust, .now = time(NULL), .policy = hashes_policy};
    ck_assert_int_eq(cm_verify(&input, &options, &r, NULL), CM_OK);
    sign_failures(r, failures, sizeof failures);
    ck_assert_msg(id == CM_STATUS_COUNT || cm_report_has(r, id), "%s: %s", cm_status_code(id),
                  failures);
    cm_state state = r->state;
    cm_report_free(r);
    cm_source_close(source);
    cm_buf_free(&store);
    sign_free_credentials(&c);
    return state;
}

hash_made hashes_make(const char *label, const cm_buf *content) {
    hash_made out = {.label = label};
    put_superbox(&out.box, CM_KIND_CBOR, label, content);
    return out;
}

hash_made hashes_make_json(const char *label, const char *json) {
    hash_made out = {.label = label};
    cm_buf content = {0};
    cm_buf_text(&content, json);
    put_superbox(&out.box, CM_KIND_JSON, label, &content);
    cm_buf_free(&content);
    return out;
}
