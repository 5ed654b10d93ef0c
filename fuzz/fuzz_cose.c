/* COSE_Sign1 and what is in its headers: chains and time-stamps. */
#include "sign/cose.h"
#include "sign/timestamp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const uint8_t claim[] = {0xa0};
    cm_cose cose;
    cm_stamp stamp;
    cm_bytes chain[8];
    if (cm_cose_parse((cm_bytes){.data = data, .size = size}, NULL, &cose, NULL) != CM_OK)
        return 0;
    (void)cm_cose_alg(&cose);
    (void)cm_cose_critical_ok(&cose);
    size_t count = cm_cose_chain(&cose, chain, sizeof chain / sizeof chain[0]);
    if (count > 0)
        sk_X509_pop_free(cm_cert_from_der(chain, count), X509_free);
    cm_stamp_check(&cose, (cm_bytes){claim, sizeof claim}, NULL, &stamp);
    cm_cose_free(&cose);
    return 0;
}
