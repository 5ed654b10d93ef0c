/* OCSP responses of an authority that lives as long as the test. */
#include <check.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
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
    extend(x, by, NID_subject_key_identifier, "hash");
    if (issuer != NULL) {
        extend(x, by, NID_authority_key_identifier, "keyid:always");
        extend(x, by, NID_key_usage, "critical,digitalSignature");
    }
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

/* The answer, as it is about a certificate of `issuer`, so many times. */
static cm_buf respond_as(const answer *a, const identity *issuer, int times) {
    OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
    time_t now = time(NULL);
    ASN1_TIME *from = ASN1_TIME_adj(NULL, now, 0, a->from);
    ASN1_TIME *until = a->until != 0 ? ASN1_TIME_adj(NULL, now, 0, a->until) : NULL;
    ASN1_TIME *since = ASN1_TIME_adj(NULL, now, 0, -DAY);
    OCSP_CERTID *id = OCSP_cert_to_id(EVP_sha1(), a->about->certificate, issuer->certificate);
    for (int i = 0; i < times; i++)
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

static cm_buf respond(const answer *a) {
    return respond_as(a, &all.authority, 1);
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

static cm_buf pem_of(X509 *const *certificates, size_t count, EVP_PKEY *key) {
    BIO *bio = BIO_new(BIO_s_mem());
    char *text = NULL;
    cm_buf out = {0};
    for (size_t i = 0; i < count; i++)
        ck_assert_int_eq(PEM_write_bio_X509(bio, certificates[i]), 1);
    if (key != NULL)
        ck_assert_int_eq(PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL), 1);
    long size = BIO_get_mem_data(bio, &text);
    cm_buf_put(&out, text, (size_t)size);
    BIO_free(bio);
    return out;
}

/* What a verifier who knows the authority says of an asset that the leaf signed, with `beside` in
 * its chain and this answer, of a certificate of `issuer`. */
static cm_report *judge_asset(const identity *beside, const answer *a, const identity *issuer) {
    X509 *chain[] = {all.leaf.certificate, beside->certificate, all.authority.certificate};
    cm_buf chain_pem = pem_of(chain, 3, NULL), root = pem_of(&chain[2], 1, NULL);
    cm_buf key = pem_of(NULL, 0, all.leaf.key), der = respond_as(a, issuer, 1);
    cm_signer *signer = NULL;
    cm_trust *trust = NULL;
    time_t now = time(NULL);
    ck_assert_int_eq(cm_signer_from_pem(cm_buf_bytes(&chain_pem), cm_buf_bytes(&key), CM_SIG_ES256,
                                        now, &signer, NULL),
                     CM_OK);
    ck_assert_uint_eq(cm_signer_certificates(signer), 2); /* all but the root */
    ck_assert_int_eq(cm_trust_new(cm_buf_bytes(&root), &trust, NULL), CM_OK);
    cm_cose_more more = {.ocsp = cm_buf_bytes(&der)};
    cm_manifest_spec spec = {.more = &more, .signature_reserve = der.size + 64};
    sign_asset asset = sign_make_asset(&spec, signer);
    cm_report *r = sign_verify_asset(&asset, trust, now);
    sign_free_asset(&asset);
    cm_trust_free(trust);
    cm_signer_close(signer);
    cm_buf_free(&der);
    cm_buf_free(&key);
    cm_buf_free(&root);
    cm_buf_free(&chain_pem);
    return r;
}

/* A certificate beside the leaf's may have its issuer's name and key identifier, and another key:
 * who holds that key says nothing of the leaf. */
START_TEST(whoever_only_claims_to_be_the_issuer_answers_nothing) {
    identity claims = {.key = EVP_EC_gen("P-256"),
                       .certificate = X509_dup(all.authority.certificate)};
    ck_assert_int_eq(X509_set_pubkey(claims.certificate, claims.key), 1);
    ck_assert_int_gt(X509_sign(claims.certificate, claims.key, EVP_sha256()), 0);
    ck_assert_int_eq(X509_check_issued(claims.certificate, all.leaf.certificate), X509_V_OK);
    identity responder = make("Responder", &claims, "OCSPSigning", NULL);
    answer a = {.about = &all.leaf,
                .by = &responder,
                .status = V_OCSP_CERTSTATUS_REVOKED,
                .reason = OCSP_REVOKED_STATUS_KEYCOMPROMISE,
                .from = -HOUR,
                .until = HOUR};
    cm_report *r = judge_asset(&claims, &a, &claims);
    ck_assert(!cm_report_has(r, CM_ST_OCSP_REVOKED));
    ck_assert_int_eq(r->state, CM_STATE_TRUSTED);
    cm_report_free(r);
    a.by = &all.responder; /* the real one's answer counts, whatever stands beside the leaf */
    r = judge_asset(&claims, &a, &all.authority);
    ck_assert(cm_report_has(r, CM_ST_OCSP_REVOKED));
    ck_assert_int_eq(r->state, CM_STATE_INVALID);
    cm_report_free(r);
    drop(&responder);
    drop(&claims);
}
END_TEST

/* What it costs to look for the leaf among so many answers about others, where the issuer's key has
 * this many bytes. */
static uint64_t cost_under_key_of(size_t size, int times) {
    const answer a = {&all.silent, &all.responder, V_OCSP_CERTSTATUS_GOOD, -1, -HOUR, HOUR};
    enum { PLENTY = 1 << 30 };
    uint64_t left = PLENTY;
    time_t now = time(NULL);
    cm_signing_time when = {.now = now, .work = &left};
    X509 *issuer = X509_dup(all.authority.certificate);
    uint8_t *key = OPENSSL_zalloc(size);
    cm_buf der = respond_as(&a, &all.authority, times);
    cm_bytes one = cm_buf_bytes(&der);
    ck_assert_int_eq(X509_PUBKEY_set0_param(X509_get_X509_PUBKEY(issuer),
                                            OBJ_nid2obj(NID_rsaEncryption), V_ASN1_NULL, NULL, key,
                                            (int)size),
                     1);
    ck_assert_int_eq(cm_revocation_check(all.leaf.certificate, issuer, &one, 1, when),
                     CM_REVOCATION_NOT_KNOWN);
    ck_assert_uint_ge(left, 1); /* not for want of work */
    X509_free(issuer);
    cm_buf_free(&der);
    return PLENTY - left;
}

/* Each answer may name a hash of its own, by which the issuer's key has to be hashed. */
START_TEST(the_issuers_key_is_counted_for_each_answer) {
    enum { ONE_MORE = 4096, ANSWERS = 100 };
    uint64_t small = cost_under_key_of(64, ANSWERS);
    uint64_t large = cost_under_key_of(50 * ONE_MORE, ANSWERS);
    ck_assert_uint_ge(small, ANSWERS);
    ck_assert_uint_eq(large - small, 50 * ANSWERS);
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
    tcase_add_test(t, whoever_only_claims_to_be_the_issuer_answers_nothing);
    tcase_add_test(t, the_issuers_key_is_counted_for_each_answer);
    suite_add_tcase(s, t);
    return s;
}
