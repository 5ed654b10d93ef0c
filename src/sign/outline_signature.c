#include "sign/outline_signature.h"

#include <openssl/bn.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sign/timestamp.h"

const char *const CM_NAME_PART[CM_NAME_PARTS] = {"C", "ST", "L", "O", "OU", "CN", "E", "2.5.4.97"};
static const char *const OIDS[CM_NAME_PARTS] = {
    "2.5.4.6", "2.5.4.8", "2.5.4.7", "2.5.4.10", "2.5.4.11", "2.5.4.3", "1.2.840.113549.1.9.1",
    "2.5.4.97"};

static char *name_part(const X509_NAME *name, const char *oid_text) {
    ASN1_OBJECT *oid = OBJ_txt2obj(oid_text, 1);
    int at = oid != NULL ? X509_NAME_get_index_by_OBJ(name, oid, -1) : -1;
    unsigned char *utf8 = NULL;
    char *part = NULL;
    int size = -1;
    if (at >= 0)
        size = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
    if (size >= 0)
        part = cm_strndup((const char *)utf8, (size_t)size);
    OPENSSL_free(utf8);
    ASN1_OBJECT_free(oid);
    return part;
}

static time_t read_time(const ASN1_TIME *time) {
    ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
    int days = 0;
    int seconds = 0;
    bool ok = epoch != NULL && ASN1_TIME_diff(&days, &seconds, epoch, time) == 1;
    ASN1_TIME_free(epoch);
    return ok ? (time_t)days * 24 * 60 * 60 + seconds : 0;
}

static bool read_certificate(const X509 *c, cm_shown_certificate *out) {
    enum { SERIAL_MOST = 64 }; /* RFC 5280 allows 20 bytes; decimal digits take quadratic time */
    const ASN1_INTEGER *serial = X509_get0_serialNumber(c);
    bool usual = ASN1_STRING_length(serial) <= SERIAL_MOST;
    BIGNUM *number = usual ? ASN1_INTEGER_to_BN(serial, NULL) : NULL;
    char *digits = number != NULL ? BN_bn2dec(number) : NULL;
    const char *shown = digits != NULL ? digits : usual ? NULL : "";
    out->serial = shown != NULL ? cm_strndup(shown, strlen(shown)) : NULL;
    OPENSSL_free(digits);
    BN_free(number);
    for (int i = 0; i < CM_NAME_PARTS; i++) {
        out->issuer[i] = name_part(X509_get_issuer_name(c), OIDS[i]);
        out->subject[i] = name_part(X509_get_subject_name(c), OIDS[i]);
    }
    out->not_before = read_time(X509_get0_notBefore(c));
    out->not_after = read_time(X509_get0_notAfter(c));
    return out->serial != NULL;
}

static void free_certificate(cm_shown_certificate *c) {
    free(c->serial);
    for (int i = 0; i < CM_NAME_PARTS; i++) {
        free(c->issuer[i]);
        free(c->subject[i]);
    }
}

static bool read_stamp(const cm_cose *cose, cm_shown_signature *out) {
    X509 *authority = NULL;
    bool ok =
        cm_stamp_read(cose, &out->time, &authority) && read_certificate(authority, &out->authority);
    X509_free(authority);
    return ok;
}

bool cm_shown_signature_read(cm_bytes bytes, const cm_limits *limits, cm_shown_signature *out) {
    enum { MOST = 64 };
    cm_bytes ders[MOST];
    cm_cose cose;
    *out = (cm_shown_signature){0};
    if (bytes.data == NULL || cm_cose_parse(bytes, limits, &cose, NULL) != CM_OK)
        return false;
    size_t most = limits->certificates < MOST ? limits->certificates : MOST;
    STACK_OF(X509) *chain = NULL;
    if (cm_cose_chain(&cose, ders, most) > 0)
        chain = cm_cert_from_der(ders, 1);
    bool ok = chain != NULL && read_certificate(sk_X509_value(chain, 0), &out->signer);
    out->alg = cm_cose_alg(&cose);
    out->stamped = ok && read_stamp(&cose, out);
    sk_X509_pop_free(chain, X509_free);
    cm_cose_free(&cose);
    ERR_clear_error();
    return ok;
}

void cm_shown_signature_free(cm_shown_signature *s) {
    free_certificate(&s->signer);
    free_certificate(&s->authority);
    *s = (cm_shown_signature){0};
}
