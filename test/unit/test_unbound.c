/* Stores that nothing binds to an asset: what was recorded of an ingredient excuses its faults, and
 * must not excuse that. */
#include <check.h>

#include "../hostile/hostile.h"
#include "sign/cbor.h"
#include "sign/labels.h"
#include "sign_support.h"

/* {"activeManifest": {"failure": [{"code": …}], "success": [], "informational": []}} */
static void put_results(cm_buf *out, const char *code) {
    cm_cbor_put_map(out, 1);
    cm_cbor_put_text(out, "activeManifest");
    cm_cbor_put_map(out, 3);
    cm_cbor_put_text(out, "failure");
    cm_cbor_put_array(out, 1);
    cm_cbor_put_map(out, 1);
    cm_cbor_put_text(out, "code");
    cm_cbor_put_text(out, code);
    cm_cbor_put_text(out, "success");
    cm_cbor_put_array(out, 0);
    cm_cbor_put_text(out, "informational");
    cm_cbor_put_array(out, 0);
}

/* The ingredient assertion of an update manifest, for a parent whose bytes these are. */
static cm_buf put_parent(const char *label, const cm_buf *parent, const char *code) {
    enum { HEADER = 8 };
    char uri[2 * HOSTILE_LABEL];
    cm_buf out = {0};
    (void)snprintf(uri, sizeof uri, CM_URI_SELF "/" CM_LABEL_STORE "/%s", label);
    cm_cbor_put_map(&out, 3);
    cm_cbor_put_text(&out, "relationship");
    cm_cbor_put_text(&out, "parentOf");
    cm_cbor_put_text(&out, "activeManifest");
    hostile_put_link(&out, uri, (cm_bytes){parent->data + HEADER, parent->size - HEADER});
    cm_cbor_put_text(&out, "validationResults");
    put_results(&out, code);
    return out;
}

/* The manifest's content type says of what kind it is, and nothing signs that. */
static void make_update(cm_buf *store, size_t from) {
    for (size_t i = from; i + 4 <= store->size; i++)
        if (memcmp(store->data + i, "c2ma", 4) == 0) {
            memcpy(store->data + i, "c2um", 4);
            return;
        }
    ck_abort_msg("no manifest");
}

/* An update whose parent has actions, and a hard binding or none; beside any asset at all. */
static cm_report *judge(const hostile_signer *s, const char *recorded) {
    char label[HOSTILE_LABEL];
    cm_buf store = {0};
    cm_buf before = {0};
    hostile_label(1, label);
    size_t opened = hostile_open(&store);
    size_t at = store.size;
    hostile_put(&store, &(hostile_manifest){.number = 1, .actions = true, .signer = s->signer});
    cm_buf_put(&before, store.data + at, store.size - at);
    cm_buf ingredient = put_parent(label, &before, recorded);
    const hostile_assertion a = {CM_LABEL_INGREDIENT_V3, cm_buf_bytes(&ingredient)};
    at = store.size;
    hostile_put(&store, &(hostile_manifest){
                            .number = 2, .assertions = &a, .count = 1, .signer = s->signer});
    cm_jumbf_close(&store, opened);
    make_update(&store, at);
    cm_buf png = hostile_png(cm_buf_bytes(&store));
    cm_source *asset = sign_source_over(cm_buf_bytes(&png));
    cm_trust *trust = NULL;
    cm_report *report = NULL;
    ck_assert_int_eq(cm_trust_new(cm_buf_bytes(&s->pem.root), &trust, NULL), CM_OK);
    const cm_verify_input input = {.store = cm_buf_bytes(&store),
                                   .asset = asset,
                                   .where = {HOSTILE_STORE_AT, store.size + HOSTILE_CHUNK}};
    const cm_verify_options options = {.signers = trust, .now = time(NULL)};
    ck_assert_int_eq(cm_verify(&input, &options, &report, NULL), CM_OK);
    cm_trust_free(trust);
    cm_source_close(asset);
    cm_buf_free(&png);
    cm_buf_free(&ingredient);
    cm_buf_free(&before);
    cm_buf_free(&store);
    return report;
}

START_TEST(a_recorded_fault_binds_nothing) {
    hostile_signer s = hostile_signer_new(CM_SIG_ES256);
    cm_report *r = judge(&s, cm_status_code(CM_ST_HARD_BINDINGS_MISSING));
    ck_assert(cm_report_has(r, CM_ST_CREDENTIAL_TRUSTED));
    ck_assert(cm_report_has(r, CM_ST_HARD_BINDINGS_MISSING));
    ck_assert_int_eq(r->state, CM_STATE_INVALID);
    ck_assert_uint_eq(r->aside_count > 0, 1); /* the parent's own fault was known */
    cm_report_free(r);
    r = judge(&s, cm_status_code(CM_ST_ACTION_MALFORMED)); /* and one that wasn't is news */
    ck_assert_int_eq(r->state, CM_STATE_INVALID);
    cm_report_free(r);
    hostile_signer_free(&s);
}
END_TEST

Suite *suite_unbound(void);
Suite *suite_unbound(void) {
    Suite *s = suite_create("unbound");
    TCase *tc = tcase_create("unbound");
    tcase_add_test(tc, a_recorded_fault_binds_nothing);
    suite_add_tcase(s, tc);
    return s;
}
