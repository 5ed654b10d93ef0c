/* Chains of trust, by OpenSSL, to the anchors that the user names and to nothing else. */
#include "sign/cert_internal.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/mem.h"

/* 112 bits of security: RSA of 2048 bits, SHA-2 (OpenSSL's level 2). */
enum { SECURITY_LEVEL = 2, DEEPEST_CHAIN = 16 };

cm_code cm_trust_new(cm_bytes pem, cm_trust **out, cm_error *err) {
    STACK_OF(X509) *anchors = NULL;
    cm_code code = pem.size != 0 ? cm_cert_read_pem(pem, &anchors, err) : CM_OK;
    if (code != CM_OK)
        return code;
    cm_trust *t = cm_calloc(1, sizeof *t);
    bool ok = t != NULL && (t->store = X509_STORE_new()) != NULL;
    for (int i = 0; ok && i < sk_X509_num(anchors); i++)
        ok = X509_STORE_add_cert(t->store, sk_X509_value(anchors, i)) == 1;
    sk_X509_pop_free(anchors, X509_free);
    if (!ok) {
        cm_trust_free(t);
        return cm_fail_memory(err);
    }
    t->chains = cm_chain_cache_new();
    *out = t;
    return CM_OK;
}

void cm_trust_free(cm_trust *t) {
    if (t == NULL)
        return;
    X509_STORE_free(t->store);
    cm_memo_free(t->chains);
    for (size_t i = 0; i < t->purpose_count; i++)
        free(t->purposes[i]);
    free(t->purposes);
    free(t->allowed);
    free(t);
}

static bool set_up(X509_STORE_CTX *context, cm_cert_use use, time_t at) {
    X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(context);
    X509_VERIFY_PARAM_set_time(param, at);
    X509_VERIFY_PARAM_set_auth_level(param, SECURITY_LEVEL);
    X509_VERIFY_PARAM_set_depth(param, DEEPEST_CHAIN);
    /* an anchor is an anchor, also when it isn't self-signed */
    if (X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN) != 1)
        return false;
    return use != CM_CERT_TIME_STAMPS ||
           X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_TIMESTAMP_SIGN) == 1;
}

static bool find_way(const cm_trust *t, STACK_OF(X509) * chain, cm_cert_use use, time_t at,
                     char why[static CM_CERT_TEXT]) {
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    bool ok = false;
    if (context != NULL &&
        X509_STORE_CTX_init(context, t->store, sk_X509_value(chain, 0), chain) == 1 &&
        set_up(context, use, at)) {
        ok = X509_verify_cert(context) == 1;
        int error = X509_STORE_CTX_get_error(context);
        (void)snprintf(why, CM_CERT_TEXT, "%s", X509_verify_cert_error_string(error));
    }
    if (ok)
        cm_chain_keep(t->chains, chain, use, X509_STORE_CTX_get0_chain(context));
    X509_STORE_CTX_free(context);
    ERR_clear_error();
    return ok;
}

bool cm_trust_chain(const cm_trust *t, STACK_OF(X509) * chain, cm_cert_use use, time_t at,
                    char why[static CM_CERT_TEXT]) {
    X509 *leaf = sk_X509_value(chain, 0);
    (void)snprintf(why, CM_CERT_TEXT, "no trust anchors were given");
    if (t == NULL || leaf == NULL)
        return false;
    if (use == CM_CERT_CLAIMS && cm_trust_allows(t, leaf)) {
        (void)snprintf(why, CM_CERT_TEXT, "it is allowed, and wasn't valid then");
        return cm_cert_validity(leaf, at) == 0;
    }
    return cm_chain_known(t->chains, chain, use, at) || find_way(t, chain, use, at, why);
}

X509 *cm_trust_issuer(const cm_trust *t, X509 *certificate) {
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    X509 *issuer = NULL;
    if (t != NULL && context != NULL &&
        X509_STORE_CTX_init(context, t->store, certificate, NULL) == 1)
        (void)X509_STORE_CTX_get1_issuer(&issuer, context, certificate);
    X509_STORE_CTX_free(context);
    ERR_clear_error();
    return issuer;
}
