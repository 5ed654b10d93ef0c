/* Time-stamps that a later manifest brings for an earlier one's signature. */
#include <check.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/stream.h"
#include "sign/cbor.h"
#include "sign/cose.h"
#include "sign/jumbf.h"
#include "sign/tsa.h"
#include "sign_support.h"

enum { DAY = 86400 };

static struct {
    sign_credentials signer;
    cm_certgen made; /* the authority's */
    cm_trust *authorities;
    cm_tsa *tsa;
    sign_asset parent;
    cm_buf findings; /* about it */
} all;

static void write_file(const char *path, const cm_buf *text, mode_t mode) {
    cm_output_options options = {0};
    ck_assert_int_eq(cm_output_bytes(path, &options, cm_buf_bytes(text), NULL), CM_OK);
    ck_assert_int_eq(chmod(path, mode), 0);
}

static void open_authority(void) {
    char directory[] = "/tmp/cm-stamps-XXXXXX";
    char chain[64], key[64];
    cm_certgen_options options = {.time_stamps = true, .now = time(NULL)};
    ck_assert_ptr_nonnull(mkdtemp(directory));
    (void)snprintf(chain, sizeof chain, "%s/chain.pem", directory);
    (void)snprintf(key, sizeof key, "%s/key.pem", directory);
    ck_assert_int_eq(cm_certgen_chain(&options, &all.made, NULL), CM_OK);
    write_file(chain, &all.made.chain, 0644);
    write_file(key, &all.made.key, 0600);
    ck_assert_int_eq(cm_tsa_local(chain, key, &all.tsa, NULL), CM_OK);
    ck_assert_int_eq(cm_trust_new(cm_buf_bytes(&all.made.root), &all.authorities, NULL), CM_OK);
    (void)unlink(chain);
    (void)unlink(key);
    (void)rmdir(directory);
}

static cm_bytes store_of(const sign_asset *a) {
    return (cm_bytes){a->bytes.data + a->where.start, (size_t)a->where.length};
}

static void set_up(void) {
    cm_manifest_spec spec = {.title = "parent"};
    open_authority();
    all.signer = sign_make_credentials(CM_SIG_ES256);
    all.parent = sign_make_asset(&spec, all.signer.signer);
    cm_report *r = sign_verify_asset(&all.parent, all.signer.trust, time(NULL));
    cm_report_results(r, &all.findings);
    cm_report_free(r);
}

static void tear_down(void) {
    cm_tsa_close(all.tsa);
    cm_trust_free(all.authorities);
    cm_certgen_free(&all.made);
    sign_free_asset(&all.parent);
    sign_free_credentials(&all.signer);
    cm_buf_free(&all.findings);
}

typedef enum over {
    OVER_STRUCTURE, /* as the specification has it */
    OVER_SIGNATURE, /* as c2pa-rs has it */
    OVER_SOMETHING_ELSE
} over;

/* A token for the parent's signature; its manifest's label goes into `label`. */
static cm_buf stamp_parent(over what, char label[64]) {
    cm_jumbf j;
    cm_cose cose;
    cm_buf message = {0}, token = {0};
    ck_assert_int_eq(cm_jumbf_parse(store_of(&all.parent), NULL, &j, NULL), CM_OK);
    const cm_box *manifest = cm_box_first(j.boxes);
    const cm_box *box = cm_box_of_type(cm_box_named(manifest, "c2pa.signature"), CM_BOX_CBOR);
    (void)snprintf(label, 64, "%.*s", (int)manifest->label.size,
                   (const char *)manifest->label.data);
    ck_assert_int_eq(cm_cose_parse(box->content, NULL, &cose, NULL), CM_OK);
    if (what == OVER_STRUCTURE)
        cm_cose_to_be_stamped(&message, cose.protected_bytes, cose.signature);
    else if (what == OVER_SIGNATURE)
        cm_buf_put_bytes(&message, cose.signature);
    else
        cm_buf_text(&message, "something else");
    ck_assert_int_eq(cm_tsa_stamp(all.tsa, cm_buf_bytes(&message), &token, NULL), CM_OK);
    cm_cose_free(&cose);
    cm_jumbf_free(&j);
    cm_buf_free(&message);
    return token;
}

/* The asset signed again with the first manifest as parent, and an assertion of these bytes. */
static sign_asset sign_above(cm_bytes assertion) {
    cm_cose_more more = {.stamp = cm_tsa_stamp, .context = all.tsa};
    cm_extra_spec extra = {.label = "c2pa.time-stamp", .content = assertion};
    cm_ingredient_spec parent = {.format = "image/png",
                                 .store = store_of(&all.parent),
                                 .findings = cm_buf_bytes(&all.findings)};
    cm_manifest_spec spec = {.title = "child",
                             .ingredients = &parent,
                             .ingredient_count = 1,
                             .extras = &extra,
                             .extra_count = assertion.size != 0,
                             .more = &more,
                             .signature_reserve = CM_TSA_RESERVE};
    return sign_make_asset(&spec, all.signer.signer);
}

