/* Actions that say what was redacted: the claim has to list it, and a manifest to have had it. */
#include <check.h>

#include "../hostile/hostile.h"
#include "sign/cbor.h"
#include "sign/labels.h"
#include "sign/verify.h"
#include "sign_support.h"

enum { REST = HOSTILE_LABEL, URI = 32 + HOSTILE_LABEL + REST };

static hostile_signer signer;

static void set_up(void) {
    signer = hostile_signer_new(CM_SIG_ES256);
}

static void tear_down(void) {
    hostile_signer_free(&signer);
}

static void uri_in(unsigned manifest, const char *rest, char uri[static URI]) {
    char label[HOSTILE_LABEL];
    hostile_label(manifest, label);
    (void)snprintf(uri, URI, CM_URI_SELF "/" CM_LABEL_STORE "/%s%s", label, rest);
}

/* {"relationship": "componentOf", "activeManifest": …} */
static cm_buf ingredient_of(unsigned manifest, cm_bytes content) {
    char uri[URI];
    cm_buf b = {0};
    uri_in(manifest, "", uri);
    cm_cbor_put_map(&b, 2);
    cm_cbor_put_text(&b, "relationship");
    cm_cbor_put_text(&b, "componentOf");
    cm_cbor_put_text(&b, "activeManifest");
    hostile_put_link(&b, uri, content);
    return b;
}

/* {"actions": [{"action": "c2pa.redacted", "parameters": {"redacted": uri}, "reason": …}]} */
static cm_buf redacted(const char *uri) {
    cm_buf b = {0};
    cm_cbor_put_map(&b, 1);
    cm_cbor_put_text(&b, "actions");
    cm_cbor_put_array(&b, 1);
    cm_cbor_put_map(&b, 3);
    cm_cbor_put_text(&b, "action");
    cm_cbor_put_text(&b, CM_ACTION_REDACTED);
    cm_cbor_put_text(&b, "reason");
    cm_cbor_put_text(&b, "c2pa.PII.present");
    cm_cbor_put_text(&b, "parameters");
    cm_cbor_put_map(&b, 1);
    cm_cbor_put_text(&b, "redacted");
    cm_cbor_put_text(&b, uri);
    return b;
}

/* A manifest with a note, and an active one that redacts `label` in it. Whether that is found out
 * to name what never was. */
static bool is_found_out(const char *label, bool ingredient) {
    static const cm_bytes NOTE = {(const uint8_t *)"\x64hush", 5};
    const hostile_assertion note = {"com.example.note", NOTE};
    char rest[REST], uri[URI];
    cm_buf store = {0}, list = {0};
    size_t opened = hostile_open(&store), at = store.size;
    hostile_put(&store, &(hostile_manifest){.number = 1,
                                            .assertions = &note,
                                            .count = 1,
                                            .actions = true,
                                            .signer = signer.signer});
    (void)snprintf(rest, sizeof rest, "/" CM_LABEL_ASSERTIONS "/%s", label);
    uri_in(1, rest, uri);
    cm_cbor_put_array(&list, 1);
    cm_cbor_put_text(&list, uri);
    cm_buf actions = redacted(uri);
    cm_buf from = ingredient_of(1, (cm_bytes){store.data + at + 8, store.size - at - 8});
    const hostile_assertion own[] = {{CM_LABEL_ACTIONS_V2 "__1", cm_buf_bytes(&actions)},
                                     {CM_LABEL_INGREDIENT_V3, cm_buf_bytes(&from)}};
    hostile_put(&store, &(hostile_manifest){.number = 2,
                                            .assertions = own,
                                            .count = ingredient ? 2 : 1,
                                            .actions = true,
                                            .redactions = &list,
                                            .signer = signer.signer});
    cm_jumbf_close(&store, opened);
    const cm_verify_input input = {.store = cm_buf_bytes(&store)};
    const cm_verify_options options = {.now = time(NULL)};
    cm_report *report = NULL;
    ck_assert_int_eq(cm_verify(&input, &options, &report, NULL), CM_OK);
    ck_assert(cm_report_has(report, CM_ST_CLAIM_SIGNATURE_VALIDATED));
    bool found = cm_report_has(report, CM_ST_ACTION_REDACTION_MISMATCH);
    cm_report_free(report);
    cm_buf_free(&actions);
    cm_buf_free(&from);
    cm_buf_free(&list);
    cm_buf_free(&store);
    return found;
}

START_TEST(what_never_was_cannot_be_redacted) {
    ck_assert(!is_found_out("com.example.note", true)); /* it is still there, another failure */
    ck_assert(is_found_out("com.example.other", true));
    ck_assert(!is_found_out("com.example.other", false)); /* the manifest isn't looked at */
}
END_TEST

Suite *suite_redaction(void);
Suite *suite_redaction(void) {
    Suite *s = suite_create("redaction");
    TCase *tc = tcase_create("redaction");
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, what_never_was_cannot_be_redacted);
    suite_add_tcase(s, tc);
    return s;
}
