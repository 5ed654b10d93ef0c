#include "sign/held_key.h"

#include <openssl/err.h>
#include <openssl/provider.h>
#include <openssl/store.h>
#include <openssl/ui.h>

#include "base/mem.h"

/* A library context of its own: loading a provider into the common one would be felt by the whole
 * program. */
struct cm_held_key {
    OSSL_LIB_CTX *library;
    OSSL_PROVIDER *common;
    OSSL_PROVIDER *token;
    EVP_PKEY *key;
};

bool cm_held_key_uri(const char *text) {
    return strncasecmp(text, "pkcs11:", 7) == 0;
}

void cm_held_key_close(cm_held_key *k) {
    if (k == NULL)
        return;
    EVP_PKEY_free(k->key);
    if (k->token != NULL)
        (void)OSSL_PROVIDER_unload(k->token);
    if (k->common != NULL)
        (void)OSSL_PROVIDER_unload(k->common);
    OSSL_LIB_CTX_free(k->library);
    free(k);
}

/* Configuration may name the token's library; that it can't be read is no reason to give up. */
static cm_code load(cm_held_key *k, cm_error *err) {
    k->library = OSSL_LIB_CTX_new();
    if (k->library == NULL)
        return cm_fail_memory(err);
    char *configuration = CONF_get1_default_config_file();
    if (configuration != NULL)
        (void)OSSL_LIB_CTX_load_config(k->library, configuration);
    OPENSSL_free(configuration);
    k->common = OSSL_PROVIDER_load(k->library, "default");
    k->token = OSSL_PROVIDER_load(k->library, "pkcs11");
    if (k->common == NULL || k->token == NULL)
        return cm_fail(err, CM_ERR_UNSUPPORTED,
                       "OpenSSL has no provider for pkcs11: keys, or it found no token's library "
                       "(PKCS11_PROVIDER_MODULE)");
    return CM_OK;
}

/* Nobody is asked for a PIN: an empty one is no answer, where a failure would make the provider ask
 * on the terminal by itself. */
static int no_pin(char *into, int size, int writing, void *context) {
    (void)writing;
    (void)context;
    if (size > 0)
        into[0] = '\0';
    return 0;
}

static cm_code find(cm_held_key *k, const char *uri, cm_error *err) {
    UI_METHOD *nobody = UI_UTIL_wrap_read_pem_callback(no_pin, 0);
    if (nobody == NULL)
        return cm_fail_memory(err);
    OSSL_STORE_CTX *store =
        OSSL_STORE_open_ex(uri, k->library, "?provider=pkcs11", nobody, NULL, NULL, NULL, NULL);
    if (store != NULL)
        (void)OSSL_STORE_expect(store, OSSL_STORE_INFO_PKEY);
    while (store != NULL && k->key == NULL && OSSL_STORE_eof(store) == 0) {
        OSSL_STORE_INFO *found = OSSL_STORE_load(store);
        if (found == NULL)
            break;
        k->key = OSSL_STORE_INFO_get1_PKEY(found);
        OSSL_STORE_INFO_free(found);
    }
    if (store != NULL)
        (void)OSSL_STORE_close(store);
    UI_destroy_method(nobody);
    return k->key != NULL ? CM_OK
                          : cm_fail(err, CM_ERR_KEY,
                                    "no private key by this pkcs11: URI, or its PIN is lacking");
}

cm_code cm_held_key_open(const char *uri, cm_held_key **out, cm_error *err) {
    cm_held_key *k = cm_calloc(1, sizeof *k);
    if (k == NULL)
        return cm_fail_memory(err);
    cm_code code = load(k, err);
    if (code == CM_OK)
        code = find(k, uri, err);
    ERR_clear_error();
    if (code != CM_OK) {
        cm_held_key_close(k);
        return code;
    }
    *out = k;
    return CM_OK;
}

cm_code cm_held_key_sign(const cm_held_key *k, cm_sig_alg alg, cm_bytes message, cm_buf *out,
                         cm_error *err) {
    cm_code code = cm_sig_make(alg, k->key, k->library, message, out, err);
    ERR_clear_error();
    return code;
}
