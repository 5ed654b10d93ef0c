/* Whom a verification trusts: allowed certificates, purposes, anchors for identities. */
#include <check.h>

#include "base/base64.h"
#include "sign/jumbf.h"
#include "sign_support.h"

static cm_trust *trust_of(cm_bytes pem) {
    cm_trust *t = NULL;
    ck_assert_int_eq(cm_trust_new(pem, &t, NULL), CM_OK);
    return t;
}

static cm_report *verify_store(const char *name, const cm_trust *signers,
                               const cm_trust *identities) {
    cm_report *r = NULL;
    cm_asset_manifest found = {0};
    cm_source *source = NULL;
    char path[256];
    (void)snprintf(path, sizeof path, SIGN_DATA "%s", name);
    ck_assert_int_eq(cm_source_open(path, NULL, &source, NULL), CM_OK);
    ck_assert_int_eq(cm_asset_read(source, NULL, &found, NULL), CM_OK);
    cm_verify_input input = {.store = cm_buf_bytes(&found.store)};
    cm_verify_options how = {.signers = signers, .identities = identities, .now = time(NULL)};
    ck_assert_int_eq(cm_verify(&input, &how, &r, NULL), CM_OK);
    cm_asset_manifest_free(&found);
    cm_source_close(source);
    return r;
}

static cm_state judged(const char *name, const cm_trust *signers) {
    cm_report *r = verify_store(name, signers, NULL);
    cm_state state = r->state;
    cm_report_free(r);
    return state;
}

/* The leaf that signed a file's active manifest. */
static X509 *leaf_of(const char *name) {
    cm_asset_manifest found = {0};
    cm_source *source = NULL;
    char path[256];
    cm_jumbf j;
    cm_cose cose;
    cm_bytes ders[8];
    (void)snprintf(path, sizeof path, SIGN_DATA "%s", name);
    ck_assert_int_eq(cm_source_open(path, NULL, &source, NULL), CM_OK);
    ck_assert_int_eq(cm_asset_read(source, NULL, &found, NULL), CM_OK);
    ck_assert_int_eq(cm_jumbf_parse(cm_buf_bytes(&found.store), NULL, &j, NULL), CM_OK);
    const cm_box *box = cm_box_named(cm_box_first(j.boxes), "c2pa.signature");
    ck_assert_int_eq(cm_cose_parse(cm_box_of_type(box, CM_BOX_CBOR)->content, NULL, &cose, NULL),
                     CM_OK);
    ck_assert_uint_gt(cm_cose_chain(&cose, ders, 8), 0);
    STACK_OF(X509) *chain = cm_cert_from_der(ders, 1);
    X509 *leaf = sk_X509_shift(chain);
    sk_X509_pop_free(chain, X509_free);
    cm_cose_free(&cose);
    cm_jumbf_free(&j);
    cm_asset_manifest_free(&found);
    cm_source_close(source);
    return leaf;
}

/* Its hash as it stands in an allowed list. */
static cm_buf hash_line(X509 *leaf) {
    uint8_t bytes[32];
    unsigned size = 0;
    cm_buf text = {0};
    ck_assert_int_eq(X509_digest(leaf, EVP_sha256(), bytes, &size), 1);
    cm_buf_text(&text, "# somebody we met\n\n");
    cm_base64_encode((cm_bytes){bytes, size}, &text);
    cm_buf_text(&text, " \r\n");
    return text;
}

START_TEST(allowed_certificates_are_trusted_by_themselves) {
    /* the second one breaks the profile, which isn't asked of it */
    static const char *const names[] = {"ok_v2_es256.png", "c_bad_eku_none.png"};
    for (size_t i = 0; i < 2; i++) {
        X509 *leaf = leaf_of(names[i]);
        cm_buf line = hash_line(leaf);
        cm_trust *t = trust_of((cm_bytes){0});
        ck_assert_int_eq(judged(names[i], t), i == 0 ? CM_STATE_VALID : CM_STATE_INVALID);
        ck_assert_int_eq(cm_trust_allow(t, cm_buf_bytes(&line), NULL), CM_OK);
        ck_assert_int_eq(judged(names[i], t), CM_STATE_TRUSTED);
        ck_assert_int_eq(judged("ok_v2_ps512.png", t), CM_STATE_VALID); /* another's */
        cm_trust_free(t);
        cm_buf_free(&line);
        X509_free(leaf);
    }
}
END_TEST

