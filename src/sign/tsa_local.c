/* A time-stamp authority of one's own, by OpenSSL. */
#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/ts.h>

#include "sign/tsa_internal.h"

/* A token's number shall not come twice (RFC 3161 §2.4.2): random ones don't. */
static ASN1_INTEGER *draw_serial(TS_RESP_CTX *context, void *unused) {
    enum { SERIAL_BYTES = 16 };
    uint8_t bytes[SERIAL_BYTES];
    (void)context;
    (void)unused;
    if (RAND_bytes(bytes, sizeof bytes) != 1)
        return NULL;
    bytes[0] = (bytes[0] & 0x7f) | 0x40; /* positive and of full length */
    BIGNUM *number = BN_bin2bn(bytes, sizeof bytes, NULL);
    ASN1_INTEGER *serial = number != NULL ? BN_to_ASN1_INTEGER(number, NULL) : NULL;
    BN_free(number);
    return serial;
}

static bool prepare(TS_RESP_CTX *context, X509 *leaf, STACK_OF(X509) * others, EVP_PKEY *key) {
    /* a policy must be named; this one says no more than that it is somebody's */
    ASN1_OBJECT *policy = OBJ_txt2obj("2.5.29.32.0", 1);
    bool ok = policy != NULL && TS_RESP_CTX_set_signer_cert(context, leaf) == 1 &&
              TS_RESP_CTX_set_signer_key(context, key) == 1 &&
              TS_RESP_CTX_set_signer_digest(context, EVP_sha256()) == 1 &&
              TS_RESP_CTX_set_certs(context, others) == 1 &&
              TS_RESP_CTX_set_def_policy(context, policy) == 1 &&
              TS_RESP_CTX_set_ess_cert_id_digest(context, EVP_sha256()) == 1 &&
              TS_RESP_CTX_add_md(context, EVP_sha256()) == 1;
    TS_RESP_CTX_set_serial_cb(context, draw_serial, NULL);
    ASN1_OBJECT_free(policy);
    return ok;
}

cm_code cm_tsa_answer(X509 *leaf, STACK_OF(X509) * others, EVP_PKEY *key, cm_bytes request,
                      cm_buf *response, cm_error *err) {
    TS_RESP_CTX *context = TS_RESP_CTX_new();
    BIO *question = BIO_new_mem_buf(request.data, (int)request.size);
    TS_RESP *made = NULL;
    uint8_t *der = NULL;
    int size = 0;
    if (context != NULL && question != NULL && prepare(context, leaf, others, key))
        made = TS_RESP_create_response(context, question);
    if (made != NULL)
        size = i2d_TS_RESP(made, &der);
    if (size > 0)
        cm_buf_put(response, der, (size_t)size);
    OPENSSL_free(der);
    TS_RESP_free(made);
    BIO_free(question);
    TS_RESP_CTX_free(context);
    ERR_clear_error();
    return size > 0 ? cm_buf_status(response, err)
                    : cm_fail(err, CM_ERR_CRYPTO, "OpenSSL refused to make a time-stamp");
}
