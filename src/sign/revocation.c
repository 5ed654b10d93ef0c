#include "sign/revocation.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "sign/ocsp.h"

enum { DAY = 24 * 60 * 60, CLOCKS_APART = 300 /* seconds that two clocks may differ */ };

/* In units of cm_sig_cost(): reading a response, and what OpenSSL adds to a signature. */
enum { READING = 24, OPENSSL = 40, HASHED_BYTES = 4096 /* of a key, in one unit */ };

/* When there is too little left, nothing is: who owns the budget sees that it was used up. */
static bool take(cm_signing_time when, uint64_t cost) {
    bool enough = when.work == NULL || *when.work >= cost;
    if (when.work != NULL)
        *when.work -= enough ? cost : *when.work;
    return enough;
}

static bool names_service(X509 *certificate) {
    STACK_OF(OPENSSL_STRING) *urls = X509_get1_ocsp(certificate);
    bool any = sk_OPENSSL_STRING_num(urls) > 0;
    X509_email_free(urls);
    return any;
}

static bool read_time(const ASN1_GENERALIZEDTIME *from, time_t *out) {
    ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
    int days = 0, seconds = 0;
    bool ok = from != NULL && epoch != NULL && ASN1_TIME_diff(&days, &seconds, epoch, from) == 1;
    ASN1_TIME_free(epoch);
    *out = (time_t)days * DAY + seconds;
    return ok;
}

/* An authorized responder (RFC 6960 §4.2.2.2), of which C2PA lets an authority itself be none
 * (§14.5.1): certified by the issuer, for OCSP, and valid when it answered. */
static bool is_authorized(X509 *responder, X509 *issuer, time_t produced) {
    uint32_t flags = X509_get_extension_flags(responder);
    return (flags & EXFLAG_CA) == 0 && (flags & EXFLAG_XKUSAGE) != 0 &&
           X509_get_extended_key_usage(responder) == XKU_OCSP_SIGN &&
           X509_check_issued(issuer, responder) == X509_V_OK &&
           X509_verify(responder, X509_get0_pubkey(issuer)) == 1 &&
           cm_cert_validity(responder, produced) == 0;
}

/* The signature by the responder's certificate, which the response carries. */
static bool is_signed(OCSP_BASICRESP *basic, X509 *issuer, time_t produced, cm_signing_time when) {
    X509 *responder = NULL;
    X509_STORE *nobody = X509_STORE_new();
    bool ok = nobody != NULL && OCSP_resp_get0_signer(basic, &responder, NULL) == 1 &&
              take(when, OPENSSL + cm_sig_cost(X509_get0_pubkey(issuer))) &&
              take(when, OPENSSL + cm_sig_cost(X509_get0_pubkey(responder))) &&
              is_authorized(responder, issuer, produced) &&
              OCSP_basic_verify(basic, NULL, nobody, OCSP_NOVERIFY) == 1;
    X509_STORE_free(nobody);
    return ok;
}

/* Without an attested time nothing shows that the signature came before the revocation; a good
 * response says nothing then (spec/manifest.md §5.3). */
static cm_revocation judge_untimed(int status) {
    return status == V_OCSP_CERTSTATUS_REVOKED ? CM_REVOCATION_REVOKED : CM_REVOCATION_NOT_KNOWN;
}

/* The conditions of §15.9.1. */
static cm_revocation judge(OCSP_SINGLERESP *single, time_t produced, cm_signing_time when) {
    int reason = -1;
    time_t from, until;
    ASN1_GENERALIZEDTIME *revoked = NULL, *this_update = NULL, *next_update = NULL;
    int status = OCSP_single_get0_status(single, &reason, &revoked, &this_update, &next_update);
    if (status == V_OCSP_CERTSTATUS_REVOKED && reason == OCSP_REVOKED_STATUS_REMOVEFROMCRL)
        status = V_OCSP_CERTSTATUS_GOOD;
    if (!read_time(this_update, &from) || when.now + CLOCKS_APART < from)
        return CM_REVOCATION_NOT_KNOWN;
    if (!when.attested)
        return judge_untimed(status);
    if (!read_time(next_update, &until))
        until = produced + DAY;
    if (when.at > until)
        return CM_REVOCATION_NOT_KNOWN;
    return status == V_OCSP_CERTSTATUS_GOOD      ? CM_REVOCATION_GOOD
           : status == V_OCSP_CERTSTATUS_REVOKED ? CM_REVOCATION_REVOKED
                                                 : CM_REVOCATION_NOT_KNOWN;
}

static cm_revocation check_basic(OCSP_BASICRESP *basic, X509 *certificate, X509 *issuer,
                                 cm_signing_time when) {
    time_t produced;
    if (!read_time(OCSP_resp_get0_produced_at(basic), &produced))
        return CM_REVOCATION_NOT_KNOWN;
    const int singles = OCSP_resp_count(basic);
    const ASN1_BIT_STRING *key = issuer != NULL ? X509_get0_pubkey_bitstr(issuer) : NULL;
    uint64_t each = 1 + (key != NULL ? (uint64_t)ASN1_STRING_length(key) / HASHED_BYTES : 0);
    OCSP_SINGLERESP *single = singles > 0 && take(when, (uint64_t)singles * each)
                                  ? cm_ocsp_about(basic, certificate, issuer)
                                  : NULL;
    return single != NULL && is_signed(basic, issuer, produced, when)
               ? judge(single, produced, when)
               : CM_REVOCATION_NOT_KNOWN;
}

static cm_revocation check_one(cm_bytes der, X509 *certificate, X509 *issuer,
                               cm_signing_time when) {
    cm_revocation found = CM_REVOCATION_NOT_KNOWN;
    OCSP_BASICRESP *basic = cm_ocsp_read(der);
    if (basic != NULL)
        found = check_basic(basic, certificate, issuer, when);
    OCSP_BASICRESP_free(basic);
    ERR_clear_error();
    return found;
}

cm_revocation cm_revocation_check(X509 *certificate, X509 *issuer, const cm_bytes *responses,
                                  size_t count, cm_signing_time when) {
    for (size_t i = 0; i < count && issuer != NULL && take(when, READING); i++) {
        cm_revocation found = check_one(responses[i], certificate, issuer, when);
        if (found != CM_REVOCATION_NOT_KNOWN)
            return found;
    }
    return names_service(certificate) ? CM_REVOCATION_NOT_KNOWN : CM_REVOCATION_NO_METHOD;
}
