#include "sign/ocsp.h"

#include <openssl/err.h>

OCSP_BASICRESP *cm_ocsp_read(cm_bytes response) {
    const uint8_t *at = response.data;
    OCSP_RESPONSE *parsed =
        response.size <= INT32_MAX ? d2i_OCSP_RESPONSE(NULL, &at, (long)response.size) : NULL;
    bool whole = parsed != NULL && at == response.data + response.size &&
                 OCSP_response_status(parsed) == OCSP_RESPONSE_STATUS_SUCCESSFUL;
    OCSP_BASICRESP *basic = whole ? OCSP_response_get1_basic(parsed) : NULL;
    OCSP_RESPONSE_free(parsed);
    ERR_clear_error();
    return basic;
}

/* The hash is the responder's choice. */
static bool is_about(OCSP_CERTID *id, X509 *certificate, X509 *issuer) {
    ASN1_OBJECT *algorithm = NULL;
    ASN1_INTEGER *serial = NULL;
    if (OCSP_id_get0_info(NULL, &algorithm, NULL, &serial, id) != 1)
        return false;
    if (ASN1_INTEGER_cmp(serial, X509_get0_serialNumber(certificate)) != 0)
        return false;
    if (issuer == NULL)
        return true;
    const EVP_MD *md = EVP_get_digestbyobj(algorithm);
    OCSP_CERTID *own = md != NULL ? OCSP_cert_to_id(md, certificate, issuer) : NULL;
    bool same = own != NULL && OCSP_id_cmp(own, id) == 0;
    OCSP_CERTID_free(own);
    return same;
}

OCSP_SINGLERESP *cm_ocsp_about(OCSP_BASICRESP *basic, X509 *certificate, X509 *issuer) {
    for (int i = 0; i < OCSP_resp_count(basic); i++) {
        OCSP_SINGLERESP *single = OCSP_resp_get0(basic, i);
        const OCSP_CERTID *id = OCSP_SINGLERESP_get0_id(single);
        if (is_about((OCSP_CERTID *)(uintptr_t)id, certificate, issuer))
            return single;
    }
    return NULL;
}

/* A certificate of the signer's chain; NULL when the chain is shorter. */
static X509 *chain_certificate(const cm_signer *signer, size_t i) {
    cm_bytes der = cm_signer_certificate(signer, i);
    const uint8_t *at = der.data;
    return der.size != 0 ? d2i_X509(NULL, &at, (long)der.size) : NULL;
}

cm_code cm_ocsp_check(cm_bytes response, const cm_signer *signer, cm_error *err) {
    X509 *leaf = chain_certificate(signer, 0);
    X509 *issuer = chain_certificate(signer, 1);
    OCSP_BASICRESP *basic = cm_ocsp_read(response);
    OCSP_SINGLERESP *single =
        basic != NULL && leaf != NULL ? cm_ocsp_about(basic, leaf, issuer) : NULL;
    int status = single != NULL ? OCSP_single_get0_status(single, NULL, NULL, NULL, NULL) : -1;
    OCSP_BASICRESP_free(basic);
    X509_free(leaf);
    X509_free(issuer);
    ERR_clear_error();
    if (status == -1)
        return cm_fail(err, CM_ERR_FORMAT,
                       "not an OCSP response (DER) about the signer's certificate");
    if (status != V_OCSP_CERTSTATUS_GOOD)
        return cm_fail(err, CM_ERR_KEY, "the OCSP response says that the certificate is %s",
                       status == V_OCSP_CERTSTATUS_REVOKED ? "revoked" : "not known");
    return CM_OK;
}
