#include "sign/sigalg.h"

#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/rsa.h>

typedef enum family { FAMILY_NONE, FAMILY_ECDSA, FAMILY_PSS, FAMILY_EDDSA } family;

static const struct {
    const char *name;
    int64_t cose_id;
    family family;
    const EVP_MD *(*md)(void);
} ALGORITHMS[] = {
    [CM_SIG_NONE] = {"", 0, FAMILY_NONE, NULL},
    [CM_SIG_ES256] = {"es256", -7, FAMILY_ECDSA, EVP_sha256},
    [CM_SIG_ES384] = {"es384", -35, FAMILY_ECDSA, EVP_sha384},
    [CM_SIG_ES512] = {"es512", -36, FAMILY_ECDSA, EVP_sha512},
    [CM_SIG_PS256] = {"ps256", -37, FAMILY_PSS, EVP_sha256},
    [CM_SIG_PS384] = {"ps384", -38, FAMILY_PSS, EVP_sha384},
    [CM_SIG_PS512] = {"ps512", -39, FAMILY_PSS, EVP_sha512},
    [CM_SIG_ED25519] = {"ed25519", -8, FAMILY_EDDSA, NULL},
};

/* The curves of C2PA 2.2 §13.2.1: the algorithm that goes with each, and the bytes of r and s. */
static const struct {
    const char *group;
    cm_sig_alg alg;
    size_t field;
    uint64_t cost; /* cm_sig_cost() */
} CURVES[] = {
    {"prime256v1", CM_SIG_ES256, 32, 10},
    {"secp384r1", CM_SIG_ES384, 48, 100},
    {"secp521r1", CM_SIG_ES512, 66, 90},
};

enum {
    CURVE_COUNT = sizeof CURVES / sizeof CURVES[0],
    RSA_LEAST_BITS = 2048,
    RSA_MOST_BITS = 16384 /* a forged key must not cost minutes */
};

const char *cm_sig_name(cm_sig_alg alg) {
    return ALGORITHMS[alg].name;
}

cm_sig_alg cm_sig_from_name(const char *name) {
    for (cm_sig_alg a = CM_SIG_ES256; a <= CM_SIG_ED25519; a++)
        if (strcmp(ALGORITHMS[a].name, name) == 0)
            return a;
    return CM_SIG_NONE;
}

int64_t cm_sig_cose_id(cm_sig_alg alg) {
    return ALGORITHMS[alg].cose_id;
}

cm_sig_alg cm_sig_from_cose_id(int64_t id) {
    for (cm_sig_alg a = CM_SIG_ES256; a <= CM_SIG_ED25519; a++)
        if (ALGORITHMS[a].cose_id == id)
            return a;
    return CM_SIG_NONE;
}

/* Index into CURVES, or CURVE_COUNT. */
static size_t curve_of(const EVP_PKEY *key) {
    char group[64] = "";
    size_t i = 0;
    if (EVP_PKEY_get_group_name(key, group, sizeof group, NULL) != 1)
        return CURVE_COUNT;
    while (i < CURVE_COUNT && strcmp(group, CURVES[i].group) != 0)
        i++;
    return i;
}

static family family_of(const EVP_PKEY *key) {
    if (EVP_PKEY_is_a(key, "EC"))
        return curve_of(key) < CURVE_COUNT ? FAMILY_ECDSA : FAMILY_NONE;
    if (EVP_PKEY_is_a(key, "RSA") || EVP_PKEY_is_a(key, "RSA-PSS")) {
        int bits = EVP_PKEY_get_bits(key);
        return bits >= RSA_LEAST_BITS && bits <= RSA_MOST_BITS ? FAMILY_PSS : FAMILY_NONE;
    }
    return EVP_PKEY_is_a(key, "ED25519") ? FAMILY_EDDSA : FAMILY_NONE;
}

cm_sig_alg cm_sig_for_key(const EVP_PKEY *key) {
    switch (family_of(key)) {
    case FAMILY_ECDSA:
        return CURVES[curve_of(key)].alg;
    case FAMILY_PSS:
        return CM_SIG_PS256;
    case FAMILY_EDDSA:
        return CM_SIG_ED25519;
    case FAMILY_NONE:
        break;
    }
    return CM_SIG_NONE;
}

