#include "sign/tsa.h"

#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/ts.h>

#include "base/hash.h"
#include "base/http.h"
#include "base/mem.h"
#include "base/stream.h"
#include "sign/cert.h"
#include "sign/private_key.h"
#include "sign/timestamp.h"
#include "sign/tsa_internal.h"

enum { NONCE_BYTES = 8, LARGEST_ANSWER = 1 << 18 };

struct cm_tsa {
    char *url; /* or */
    STACK_OF(X509) * chain;
    EVP_PKEY *key;
};

void cm_tsa_close(cm_tsa *t) {
    if (t == NULL)
        return;
    free(t->url);
    sk_X509_pop_free(t->chain, X509_free);
    EVP_PKEY_free(t->key);
    free(t);
}

cm_code cm_tsa_remote(const char *url, cm_tsa **out, cm_error *err) {
    if (!cm_http_url_ok(url))
        return cm_fail(err, CM_ERR_ARGUMENT,
                       "%.200s: a time-stamp authority is asked by http:// or https://", url);
    cm_tsa *t = cm_calloc(1, sizeof *t);
    if (t != NULL)
        t->url = cm_strndup(url, strlen(url));
    if (t == NULL || t->url == NULL) {
        cm_tsa_close(t);
        return cm_fail_memory(err);
    }
    *out = t;
    return CM_OK;
}

static cm_code check_pair(const cm_tsa *t, cm_error *err) {
    X509 *leaf = sk_X509_value(t->chain, 0);
    bool pair = X509_check_private_key(leaf, t->key) == 1;
    bool stamps = X509_check_purpose(leaf, X509_PURPOSE_TIMESTAMP_SIGN, 0) == 1;
    ERR_clear_error();
    if (!pair)
        return cm_fail(err, CM_ERR_KEY,
                       "the time-stamp authority's key is not the one of its certificate");
    if (!stamps)
        return cm_fail(
            err, CM_ERR_KEY,
            "the certificate is not for time-stamps; \"cert --tsa\" makes one for tests");
    return CM_OK;
}

cm_code cm_tsa_local(const char *chain_path, const char *key_path, cm_tsa **out, cm_error *err) {
    enum { LARGEST_CHAIN = 1 << 20 };
    cm_limits limits = cm_limits_default();
    limits.file_bytes = LARGEST_CHAIN;
    cm_source *source = NULL;
    cm_buf pem = {0};
    cm_tsa *t = cm_calloc(1, sizeof *t);
    if (t == NULL)
        return cm_fail_memory(err);
    cm_code code = cm_source_open(chain_path, &limits, &source, err);
    if (code == CM_OK)
        code = cm_source_load(source, 0, cm_source_size(source), &pem, err);
    if (code == CM_OK)
        code = cm_cert_read_pem(cm_buf_bytes(&pem), &t->chain, err);
    if (code == CM_OK)
        code = cm_private_key_open(key_path, &t->key, err);
    if (code == CM_OK)
        code = check_pair(t, err);
    cm_buf_free(&pem);
    cm_source_close(source);
    if (code != CM_OK) {
        cm_tsa_close(t);
        return code;
    }
    *out = t;
    return CM_OK;
}

/* A request for a token that carries its signer's certificates. */
static TS_REQ *make_request(const cm_digest *digest, const uint8_t nonce[static NONCE_BYTES]) {
    TS_REQ *request = TS_REQ_new();
    TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_new();
    X509_ALGOR *algorithm = X509_ALGOR_new();
    BIGNUM *number = BN_bin2bn(nonce, NONCE_BYTES, NULL);
    ASN1_INTEGER *integer = number != NULL ? BN_to_ASN1_INTEGER(number, NULL) : NULL;
    bool ok = request != NULL && imprint != NULL && algorithm != NULL && integer != NULL &&
              TS_REQ_set_version(request, 1) == 1 &&
              X509_ALGOR_set0(algorithm, OBJ_nid2obj(NID_sha256), V_ASN1_NULL, NULL) == 1 &&
              TS_MSG_IMPRINT_set_algo(imprint, algorithm) == 1 &&
              TS_MSG_IMPRINT_set_msg(imprint, (unsigned char *)(uintptr_t)digest->bytes,
                                     (int)digest->size) == 1 &&
              TS_REQ_set_msg_imprint(request, imprint) == 1 &&
              TS_REQ_set_nonce(request, integer) == 1 && TS_REQ_set_cert_req(request, 1) == 1;
    TS_MSG_IMPRINT_free(imprint);
    X509_ALGOR_free(algorithm);
    BN_free(number);
    ASN1_INTEGER_free(integer);
    if (ok)
        return request;
    TS_REQ_free(request);
    return NULL;
}

