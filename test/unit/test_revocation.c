/* OCSP responses of an authority that lives as long as the test. */
#include <check.h>
#include <openssl/ocsp.h>
#include <openssl/x509v3.h>

#include "sign/revocation.h"
#include "sign_support.h"

enum { HOUR = 3600, DAY = 24 * HOUR };

typedef struct identity {
    EVP_PKEY *key;
    X509 *certificate;
} identity;

static void extend(X509 *to, X509 *issuer, int nid, const char *value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, to, NULL, NULL, 0);
    X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    ck_assert_ptr_nonnull(e);
    ck_assert_int_eq(X509_add_ext(to, e, -1), 1);
    X509_EXTENSION_free(e);
}

/* A certificate by `issuer` (NULL: by itself), valid from two days ago on. */
static identity make(const char *name, const identity *issuer, const char *purpose,
                     const char *service) {
    static long serial = 1;
    identity id = {.key = EVP_EC_gen("P-256"), .certificate = X509_new()};
    X509 *x = id.certificate;
    ck_assert(id.key != NULL && x != NULL);
    X509_set_version(x, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x), serial++);
    X509_gmtime_adj(X509_getm_notBefore(x), -2 * DAY);
    X509_gmtime_adj(X509_getm_notAfter(x), 30 * (long)DAY);
    X509_set_pubkey(x, id.key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_UTF8,
                               (const unsigned char *)name, -1, -1, 0);
    X509 *by = issuer != NULL ? issuer->certificate : x;
    X509_set_issuer_name(x, X509_get_subject_name(by));
    extend(x, by, NID_basic_constraints, issuer == NULL ? "critical,CA:TRUE" : "critical,CA:FALSE");
    if (purpose != NULL)
        extend(x, by, NID_ext_key_usage, purpose);
    if (service != NULL)
        extend(x, by, NID_info_access, service);
    ck_assert_int_gt(X509_sign(x, issuer != NULL ? issuer->key : id.key, EVP_sha256()), 0);
    return id;
}

static void drop(identity *id) {
    EVP_PKEY_free(id->key);
    X509_free(id->certificate);
}

static struct { identity authority, leaf, silent, responder, stranger; } all;

static void set_up(void) {
    static const char service[] = "OCSP;URI:http://ocsp.example/";
    all.authority = make("Authority", NULL, NULL, NULL);
    all.leaf = make("Signer", &all.authority, "emailProtection", service);
    all.silent = make("Silent", &all.authority, "emailProtection", NULL);
    all.responder = make("Responder", &all.authority, "OCSPSigning", NULL);
    all.stranger = make("Stranger", NULL, "OCSPSigning", NULL);
}

static void tear_down(void) {
    drop(&all.authority);
    drop(&all.leaf);
    drop(&all.silent);
    drop(&all.responder);
    drop(&all.stranger);
}

typedef struct answer {
    const identity *about, *by;
    int status, reason;
    long from, until; /* seconds from now; until 0: none is given */
} answer;

static cm_buf respond(const answer *a) {
    OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
    time_t now = time(NULL);
    ASN1_TIME *from = ASN1_TIME_adj(NULL, now, 0, a->from);
    ASN1_TIME *until = a->until != 0 ? ASN1_TIME_adj(NULL, now, 0, a->until) : NULL;
    ASN1_TIME *since = ASN1_TIME_adj(NULL, now, 0, -DAY);
    OCSP_CERTID *id = OCSP_cert_to_id(EVP_sha1(), a->about->certificate, all.authority.certificate);
    ck_assert_ptr_nonnull(
        OCSP_basic_add1_status(basic, id, a->status, a->reason, since, from, until));
    ck_assert_int_eq(OCSP_basic_sign(basic, a->by->certificate, a->by->key, EVP_sha256(), NULL, 0),
                     1);
    OCSP_RESPONSE *response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
    uint8_t *der = NULL;
    int n = i2d_OCSP_RESPONSE(response, &der);
    ck_assert_int_gt(n, 0);
    cm_buf out = {0};
    cm_buf_put(&out, der, (size_t)n);
    OPENSSL_free(der);
    OCSP_RESPONSE_free(response);
    OCSP_BASICRESP_free(basic);
    OCSP_CERTID_free(id);
    ASN1_TIME_free(from);
    ASN1_TIME_free(until);
    ASN1_TIME_free(since);
    return out;
}

/* What the answer says of the signer, signed `at` seconds from now. */
static cm_revocation ask(const answer *a, bool attested, long at) {
    cm_buf der = respond(a);
    cm_bytes list[2] = {{(const uint8_t *)"junk", 4}, cm_buf_bytes(&der)};
    time_t now = time(NULL);
    cm_signing_time when = {.attested = attested, .at = now + at, .now = now};
    cm_revocation r =
        cm_revocation_check(all.leaf.certificate, all.authority.certificate, list, 2, when);
    cm_buf_free(&der);
    return r;
}

