#include "sign/certgen.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "sign/cert.h"

enum {
    DAY = 24 * 60 * 60,
    CLOCK_SKEW = 60 * 60, /* certificates start an hour ago: clocks differ */
    LEAF_DAYS = 365,
    AUTHORITY_DAYS = 3650,
    MOST_DAYS = 36500,
    SERIAL_BYTES = 16,
    RSA_BITS = 3072
};

typedef enum role { ROLE_ROOT, ROLE_INTERMEDIATE, ROLE_LEAF } role;

typedef struct extension {
    int nid;
    const char *value;
} extension;

#define USAGE_EXTENSIONS                                                                           \
    {NID_key_usage, "critical,digitalSignature"}, {                                                \
        NID_ext_key_usage, CM_OID_CLAIM_SIGNING ",emailProtection"                                 \
    }

static const extension AUTHORITY_EXTENSIONS[] = {
    {NID_key_usage, "critical,keyCertSign,cRLSign"},
    {NID_subject_key_identifier, "hash"},
    {NID_authority_key_identifier, "keyid:always"},
    {0, NULL},
};
static const extension LEAF_EXTENSIONS[] = {
    {NID_basic_constraints, "critical,CA:FALSE"},
    USAGE_EXTENSIONS,
    {NID_subject_key_identifier, "hash"},
    {NID_authority_key_identifier, "keyid:always"},
    {0, NULL},
};
/* RFC 3161 §2.3: critical, and no other use. */
static const extension STAMPER_EXTENSIONS[] = {
    {NID_basic_constraints, "critical,CA:FALSE"},   {NID_key_usage, "critical,digitalSignature"},
    {NID_ext_key_usage, "critical,timeStamping"},   {NID_subject_key_identifier, "hash"},
    {NID_authority_key_identifier, "keyid:always"}, {0, NULL},
};
static const extension REQUEST_EXTENSIONS[] = {
    {NID_basic_constraints, "critical,CA:FALSE"},
    USAGE_EXTENSIONS,
    {0, NULL},
};

static EVP_PKEY *make_key(cm_sig_alg alg) {
    switch (alg) {
    case CM_SIG_ES384:
        return EVP_EC_gen("P-384");
    case CM_SIG_ES512:
        return EVP_EC_gen("P-521");
    case CM_SIG_PS256:
    case CM_SIG_PS384:
    case CM_SIG_PS512:
        return EVP_RSA_gen(RSA_BITS);
    case CM_SIG_ED25519:
        return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    case CM_SIG_NONE:
    case CM_SIG_ES256:
        break;
    }
    return EVP_EC_gen("P-256");
}

/* The hash for the certificates' own signatures; NULL for Ed25519, which has its own. */
static const EVP_MD *hash_for(cm_sig_alg alg) {
    switch (alg) {
    case CM_SIG_ES384:
    case CM_SIG_PS384:
        return EVP_sha384();
    case CM_SIG_ES512:
    case CM_SIG_PS512:
        return EVP_sha512();
    case CM_SIG_ED25519:
        return NULL;
    case CM_SIG_NONE:
    case CM_SIG_ES256:
    case CM_SIG_PS256:
        break;
    }
    return EVP_sha256();
}

static bool add_name(X509_NAME *name, const char *field, const char *text) {
    return X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, (const unsigned char *)text, -1,
                                      -1, 0) == 1;
}

static bool add_extension(X509 *certificate, X509V3_CTX *context, int nid, const char *value) {
    X509_EXTENSION *made = X509V3_EXT_conf_nid(NULL, context, nid, value);
    bool ok = made != NULL && X509_add_ext(certificate, made, -1) == 1;
    X509_EXTENSION_free(made);
    return ok;
}

static bool add_extensions(const cm_certgen_options *o, X509 *certificate, X509 *issuer, role r) {
    X509V3_CTX context;
    const extension *e = r != ROLE_LEAF   ? AUTHORITY_EXTENSIONS
                         : o->time_stamps ? STAMPER_EXTENSIONS
                                          : LEAF_EXTENSIONS;
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    bool ok = true;
    if (r == ROLE_ROOT)
        ok = add_extension(certificate, &context, NID_basic_constraints, "critical,CA:TRUE");
    if (r == ROLE_INTERMEDIATE)
        ok = add_extension(certificate, &context, NID_basic_constraints,
                           "critical,CA:TRUE,pathlen:0");
    for (; ok && e->value != NULL; e++)
        ok = add_extension(certificate, &context, e->nid, e->value);
    return ok;
}

