#include "sign/timestamp.h"

#include <openssl/err.h>
#include <openssl/ts.h>
#include <openssl/x509v3.h>

static void conclude(cm_stamp *out, cm_stamp_result result, const char *why) {
    out->result = result;
    (void)snprintf(out->why, sizeof out->why, "%s", why);
}

/* The one token of a tstContainer (C2PA 2.2 §10.3.2.5.2). */
static bool find_token(const cm_cbor_item *container, cm_bytes *token) {
    const cm_cbor_item *tokens = cm_cbor_get(container, "tstTokens");
    const cm_cbor_item *val = cm_cbor_get(cm_cbor_at(tokens, 0), "val");
    if (!cm_cbor_is(tokens, CM_CBOR_ARRAY) || tokens->count != 1 || !cm_cbor_is(val, CM_CBOR_BYTES))
        return false;
    *token = cm_cbor_string(val);
    return token->size <= INT32_MAX;
}

/* The token itself (sigTst2), or a response around it that must have been granted (sigTst). Either
 * is taken in either place: writers have mixed them up, and the signature inside decides. */
static PKCS7 *read_token(cm_bytes bytes) {
    const uint8_t *at = bytes.data;
    PKCS7 *token = d2i_PKCS7(NULL, &at, (long)bytes.size);
    if (token != NULL && at == bytes.data + bytes.size)
        return token;
    PKCS7_free(token);
    token = NULL;
    at = bytes.data;
    TS_RESP *response = d2i_TS_RESP(NULL, &at, (long)bytes.size);
    if (response != NULL && TS_RESP_get_token(response) != NULL) {
        const ASN1_INTEGER *status = TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(response));
        long granted = ASN1_INTEGER_get(status);
        if (granted == TS_STATUS_GRANTED || granted == TS_STATUS_GRANTED_WITH_MODS)
            token = PKCS7_dup(TS_RESP_get_token(response));
    }
    TS_RESP_free(response);
    return token;
}

/* Whether the token's message imprint is the hash of `message`, by SHA-2 (C2PA 2.2 §15.8.2). */
static bool imprint_matches(TS_TST_INFO *info, cm_bytes message) {
    TS_MSG_IMPRINT *imprint = TS_TST_INFO_get_msg_imprint(info);
    const ASN1_OBJECT *algorithm = NULL;
    X509_ALGOR_get0(&algorithm, NULL, NULL, TS_MSG_IMPRINT_get_algo(imprint));
    const EVP_MD *md = EVP_get_digestbyobj(algorithm);
    int nid = OBJ_obj2nid(algorithm);
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    if (md == NULL || (nid != NID_sha256 && nid != NID_sha384 && nid != NID_sha512) ||
        EVP_Digest(message.data, message.size, digest, &size, md, NULL) != 1)
        return false;
    const ASN1_OCTET_STRING *expected = TS_MSG_IMPRINT_get_msg(imprint);
    return (unsigned)ASN1_STRING_length(expected) == size &&
           memcmp(ASN1_STRING_get0_data(expected), digest, size) == 0;
}

static bool read_time(TS_TST_INFO *info, time_t *out) {
    ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
    const ASN1_GENERALIZEDTIME *made = TS_TST_INFO_get_time(info);
    int days = 0;
    int seconds = 0;
    bool ok = epoch != NULL && made != NULL && ASN1_TIME_diff(&days, &seconds, epoch, made) == 1;
    ASN1_TIME_free(epoch);
    *out = (time_t)days * 24 * 60 * 60 + seconds;
    return ok;
}

/* The certificates in the token, the signer's first: what a chain is built from. */
static STACK_OF(X509) * certificates(PKCS7 *token) {
    STACK_OF(X509) *signers = PKCS7_get0_signers(token, NULL, 0);
    STACK_OF(X509) *chain = sk_X509_new_null();
    STACK_OF(X509) *all = token->d.sign->cert;
    X509 *signer = sk_X509_num(signers) == 1 ? sk_X509_value(signers, 0) : NULL;
    bool ok = chain != NULL && signer != NULL && sk_X509_push(chain, signer) > 0;
    for (int i = 0; ok && i < sk_X509_num(all); i++)
        if (sk_X509_value(all, i) != signer)
            ok = sk_X509_push(chain, sk_X509_value(all, i)) > 0;
    sk_X509_free(signers);
    if (ok)
        return chain;
    sk_X509_free(chain);
    return NULL;
}

/* OpenSSL digests the content once for each algorithm that the token lists, be they thousands. */
static bool affordable(PKCS7 *token, X509 *authority) {
    enum { MOST_DIGESTS = 8 };
    return sk_X509_ALGOR_num(token->d.sign->md_algs) <= MOST_DIGESTS &&
           cm_sig_cost(X509_get0_pubkey(authority)) <= CM_STAMP_COST;
}

/* The token's own signature, by the certificate that it carries. Who that is comes later. */
static bool signature_right(PKCS7 *token) {
    BIO *content = BIO_new(BIO_s_mem());
    X509_STORE *nobody = X509_STORE_new();
    bool ok = content != NULL && nobody != NULL &&
              PKCS7_verify(token, NULL, nobody, NULL, content, PKCS7_NOVERIFY) == 1;
    BIO_free(content);
    X509_STORE_free(nobody);
    return ok;
}