bool cm_sig_fits(cm_sig_alg alg, const EVP_PKEY *key) {
    return alg != CM_SIG_NONE && family_of(key) == ALGORITHMS[alg].family;
}

/* Of numbers of this size, with an exponent of so many bits: it grows with the square. */
static uint64_t power_cost(uint64_t bits, uint64_t exponent) {
    enum { BITS = 2048, EXPONENT = 17, COST = 3 };
    return COST + COST * bits * bits / (BITS * BITS) * exponent / EXPONENT;
}

uint64_t cm_sig_cost(const EVP_PKEY *key) {
    enum { ANY_CURVE = 200, EDWARDS = 20, LONG_EXPONENT = 1024 };
    uint64_t exponent = LONG_EXPONENT;
    BIGNUM *e = NULL;
    if (key == NULL)
        return 0;
    if (EVP_PKEY_is_a(key, "EC"))
        return curve_of(key) < CURVE_COUNT ? CURVES[curve_of(key)].cost : ANY_CURVE;
    if (EVP_PKEY_is_a(key, "ED25519"))
        return EDWARDS;
    if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &e) == 1)
        exponent = (uint64_t)BN_num_bits(e);
    BN_free(e);
    return power_cost((uint64_t)EVP_PKEY_get_bits(key), exponent);
}

size_t cm_sig_size(const EVP_PKEY *key) {
    if (family_of(key) == FAMILY_ECDSA)
        return 2 * CURVES[curve_of(key)].field;
    return (size_t)EVP_PKEY_get_size(key);
}

static bool set_pss(EVP_PKEY_CTX *pkey, family f) {
    if (f != FAMILY_PSS)
        return true;
    /* RFC 8230 §2: MGF1 with the same hash (OpenSSL's default), salt as long as the hash */
    return EVP_PKEY_CTX_set_rsa_padding(pkey, RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(pkey, RSA_PSS_SALTLEN_DIGEST) == 1;
}

/* An ECDSA signature from DER to r and s side by side. */
static cm_code append_raw(const EVP_PKEY *key, cm_bytes der, cm_buf *out, cm_error *err) {
    int field = (int)CURVES[curve_of(key)].field;
    const uint8_t *at = der.data;
    ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &at, (long)der.size);
    uint8_t *raw = cm_buf_extend(out, 2 * (size_t)field);
    bool ok = sig != NULL && raw != NULL &&
              BN_bn2binpad(ECDSA_SIG_get0_r(sig), raw, field) == field &&
              BN_bn2binpad(ECDSA_SIG_get0_s(sig), raw + field, field) == field;
    ECDSA_SIG_free(sig);
    return ok ? CM_OK : cm_fail(err, CM_ERR_CRYPTO, "OpenSSL gave an odd ECDSA signature");
}

cm_code cm_sig_make(cm_sig_alg alg, EVP_PKEY *key, OSSL_LIB_CTX *library, cm_bytes message,
                    cm_buf *out, cm_error *err) {
    uint8_t made[RSA_MOST_BITS / 8];
    size_t size = sizeof made;
    family f = ALGORITHMS[alg].family;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_PKEY_CTX *pkey = NULL; /* belongs to the context */
    const char *md = f == FAMILY_EDDSA ? NULL : EVP_MD_get0_name(ALGORITHMS[alg].md());
    bool ok = context != NULL &&
              EVP_DigestSignInit_ex(context, &pkey, md, library, NULL, key, NULL) == 1 &&
              set_pss(pkey, f) &&
              EVP_DigestSign(context, made, &size, message.data, message.size) == 1;
    EVP_MD_CTX_free(context);
    if (!ok)
        return cm_fail(err, CM_ERR_CRYPTO, "OpenSSL refused to sign with %s", cm_sig_name(alg));
    cm_buf_put(out, made, size);
    return cm_buf_status(out, err);
}

