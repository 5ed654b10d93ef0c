/* Certificates in DER and in PEM: the profile, the names, the chain. */
#include "sign/cert.h"

static void look(STACK_OF(X509) * chain) {
    char text[CM_CERT_TEXT];
    X509 *leaf = sk_X509_value(chain, 0);
    (void)cm_cert_profile_ok(leaf, text);
    (void)cm_cert_self_signed(leaf);
    (void)cm_cert_validity(leaf, 1700000000);
    cm_cert_subject(leaf, text);
    cm_cert_issuer(leaf, text);
    (void)cm_trust_chain(NULL, chain, CM_CERT_CLAIMS, 1700000000, text);
    sk_X509_pop_free(chain, X509_free);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    cm_bytes bytes = {.data = data, .size = size};
    STACK_OF(X509) *chain = cm_cert_from_der(&bytes, 1);
    cm_trust *trust = NULL;
    if (chain != NULL)
        look(chain);
    if (cm_cert_read_pem(bytes, &chain, NULL) == CM_OK)
        look(chain);
    if (cm_trust_new(bytes, &trust, NULL) == CM_OK)
        cm_trust_free(trust);
    return 0;
}