START_TEST(answers_are_taken_at_their_word) {
    const answer good = {&all.leaf, &all.responder, V_OCSP_CERTSTATUS_GOOD, -1, -HOUR, HOUR};
    answer revoked = good, held = good, unknown = good;
    revoked.status = held.status = V_OCSP_CERTSTATUS_REVOKED;
    revoked.reason = OCSP_REVOKED_STATUS_KEYCOMPROMISE;
    held.reason = OCSP_REVOKED_STATUS_REMOVEFROMCRL;
    unknown.status = V_OCSP_CERTSTATUS_UNKNOWN;
    ck_assert_int_eq(ask(&good, true, -60), CM_REVOCATION_GOOD);
    ck_assert_int_eq(ask(&good, true, -2 * HOUR), CM_REVOCATION_GOOD); /* before it answered */
    ck_assert_int_eq(ask(&revoked, true, -60), CM_REVOCATION_REVOKED);
    ck_assert_int_eq(ask(&held, true, -60), CM_REVOCATION_GOOD);
    ck_assert_int_eq(ask(&unknown, true, -60), CM_REVOCATION_NOT_KNOWN);
}
END_TEST

START_TEST(without_a_time_only_a_revocation_counts) {
    answer a = {&all.leaf, &all.responder, V_OCSP_CERTSTATUS_GOOD, -1, -HOUR, HOUR};
    ck_assert_int_eq(ask(&a, false, 0), CM_REVOCATION_NOT_KNOWN);
    a.status = V_OCSP_CERTSTATUS_REVOKED;
    a.reason = OCSP_REVOKED_STATUS_UNSPECIFIED;
    ck_assert_int_eq(ask(&a, false, 0), CM_REVOCATION_REVOKED);
}
END_TEST

START_TEST(answers_have_their_time) {
    answer past = {&all.leaf, &all.responder, V_OCSP_CERTSTATUS_GOOD, -1, -2 * HOUR, -HOUR};
    answer open = past, future = past;
    open.until = 0;
    future.from = 2 * HOUR;
    future.until = 3 * HOUR;
    ck_assert_int_eq(ask(&past, true, -60), CM_REVOCATION_NOT_KNOWN);
    ck_assert_int_eq(ask(&past, true, -90 * 60), CM_REVOCATION_GOOD);
    ck_assert_int_eq(ask(&open, true, -60), CM_REVOCATION_GOOD); /* for a day */
    ck_assert_int_eq(ask(&future, true, -60), CM_REVOCATION_NOT_KNOWN);
}
END_TEST

START_TEST(nobody_else_answers) {
    const identity *others[] = {&all.stranger, &all.authority, &all.leaf};
    answer a = {&all.leaf, NULL, V_OCSP_CERTSTATUS_REVOKED, OCSP_REVOKED_STATUS_UNSPECIFIED,
                -HOUR,     HOUR};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        a.by = others[i];
        ck_assert_int_eq(ask(&a, true, -60), CM_REVOCATION_NOT_KNOWN);
    }
    a.by = &all.responder;
    a.about = &all.silent; /* somebody else's */
    ck_assert_int_eq(ask(&a, true, -60), CM_REVOCATION_NOT_KNOWN);
}
END_TEST

START_TEST(a_changed_answer_is_none) {
    const answer good = {&all.leaf, &all.responder, V_OCSP_CERTSTATUS_GOOD, -1, -HOUR, HOUR};
    cm_buf der = respond(&good);
    time_t now = time(NULL);
    cm_signing_time when = {.attested = true, .at = now - 60, .now = now};
    for (size_t i = 0; i < der.size; i++) {
        der.data[i] ^= 0x10;
        cm_bytes one = cm_buf_bytes(&der);
        cm_revocation r =
            cm_revocation_check(all.leaf.certificate, all.authority.certificate, &one, 1, when);
        ck_assert_msg(r != CM_REVOCATION_REVOKED, "byte %zu", i);
        der.data[i] ^= 0x10;
    }
    cm_buf_free(&der);
}
END_TEST

START_TEST(no_service_no_question) {
    time_t now = time(NULL);
    cm_signing_time when = {.attested = true, .at = now, .now = now};
    ck_assert_int_eq(
        cm_revocation_check(all.silent.certificate, all.authority.certificate, NULL, 0, when),
        CM_REVOCATION_NO_METHOD);
    ck_assert_int_eq(cm_revocation_check(all.leaf.certificate, NULL, NULL, 0, when),
                     CM_REVOCATION_NOT_KNOWN);
}
END_TEST

Suite *suite_revocation(void);
Suite *suite_revocation(void) {
    Suite *s = suite_create("revocation");
    TCase *t = tcase_create("revocation");
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, answers_are_taken_at_their_word);
    tcase_add_test(t, without_a_time_only_a_revocation_counts);
    tcase_add_test(t, answers_have_their_time);
    tcase_add_test(t, nobody_else_answers);
    tcase_add_test(t, a_changed_answer_is_none);
    tcase_add_test(t, no_service_no_question);
    suite_add_tcase(s, t);
    return s;
}