cm_code cm_sig_sign(cm_sig_alg alg, EVP_PKEY *key, cm_bytes message, cm_buf *out, cm_error *err) {
    if (!cm_sig_fits(alg, key))
        return cm_fail(err, CM_ERR_KEY, "the key can't be used for %s", cm_sig_name(alg));
    if (ALGORITHMS[alg].family != FAMILY_ECDSA)
        return cm_sig_make(alg, key, NULL, message, out, err);
    cm_buf der = {0};
    cm_code code = cm_sig_make(alg, key, NULL, message, &der, err);
    if (code == CM_OK)
        code = append_raw(key, cm_buf_bytes(&der), out, err);
    cm_buf_free(&der);
    return code;
}

/* r and s side by side to DER, which OpenSSL allocates; NULL when the length is wrong. */
static uint8_t *to_der(const EVP_PKEY *key, cm_bytes raw, int *size) {
    size_t field = CURVES[curve_of(key)].field;
    uint8_t *der = NULL;
    if (raw.size != 2 * field)
        return NULL;
    ECDSA_SIG *sig = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(raw.data, (int)field, NULL);
    BIGNUM *s = BN_bin2bn(raw.data + field, (int)field, NULL);
    if (sig != NULL && r != NULL && s != NULL && ECDSA_SIG_set0(sig, r, s) == 1) {
        *size = i2d_ECDSA_SIG(sig, &der);
        r = s = NULL; /* the signature owns them */
    }
    BN_free(r);
    BN_free(s);
    ECDSA_SIG_free(sig);
    return der;
}

static bool verify(cm_sig_alg alg, EVP_PKEY *key, cm_bytes message, cm_bytes signature) {
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_PKEY_CTX *pkey = NULL;
    family f = ALGORITHMS[alg].family;
    const EVP_MD *md = f == FAMILY_EDDSA ? NULL : ALGORITHMS[alg].md();
    bool ok =
        context != NULL && EVP_DigestVerifyInit(context, &pkey, md, NULL, key) == 1 &&
        set_pss(pkey, f) &&
        EVP_DigestVerify(context, signature.data, signature.size, message.data, message.size) == 1;
    EVP_MD_CTX_free(context);
    return ok;
}

bool cm_sig_verify(cm_sig_alg alg, EVP_PKEY *key, cm_bytes message, cm_bytes signature) {
    if (!cm_sig_fits(alg, key))
        return false;
    if (ALGORITHMS[alg].family != FAMILY_ECDSA)
        return verify(alg, key, message, signature);
    int size = 0;
    uint8_t *der = to_der(key, signature, &size);
    bool ok = der != NULL && size > 0 && verify(alg, key, message, (cm_bytes){der, (size_t)size});
    OPENSSL_free(der);
    return ok;
}

/* The same signature in COSE's form. A raw one is told from DER by its length; whatever is taken
 * for the wrong one isn't right afterwards. */
static cm_code to_raw(cm_sig_alg alg, EVP_PKEY *key, cm_bytes made, cm_buf *out, cm_error *err) {
    if (ALGORITHMS[alg].family == FAMILY_ECDSA && made.size != cm_sig_size(key))
        return append_raw(key, made, out, err);
    cm_buf_put_bytes(out, made);
    return cm_buf_status(out, err);
}

cm_code cm_sig_take(cm_sig_alg alg, EVP_PKEY *key, cm_bytes message, cm_bytes signature,
                    cm_buf *out, cm_error *err) {
    cm_buf raw = {0};
    cm_code code = CM_ERR_CRYPTO;
    if (cm_sig_fits(alg, key) && signature.size <= INT32_MAX)
        code = to_raw(alg, key, signature, &raw, err);
    bool right = code == CM_OK && cm_sig_verify(alg, key, message, cm_buf_bytes(&raw));
    if (right)
        cm_buf_put_bytes(out, cm_buf_bytes(&raw));
    cm_buf_free(&raw);
    return right ? cm_buf_status(out, err)
                 : cm_fail(err, CM_ERR_CRYPTO,
                           "what was made is not an %s signature by the certificate's key",
                           cm_sig_name(alg));
}
