/* Stores that ask for many or slow signatures to be checked. */
#include "hostile.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/param_build.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

enum { DAY = 86400 };

/* A public key as large and slow as OpenSSL takes. Nobody knows the private one. */
static EVP_PKEY *large_key(void) {
    enum { BITS = 16384, EXPONENT_BITS = 64 };
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    BIGNUM *n = BN_new(), *e = BN_new();
    if (BN_rand(n, BITS, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD) != 1 ||
        BN_rand(e, EXPONENT_BITS, BN_RAND_TOP_TWO, BN_RAND_BOTTOM_ODD) != 1 ||
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) != 1 ||
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) != 1)
        hostile_die("no large key");
    OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
    if (EVP_PKEY_fromdata_init(context) != 1 ||
        EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
        hostile_die("no large key");
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(build);
    EVP_PKEY_CTX_free(context);
    BN_free(n);
    BN_free(e);
    return key;
}

static void extend(X509 *x, int nid, const char *value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, x, x, NULL, NULL, 0);
    X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    if (e == NULL || X509_add_ext(x, e, -1) != 1)
        hostile_die("no extension");
    X509_EXTENSION_free(e);
}

/* A certificate for `key`, by whoever `by` is. */
static X509 *certificate(EVP_PKEY *key, const char *name, const char *issuer, EVP_PKEY *by,
                         const char *purpose) {
    static long serial = 1;
    X509 *x = X509_new();
    X509_set_version(x, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x), serial++);
    X509_gmtime_adj(X509_getm_notBefore(x), -2 * DAY);
    X509_gmtime_adj(X509_getm_notAfter(x), 30L * DAY);
    X509_set_pubkey(x, key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_UTF8,
                               (const unsigned char *)name, -1, -1, 0);
    X509_NAME_add_entry_by_txt(X509_get_issuer_name(x), "CN", MBSTRING_UTF8,
                               (const unsigned char *)issuer, -1, -1, 0);
    extend(x, NID_basic_constraints, "critical,CA:FALSE");
    extend(x, NID_ext_key_usage, purpose);
    if (X509_sign(x, by, EVP_sha256()) <= 0)
        hostile_die("no certificate");
    return x;
}

static cm_bytes encode(X509 *x) {
    unsigned char *der = NULL;
    int size = i2d_X509(x, &der);
    if (size <= 0)
        hostile_die("no certificate");
    return (cm_bytes){der, (size_t)size};
}

/* As many manifests as fit, each with a signature to be checked under a huge key. */
cm_buf hostile_large_keys(void) {
    enum { PS256 = -37, SIGNATURE = 2048 };
    EVP_PKEY *key = large_key(), *small = EVP_EC_gen("P-256");
    X509 *x = certificate(key, "large", "nobody", small, "emailProtection");
    cm_bytes der = encode(x);
    hostile_cose c = {
        .alg = PS256, .certificates = &der, .certificate_count = 1, .signature = SIGNATURE};
    cm_buf cose = {0};
    hostile_put_cose(&cose, &c);
    hostile_manifest m = {.cose = cm_buf_bytes(&cose)};
    cm_buf png = hostile_fan(&m, 290 << 10);
    cm_buf_free(&cose);
    OPENSSL_free((void *)(uintptr_t)der.data);
    X509_free(x);
    EVP_PKEY_free(key);
    EVP_PKEY_free(small);
    return png;
}

cm_buf hostile_many_signatures(void) {
    hostile_signer s = hostile_signer_new(CM_SIG_ES384);
    hostile_manifest m = {.signer = s.signer};
    cm_buf png = hostile_fan(&m, 290 << 10);
    hostile_signer_free(&s);
    return png;
}

/* An answer about nobody. */
static cm_bytes response(X509 *responder, EVP_PKEY *key, X509 *about, X509 *issuer) {
    unsigned char *der = NULL;
    OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
    ASN1_TIME *now = ASN1_TIME_set(NULL, time(NULL));
    OCSP_CERTID *id = OCSP_cert_to_id(EVP_sha1(), about, issuer);
    if (OCSP_basic_add1_status(basic, id, V_OCSP_CERTSTATUS_GOOD, 0, NULL, now, NULL) == NULL ||
        OCSP_basic_sign(basic, responder, key, EVP_sha256(), NULL, 0) != 1)
        hostile_die("no response");
    OCSP_RESPONSE *whole = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
    int size = i2d_OCSP_RESPONSE(whole, &der);
    OCSP_RESPONSE_free(whole);
    OCSP_BASICRESP_free(basic);
    OCSP_CERTID_free(id);
    ASN1_TIME_free(now);
    if (size <= 0)
        hostile_die("no response");
    return (cm_bytes){der, (size_t)size};
}

/* Many responses beside signatures with long chains, each of which might be about each of them: all
 * by an authority of the file's own, with slow keys. */
cm_buf hostile_many_responses(void) {
    enum { CERTIFICATES = 16, RESPONSES = 64, ES384 = -35, SIGNATURE = 96 };
    EVP_PKEY *key = EVP_EC_gen("P-384");
    X509 *chain[CERTIFICATES];
    cm_bytes ders[CERTIFICATES], answers[RESPONSES];
    for (int i = 0; i < CERTIFICATES; i++) {
        chain[i] = certificate(key, "same", "same", key, "OCSPSigning");
        ders[i] = encode(chain[i]);
    }
    for (int i = 0; i < RESPONSES; i++)
        answers[i] = response(chain[0], key, chain[i % 2 == 0 ? 0 : 1], chain[1]);
    hostile_cose c = {ES384, ders, CERTIFICATES, SIGNATURE, answers, RESPONSES};
    cm_buf cose = {0};
    hostile_put_cose(&cose, &c);
    hostile_manifest m = {.cose = cm_buf_bytes(&cose)};
    cm_buf png = hostile_fan(&m, 290 << 10);
    for (int i = 0; i < CERTIFICATES; i++) {
        OPENSSL_free((void *)(uintptr_t)ders[i].data);
        X509_free(chain[i]);
    }
    for (int i = 0; i < RESPONSES; i++)
        OPENSSL_free((void *)(uintptr_t)answers[i].data);
    cm_buf_free(&cose);
    EVP_PKEY_free(key);
    return png;
}