static bool set_serial(X509 *certificate) {
    uint8_t bytes[SERIAL_BYTES];
    if (RAND_bytes(bytes, sizeof bytes) != 1)
        return false;
    bytes[0] = (bytes[0] & 0x7f) | 0x40; /* positive and of full length */
    BIGNUM *number = BN_bin2bn(bytes, sizeof bytes, NULL);
    bool ok =
        number != NULL && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != NULL;
    BN_free(number);
    return ok;
}

static bool set_validity(X509 *certificate, const cm_certgen_options *o, role r) {
    unsigned days = o->days != 0 ? o->days : LEAF_DAYS;
    if (r != ROLE_LEAF && days < AUTHORITY_DAYS)
        days = AUTHORITY_DAYS;
    return ASN1_TIME_set(X509_getm_notBefore(certificate), o->now - CLOCK_SKEW) != NULL &&
           ASN1_TIME_set(X509_getm_notAfter(certificate), o->now + (time_t)days * DAY) != NULL;
}

static bool set_subject(X509_NAME *name, const cm_certgen_options *o, role r) {
    static const char *const authority[] = {"Countermark test root", "Countermark test CA"};
    const char *leaf = o->time_stamps ? "Countermark test time-stamps" : "Countermark test signer";
    if (o->common_name != NULL)
        leaf = o->common_name;
    return add_name(name, "O", o->organisation != NULL ? o->organisation : "Countermark test") &&
           add_name(name, "CN", r == ROLE_LEAF ? leaf : authority[r]);
}

/* A certificate for `key`, signed by the issuer, or by itself when there is none. */
static X509 *make_certificate(const cm_certgen_options *o, role r, EVP_PKEY *key, X509 *issuer,
                              EVP_PKEY *issuer_key) {
    X509 *c = X509_new();
    X509 *signer = issuer != NULL ? issuer : c;
    if (c != NULL && X509_set_version(c, X509_VERSION_3) == 1 && set_serial(c) &&
        set_validity(c, o, r) && set_subject(X509_get_subject_name(c), o, r) &&
        X509_set_issuer_name(c, X509_get_subject_name(signer)) == 1 &&
        X509_set_pubkey(c, key) == 1 && add_extensions(o, c, signer, r) &&
        X509_sign(c, issuer_key, hash_for(o->alg)) > 0)
        return c;
    X509_free(c);
    return NULL;
}

/* Moves what was written to a memory BIO into a buffer, and frees the BIO. */
static bool take(BIO *bio, bool ok, cm_buf *out) {
    char *text = NULL;
    long size = bio != NULL ? BIO_get_mem_data(bio, &text) : 0;
    if (ok && size > 0)
        cm_buf_put(out, text, (size_t)size);
    BIO_free(bio);
    return ok && size > 0 && out->failed == CM_OK;
}

static bool put_certificate(cm_buf *out, X509 *certificate) {
    BIO *bio = BIO_new(BIO_s_mem());
    bool ok = bio != NULL && certificate != NULL && PEM_write_bio_X509(bio, certificate) == 1;
    return take(bio, ok, out);
}

static bool put_key(cm_buf *out, EVP_PKEY *key) {
    BIO *bio = BIO_new(BIO_s_secmem());
    bool ok =
        bio != NULL && PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1;
    return take(bio, ok, out);
}

static cm_code check_options(const cm_certgen_options *o, cm_error *err) {
    enum { LONGEST_NAME = 64 }; /* RFC 5280 A.1, ub-common-name */
    if (o->days > MOST_DAYS)
        return cm_fail(err, CM_ERR_ARGUMENT, "a validity of more than %d days", MOST_DAYS);
    if ((o->common_name != NULL && strlen(o->common_name) > LONGEST_NAME) ||
        (o->organisation != NULL && strlen(o->organisation) > LONGEST_NAME))
        return cm_fail(err, CM_ERR_ARGUMENT, "a name of more than %d characters", LONGEST_NAME);
    return CM_OK;
}