START_TEST(allowed_certificates_may_be_pem) {
    sign_credentials c = sign_make_credentials(CM_SIG_ES256);
    sign_credentials other = sign_make_credentials(CM_SIG_ES256);
    cm_manifest_spec spec = {.title = "x"};
    sign_asset a = sign_make_asset(&spec, c.signer);
    cm_trust *t = trust_of((cm_bytes){0});
    ck_assert_int_eq(cm_trust_allow(t, cm_buf_bytes(&other.pem.chain), NULL), CM_OK);
    cm_report *r = sign_verify_asset(&a, t, time(NULL));
    ck_assert_int_eq(r->state, CM_STATE_VALID);
    cm_report_free(r);
    ck_assert_int_eq(cm_trust_allow(t, cm_buf_bytes(&c.pem.chain), NULL), CM_OK);
    r = sign_verify_asset(&a, t, time(NULL));
    ck_assert_int_eq(r->state, CM_STATE_TRUSTED);
    cm_report_free(r);
    STACK_OF(X509) *chain = NULL;
    char why[CM_CERT_TEXT];
    ck_assert_int_eq(cm_cert_read_pem(cm_buf_bytes(&c.pem.chain), &chain, NULL), CM_OK);
    ck_assert(cm_trust_chain(t, chain, CM_CERT_CLAIMS, time(NULL), why));
    ck_assert(!cm_trust_chain(t, chain, CM_CERT_CLAIMS, time(NULL) + 700 * 86400, why));
    ck_assert(!cm_trust_chain(t, chain, CM_CERT_CLAIMS, 1, why));
    sk_X509_pop_free(chain, X509_free);
    r = sign_verify_asset(&a, t, time(NULL) + 700 * 86400); /* it runs out all the same */
    ck_assert_int_eq(r->state, CM_STATE_INVALID);
    cm_report_free(r);
    ck_assert_int_eq(cm_trust_allow(t, sign_text("nothing\nof the kind\n"), NULL), CM_ERR_KEY);
    ck_assert_int_eq(cm_trust_allow(t, sign_text("-----BEGIN CERTIFICATE-----\nx\n"), NULL),
                     CM_ERR_KEY);
    cm_trust_free(t);
    sign_free_asset(&a);
    sign_free_credentials(&c);
    sign_free_credentials(&other);
}
END_TEST

/* An allowed authority vouches for nobody else. */
START_TEST(allowed_certificates_are_no_anchors) {
    sign_credentials c = sign_make_credentials(CM_SIG_ES256);
    cm_manifest_spec spec = {.title = "x"};
    sign_asset a = sign_make_asset(&spec, c.signer);
    cm_trust *t = trust_of((cm_bytes){0});
    ck_assert_int_eq(cm_trust_allow(t, cm_buf_bytes(&c.pem.root), NULL), CM_OK);
    cm_report *r = sign_verify_asset(&a, t, time(NULL));
    ck_assert_int_eq(r->state, CM_STATE_VALID);
    cm_report_free(r);
    cm_trust_free(t);
    sign_free_asset(&a);
    sign_free_credentials(&c);
}
END_TEST

/* ok_v2_es256.png's certificate is made for e-mail protection alone. */
START_TEST(purposes_can_be_named) {
    cm_buf pem = sign_load("anchors.pem");
    cm_trust *documents = trust_of(cm_buf_bytes(&pem)), *mail = trust_of(cm_buf_bytes(&pem));
    ck_assert_int_eq(judged("ok_v2_es256.png", mail), CM_STATE_TRUSTED);
    ck_assert_int_eq(
        cm_trust_purposes(documents, sign_text("// documents\n1.3.6.1.5.5.7.3.36 \n"), NULL),
        CM_OK);
    ck_assert_int_eq(cm_trust_purposes(mail, sign_text("#\n1.3.6.1.5.5.7.3.4"), NULL), CM_OK);
    ck_assert_int_eq(judged("ok_v2_es256.png", documents), CM_STATE_INVALID);
    ck_assert_int_eq(judged("ok_v2_es256.png", mail), CM_STATE_TRUSTED);
    ck_assert_int_eq(cm_trust_purposes(mail, sign_text("emailProtection"), NULL), CM_ERR_KEY);
    cm_trust_free(documents);
    cm_trust_free(mail);
    cm_buf_free(&pem);
}
END_TEST

START_TEST(identities_have_anchors_of_their_own) {
    cm_buf pem = sign_load("anchors.pem");
    cm_trust *anchors = trust_of(cm_buf_bytes(&pem)), *none = trust_of((cm_bytes){0});
    cm_report *r = verify_store("stamped.c2pa", anchors, NULL);
    ck_assert_str_eq(r->identities[0].state, "valid");
    cm_report_free(r);
    r = verify_store("stamped.c2pa", NULL, none);
    ck_assert_str_eq(r->identities[0].state, "valid");
    cm_report_free(r);
    r = verify_store("stamped.c2pa", NULL, anchors);
    ck_assert_str_eq(r->identities[0].state, "trusted");
    ck_assert(cm_report_has(r, CM_ST_IDENTITY_TRUSTED));
    ck_assert(!cm_report_has(r, CM_ST_IDENTITY_WELL_FORMED));
    ck_assert_int_ne(r->state, CM_STATE_TRUSTED); /* that is about the claim's signer */
    cm_report_free(r);
    cm_trust_free(anchors);
    cm_trust_free(none);
    cm_buf_free(&pem);
}
END_TEST

Suite *suite_trust(void);
Suite *suite_trust(void) {
    Suite *s = suite_create("trust");
    TCase *tc = tcase_create("trust");
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, allowed_certificates_are_trusted_by_themselves);
    tcase_add_test(tc, allowed_certificates_may_be_pem);
    tcase_add_test(tc, allowed_certificates_are_no_anchors);
    tcase_add_test(tc, purposes_can_be_named);
    tcase_add_test(tc, identities_have_anchors_of_their_own);
    suite_add_tcase(s, tc);
    return s;
}