static void judge(PKCS7 *token, TS_TST_INFO *info, cm_bytes message, const cm_trust *authorities,
                  cm_stamp *out) {
    if (!read_time(info, &out->time)) {
        conclude(out, CM_STAMP_MALFORMED, "its time can't be read");
        return;
    }
    if (!imprint_matches(info, message)) {
        conclude(out, CM_STAMP_MISMATCH, "it was made over something else");
        return;
    }
    STACK_OF(X509) *chain = certificates(token);
    if (chain == NULL) {
        conclude(
            out, CM_STAMP_MISMATCH,
            "it doesn't carry its signer's certificate, so that its signature can't be checked");
        return;
    }
    X509 *authority = sk_X509_value(chain, 0);
    cm_cert_subject(authority, out->authority);
    bool looked = affordable(token, authority);
    out->cost = looked ? cm_sig_cost(X509_get0_pubkey(authority)) : 0;
    if (!looked)
        conclude(out, CM_STAMP_MISMATCH, "its signature would cost too much to be checked");
    else if (!signature_right(token))
        conclude(out, CM_STAMP_MISMATCH, "its signature is wrong");
    else if (cm_cert_validity(authority, out->time) != 0)
        conclude(out, CM_STAMP_OUTSIDE_VALIDITY, "its signer's certificate wasn't valid then");
    else if (cm_trust_chain(authorities, chain, CM_CERT_TIME_STAMPS, out->time, out->why))
        out->result = CM_STAMP_TRUSTED;
    else
        out->result = CM_STAMP_UNTRUSTED;
    out->unfit = X509_check_purpose(authority, X509_PURPOSE_TIMESTAMP_SIGN, 0) != 1;
    sk_X509_free(chain);
}

/* What was stamped: a Sig_structure over the claim (sigTst) or over the signature (sigTst2). */
static void put_message(cm_buf *message, const cm_cose *cose, cm_bytes claim, bool second) {
    if (second)
        cm_cose_to_be_stamped(message, cose->protected_bytes, cose->signature);
    else
        cm_cose_to_be_signed(message, "CounterSignature", cose->protected_bytes, claim);
}

void cm_stamp_judge(cm_bytes bytes, cm_bytes message, const cm_trust *authorities, cm_stamp *out) {
    *out = (cm_stamp){0};
    PKCS7 *token = bytes.size != 0 ? read_token(bytes) : NULL;
    bool is_signed = token != NULL && PKCS7_type_is_signed(token) && token->d.sign != NULL;
    TS_TST_INFO *info = is_signed ? PKCS7_to_TS_TST_INFO(token) : NULL;
    if (info == NULL)
        conclude(out, CM_STAMP_MALFORMED, "it is not one RFC 3161 token");
    else
        judge(token, info, message, authorities, out);
    TS_TST_INFO_free(info);
    PKCS7_free(token);
    ERR_clear_error();
}

static bool read_signed(PKCS7 *token, time_t *time, X509 **certificate) {
    bool is_signed = PKCS7_type_is_signed(token) && token->d.sign != NULL;
    TS_TST_INFO *info = is_signed ? PKCS7_to_TS_TST_INFO(token) : NULL;
    STACK_OF(X509) *chain = info != NULL && read_time(info, time) ? certificates(token) : NULL;
    bool ok = chain != NULL && X509_up_ref(sk_X509_value(chain, 0)) == 1;
    if (ok)
        *certificate = sk_X509_value(chain, 0);
    sk_X509_free(chain);
    TS_TST_INFO_free(info);
    return ok;
}

bool cm_stamp_read(const cm_cose *cose, time_t *time, X509 **certificate) {
    const cm_cbor_item *container = cm_cbor_get(cose->loose, "sigTst2");
    if (container == NULL)
        container = cm_cbor_get(cose->loose, "sigTst");
    cm_bytes bytes = {0};
    PKCS7 *token = find_token(container, &bytes) && bytes.size != 0 ? read_token(bytes) : NULL;
    bool ok = token != NULL && read_signed(token, time, certificate);
    PKCS7_free(token);
    ERR_clear_error();
    return ok;
}

bool cm_stamp_present(const cm_cose *cose) {
    return cm_cbor_get(cose->loose, "sigTst2") != NULL ||
           cm_cbor_get(cose->loose, "sigTst") != NULL;
}

void cm_stamp_check(const cm_cose *cose, cm_bytes claim, const cm_trust *authorities,
                    cm_stamp *out) {
    *out = (cm_stamp){0};
    const cm_cbor_item *container = cm_cbor_get(cose->loose, "sigTst2");
    bool second = container != NULL;
    if (!second)
        container = cm_cbor_get(cose->loose, "sigTst");
    if (container == NULL)
        return;
    cm_bytes token = {0};
    cm_buf message = {0};
    put_message(&message, cose, claim, second);
    if (!find_token(container, &token))
        token = (cm_bytes){0};
    cm_stamp_judge(token, cm_buf_bytes(&message), authorities, out);
    cm_buf_free(&message);
}
