#include "mark/hkdf.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

/* OpenSSL's parameters are not const, though it only reads these. */
static OSSL_PARAM octets(const char *name, cm_bytes b) {
    static uint8_t nothing;
    union {
        const uint8_t *in;
        uint8_t *out;
    } at = {.in = b.size != 0 ? b.data : &nothing};
    return OSSL_PARAM_construct_octet_string(name, at.out, b.size);
}

static cm_code derive(int mode, cm_bytes secret, cm_bytes salt, cm_bytes info, uint8_t *out,
                      size_t n, cm_error *err) {
    char digest[] = "SHA256";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
        octets(OSSL_KDF_PARAM_KEY, secret),
        octets(OSSL_KDF_PARAM_INFO, info),
        octets(OSSL_KDF_PARAM_SALT, salt),
        OSSL_PARAM_construct_end(),
    };
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    EVP_KDF_CTX *context = kdf != NULL ? EVP_KDF_CTX_new(kdf) : NULL;
    bool ok = context != NULL && EVP_KDF_derive(context, out, n, params) == 1;
    EVP_KDF_CTX_free(context);
    EVP_KDF_free(kdf);
    return ok ? CM_OK : cm_fail(err, CM_ERR_CRYPTO, "HKDF-SHA256 failed");
}

cm_code cm_hkdf(cm_bytes secret, cm_bytes salt, cm_bytes info, uint8_t *out, size_t n,
                cm_error *err) {
    return derive(EVP_KDF_HKDF_MODE_EXTRACT_AND_EXPAND, secret, salt, info, out, n, err);
}

cm_code cm_hkdf_expand(cm_bytes secret, cm_bytes info, uint8_t *out, size_t n, cm_error *err) {
    return derive(EVP_KDF_HKDF_MODE_EXPAND_ONLY, secret, (cm_bytes){0}, info, out, n, err);
}