/* Whether something was noted on the parent's manifest. */
static bool noted(const cm_report *r, cm_status_id id) {
    for (size_t i = 0; i < r->status_count; i++)
        if (r->status[i].ingredient != NULL && r->status[i].id == id)
            return true;
    return false;
}

/* Two years on, when the signer's certificate has run out. */
static cm_report *verify_late(const sign_asset *a, const cm_trust *authorities) {
    cm_verify_options how = {
        .signers = all.signer.trust, .authorities = authorities, .now = time(NULL) + 700 * DAY};
    return sign_verify_so(a, &how);
}

static cm_buf stamp_map(over what, int copies) {
    char label[64];
    cm_buf map = {0};
    cm_buf token = stamp_parent(what, label);
    cm_cbor_put_map(&map, (size_t)copies);
    for (int i = 0; i < copies; i++) {
        cm_cbor_put_text(&map, label + (i < copies - 1 ? 1 : 0)); /* all but the last: another's */
        cm_cbor_put_bytes(&map, cm_buf_bytes(&token));
    }
    cm_buf_free(&token);
    return map;
}

START_TEST(a_later_stamp_outlives_the_certificate) {
    static const over ways[] = {OVER_STRUCTURE, OVER_SIGNATURE};
    sign_asset bare = sign_above((cm_bytes){0});
    cm_report *r = verify_late(&bare, all.authorities);
    ck_assert_int_eq(r->state, CM_STATE_TRUSTED); /* the child has a stamp in its header */
    ck_assert(noted(r, CM_ST_CLAIM_SIGNATURE_OUTSIDE_VALIDITY));
    cm_report_free(r);
    for (size_t i = 0; i < 2; i++) {
        cm_buf map = stamp_map(ways[i], 1);
        sign_asset child = sign_above(cm_buf_bytes(&map));
        r = verify_late(&child, all.authorities);
        ck_assert_int_eq(r->state, CM_STATE_TRUSTED);
        ck_assert(!noted(r, CM_ST_CLAIM_SIGNATURE_OUTSIDE_VALIDITY));
        cm_report_free(r);
        r = verify_late(&child, NULL); /* by nobody that we trust */
        ck_assert(noted(r, CM_ST_CLAIM_SIGNATURE_OUTSIDE_VALIDITY));
        ck_assert(noted(r, CM_ST_TIME_STAMP_UNTRUSTED));
        cm_report_free(r);
        sign_free_asset(&child);
        cm_buf_free(&map);
    }
    sign_free_asset(&bare);
}
END_TEST

START_TEST(a_stamp_of_something_else_counts_for_nothing) {
    cm_buf map = stamp_map(OVER_SOMETHING_ELSE, 1);
    sign_asset child = sign_above(cm_buf_bytes(&map));
    cm_report *r = verify_late(&child, all.authorities);
    ck_assert(noted(r, CM_ST_CLAIM_SIGNATURE_OUTSIDE_VALIDITY));
    ck_assert(noted(r, CM_ST_TIME_STAMP_MISMATCH));
    ck_assert_int_eq(r->state, CM_STATE_TRUSTED); /* it is informational */
    cm_report_free(r);
    sign_free_asset(&child);
    cm_buf_free(&map);
}
END_TEST

START_TEST(what_is_no_map_of_stamps_is_malformed) {
    static const char *const bad[] = {"a0", "80", "f6", "a1 01 40", "a1 6161 6162"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        cm_buf content = sign_hex(bad[i]);
        sign_asset child = sign_above(cm_buf_bytes(&content));
        cm_report *r = sign_verify_asset(&child, all.signer.trust, time(NULL));
        ck_assert_msg(cm_report_has(r, CM_ST_TIME_STAMP_ASSERTION_MALFORMED), "%s", bad[i]);
        ck_assert_int_eq(r->state, CM_STATE_INVALID);
        cm_report_free(r);
        sign_free_asset(&child);
        cm_buf_free(&content);
    }
}
END_TEST

/* Stamps for manifests that aren't there cost nothing, and don't hide the one that is. */
START_TEST(others_stamps_are_passed_over) {
    cm_buf map = stamp_map(OVER_STRUCTURE, 2);
    sign_asset child = sign_above(cm_buf_bytes(&map));
    cm_report *r = verify_late(&child, all.authorities);
    ck_assert(!noted(r, CM_ST_CLAIM_SIGNATURE_OUTSIDE_VALIDITY));
    cm_report_free(r);
    sign_free_asset(&child);
    cm_buf_free(&map);
}
END_TEST

Suite *suite_stamps(void);
Suite *suite_stamps(void) {
    Suite *s = suite_create("stamps");
    TCase *tc = tcase_create("stamps");
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, a_later_stamp_outlives_the_certificate);
    tcase_add_test(tc, a_stamp_of_something_else_counts_for_nothing);
    tcase_add_test(tc, what_is_no_map_of_stamps_is_malformed);
    tcase_add_test(tc, others_stamps_are_passed_over);
    suite_add_tcase(s, tc);
    return s;
}
