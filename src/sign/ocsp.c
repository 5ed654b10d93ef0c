#include "sign/ocsp.h"

#include <openssl/err.h>
#include <openssl/ocsp.h>

/* The status of the certificate with this serial number; -1 when nothing is said about it. */
static int find_status(OCSP_BASICRESP *basic, const ASN1_INTEGER *serial) {
    for (int i = 0; i < OCSP_resp_count(basic); i++) {
        OCSP_SINGLERESP *one = OCSP_resp_get0(basic, i);
        ASN1_INTEGER *about = NULL;
        const OCSP_CERTID *id = OCSP_SINGLERESP_get0_id(one);
        if (OCSP_id_get0_info(NULL, NULL, NULL, &about, (OCSP_CERTID *)(uintptr_t)id) == 1 &&
            ASN1_INTEGER_cmp(about, serial) == 0)
            return OCSP_single_get0_status(one, NULL, NULL, NULL, NULL);
    }
    return -1;
}

cm_code cm_ocsp_check(cm_bytes response, const cm_signer *signer, cm_error *err) {
    cm_bytes der = cm_signer_certificate(signer, 0);
    const uint8_t *at = response.data;
    const uint8_t *leaf_at = der.data;
    OCSP_RESPONSE *parsed = d2i_OCSP_RESPONSE(NULL, &at, (long)response.size);
    X509 *leaf = d2i_X509(NULL, &leaf_at, (long)der.size);
    OCSP_BASICRESP *basic = parsed != NULL && at == response.data + response.size
                                ? OCSP_response_get1_basic(parsed)
                                : NULL;
    int status =
        basic != NULL && leaf != NULL ? find_status(basic, X509_get0_serialNumber(leaf)) : -1;
    OCSP_BASICRESP_free(basic);
    OCSP_RESPONSE_free(parsed);
    X509_free(leaf);
    ERR_clear_error();
    if (status == -1)
        return cm_fail(err, CM_ERR_FORMAT,
                       "not an OCSP response (DER) about the signer's certificate");
    if (status != V_OCSP_CERTSTATUS_GOOD)
        return cm_fail(err, CM_ERR_KEY, "the OCSP response says that the certificate is %s",
                       status == V_OCSP_CERTSTATUS_REVOKED ? "revoked" : "not known");
    return CM_OK;
}