static cm_code finish(bool ok, cm_certgen *out, cm_error *err) {
    if (ok)
        return CM_OK;
    char text[128];
    ERR_error_string_n(ERR_get_error(), text, sizeof text);
    ERR_clear_error();
    cm_certgen_free(out);
    return cm_fail(err, CM_ERR_CRYPTO, "OpenSSL refused to make the credentials: %s", text);
}

cm_code cm_certgen_chain(const cm_certgen_options *o, cm_certgen *out, cm_error *err) {
    *out = (cm_certgen){0};
    cm_code code = check_options(o, err);
    if (code == CM_OK && o->time_stamps && o->alg == CM_SIG_ED25519)
        code = cm_fail(err, CM_ERR_ARGUMENT, "time-stamps are signed by ECDSA or RSA");
    if (code != CM_OK)
        return code;
    EVP_PKEY *keys[3] = {0};
    X509 *made[3] = {0};
    bool ok = true;
    for (role r = ROLE_ROOT; ok && r <= ROLE_LEAF; r++) {
        role above = r == ROLE_ROOT ? ROLE_ROOT : r - 1;
        keys[r] = make_key(o->alg);
        made[r] =
            keys[r] != NULL ? make_certificate(o, r, keys[r], made[above], keys[above]) : NULL;
        ok = made[r] != NULL;
    }
    ok = ok && put_certificate(&out->root, made[ROLE_ROOT]) &&
         put_certificate(&out->chain, made[ROLE_LEAF]) &&
         put_certificate(&out->chain, made[ROLE_INTERMEDIATE]) &&
         put_key(&out->key, keys[ROLE_LEAF]);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        EVP_PKEY_free(keys[i]);
        X509_free(made[i]);
    }
    return finish(ok, out, err);
}

static bool add_request_extensions(X509_REQ *request) {
    X509V3_CTX context;
    STACK_OF(X509_EXTENSION) *list = sk_X509_EXTENSION_new_null();
    bool ok = list != NULL;
    X509V3_set_ctx(&context, NULL, NULL, request, NULL, 0);
    for (const extension *e = REQUEST_EXTENSIONS; ok && e->value != NULL; e++) {
        X509_EXTENSION *made = X509V3_EXT_conf_nid(NULL, &context, e->nid, e->value);
        ok = made != NULL && sk_X509_EXTENSION_push(list, made) > 0;
        if (!ok)
            X509_EXTENSION_free(made);
    }
    ok = ok && X509_REQ_add_extensions(request, list) == 1;
    sk_X509_EXTENSION_pop_free(list, X509_EXTENSION_free);
    return ok;
}

cm_code cm_certgen_request(const cm_certgen_options *o, cm_certgen *out, cm_error *err) {
    *out = (cm_certgen){0};
    cm_code code = check_options(o, err);
    if (code != CM_OK)
        return code;
    EVP_PKEY *key = make_key(o->alg);
    X509_REQ *request = X509_REQ_new();
    BIO *bio = BIO_new(BIO_s_mem());
    bool ok = key != NULL && request != NULL && bio != NULL &&
              set_subject(X509_REQ_get_subject_name(request), o, ROLE_LEAF) &&
              X509_REQ_set_pubkey(request, key) == 1 && add_request_extensions(request) &&
              X509_REQ_sign(request, key, hash_for(o->alg)) > 0 &&
              PEM_write_bio_X509_REQ(bio, request) == 1;
    ok = take(bio, ok, &out->chain) && put_key(&out->key, key);
    X509_REQ_free(request);
    EVP_PKEY_free(key);
    return finish(ok, out, err);
}

void cm_certgen_free(cm_certgen *out) {
    if (out->key.data != NULL)
        OPENSSL_cleanse(out->key.data, out->key.capacity);
    cm_buf_free(&out->root);
    cm_buf_free(&out->chain);
    cm_buf_free(&out->key);
}