static cm_code encode(TS_REQ *request, cm_buf *out, cm_error *err) {
    uint8_t *der = NULL;
    int size = request != NULL ? i2d_TS_REQ(request, &der) : 0;
    if (size <= 0) {
        ERR_clear_error();
        return cm_fail(err, CM_ERR_CRYPTO, "OpenSSL refused to make a time-stamp request");
    }
    cm_buf_put(out, der, (size_t)size);
    OPENSSL_free(der);
    return cm_buf_status(out, err);
}

static cm_code ask(const cm_tsa *t, cm_bytes request, cm_buf *response, cm_error *err) {
    if (t->url != NULL)
        return cm_http(&(cm_http_request){.url = t->url,
                                          .header = "Content-Type: application/timestamp-query",
                                          .body = request,
                                          .most = LARGEST_ANSWER,
                                          .anywhere = true},
                       response, err);
    X509 *leaf = sk_X509_value(t->chain, 0);
    STACK_OF(X509) *others = sk_X509_dup(t->chain);
    if (others == NULL)
        return cm_fail_memory(err);
    (void)sk_X509_shift(others);
    cm_code code = cm_tsa_answer(leaf, others, t->key, request, response, err);
    sk_X509_free(others);
    return code;
}

static cm_code unusable(const char *why, cm_error *err) {
    ERR_clear_error();
    return cm_fail(err, CM_ERR_FORMAT, "the time-stamp authority's answer can't be used: %s", why);
}

/* The token of a response that was granted and answers this request. */
static cm_code read_response(cm_bytes bytes, const TS_REQ *request, cm_buf *token, cm_error *err) {
    const uint8_t *at = bytes.data;
    TS_RESP *response = d2i_TS_RESP(NULL, &at, (long)bytes.size);
    if (response == NULL)
        return unusable("it is no RFC 3161 response", err);
    long status = ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(response)));
    TS_TST_INFO *info = TS_RESP_get_tst_info(response);
    const ASN1_INTEGER *nonce = info != NULL ? TS_TST_INFO_get_nonce(info) : NULL;
    const char *why = NULL;
    if (status != TS_STATUS_GRANTED && status != TS_STATUS_GRANTED_WITH_MODS)
        why = "it was not granted";
    else if (info == NULL)
        why = "it holds no token";
    else if (nonce == NULL || ASN1_INTEGER_cmp(nonce, TS_REQ_get_nonce(request)) != 0)
        why = "it answers another request";
    uint8_t *der = NULL;
    int size = why == NULL ? i2d_PKCS7(TS_RESP_get_token(response), &der) : 0;
    if (size > 0)
        cm_buf_put(token, der, (size_t)size);
    OPENSSL_free(der);
    TS_RESP_free(response);
    if (why != NULL)
        return unusable(why, err);
    return size > 0 ? cm_buf_status(token, err) : unusable("its token", err);
}

static cm_code exchange(const cm_tsa *t, TS_REQ *request, cm_buf *token, cm_error *err) {
    cm_buf question = {0};
    cm_buf answer = {0};
    cm_code code = encode(request, &question, err);
    if (code == CM_OK)
        code = ask(t, cm_buf_bytes(&question), &answer, err);
    if (code == CM_OK)
        code = read_response(cm_buf_bytes(&answer), request, token, err);
    cm_buf_free(&question);
    cm_buf_free(&answer);
    return code;
}

cm_code cm_tsa_stamp(void *tsa, cm_bytes message, cm_buf *token, cm_error *err) {
    uint8_t nonce[NONCE_BYTES];
    cm_digest digest;
    cm_stamp stamp;
    cm_buf made = {0};
    cm_code code = cm_hash_bytes(CM_HASH_SHA256, message, &digest, err);
    if (code != CM_OK)
        return code;
    if (RAND_bytes(nonce, sizeof nonce) != 1)
        return cm_fail(err, CM_ERR_CRYPTO, "no random numbers to be had");
    nonce[0] |= 0x40; /* never zero */
    TS_REQ *request = make_request(&digest, nonce);
    code = exchange(tsa, request, &made, err);
    TS_REQ_free(request);
    if (code == CM_OK) {
        cm_stamp_judge(cm_buf_bytes(&made), message, NULL, &stamp);
        if (stamp.result != CM_STAMP_UNTRUSTED)
            code = unusable(stamp.why, err);
    }
    if (code == CM_OK) {
        cm_buf_put_bytes(token, cm_buf_bytes(&made));
        code = cm_buf_status(token, err);
    }
    cm_buf_free(&made);
    return code;
}

cm_code cm_tsa_reserve(cm_tsa *t, size_t *bytes, cm_error *err) {
    enum { AROUND = 96 }; /* the header's names, and what another token may be longer */
    cm_buf token = {0};
    *bytes = CM_TSA_RESERVE;
    if (t->url != NULL)
        return CM_OK;
    cm_code code = cm_tsa_stamp(t, (cm_bytes){0}, &token, err);
    *bytes = token.size + token.size / 3 + AROUND;
    cm_buf_free(&token);
    return code;
}
