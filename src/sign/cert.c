#include "sign/cert.h"

#include <openssl/err.h>
#include <openssl/pem.h>

cm_code cm_cert_read_pem(cm_bytes pem, STACK_OF(X509) * *out, cm_error *err) {
    BIO *bio = pem.size <= INT32_MAX ? BIO_new_mem_buf(pem.data, (int)pem.size) : NULL;
    STACK_OF(X509) *list = sk_X509_new_null();
    X509 *one = NULL;
    bool memory = bio != NULL && list != NULL;
    ERR_clear_error();
    while (memory && (one = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL) {
        memory = sk_X509_push(list, one) > 0;
        if (!memory)
            X509_free(one);
    }
    /* the loop's end is right when there was no further certificate to start with */
    bool ended = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    ERR_clear_error();
    BIO_free(bio);
    if (memory && ended && sk_X509_num(list) > 0) {
        *out = list;
        return CM_OK;
    }
    sk_X509_pop_free(list, X509_free);
    if (!memory)
        return cm_fail_memory(err);
    return cm_fail(err, CM_ERR_KEY,
                   ended ? "no PEM certificate in it" : "it holds a certificate that is broken");
}

STACK_OF(X509) * cm_cert_from_der(const cm_bytes *ders, size_t count) {
    STACK_OF(X509) *list = sk_X509_new_null();
    for (size_t i = 0; i < count; i++) {
        const uint8_t *at = ders[i].data;
        X509 *one = ders[i].size <= INT32_MAX ? d2i_X509(NULL, &at, (long)ders[i].size) : NULL;
        bool whole = one != NULL && at == ders[i].data + ders[i].size;
        if (list == NULL || !whole || sk_X509_push(list, one) <= 0) {
            X509_free(one);
            sk_X509_pop_free(list, X509_free);
            ERR_clear_error();
            return NULL;
        }
    }
    return list;
}

int cm_cert_validity(const X509 *certificate, time_t at) {
    time_t when = at;
    if (X509_cmp_time(X509_get0_notBefore(certificate), &when) >= 0)
        return -1;
    return X509_cmp_time(X509_get0_notAfter(certificate), &when) <= 0 ? 1 : 0;
}

bool cm_cert_self_signed(X509 *certificate) {
    return X509_self_signed(certificate, 0) == 1;
}

static bool name_entry(const X509_NAME *name, int nid, char text[static CM_CERT_TEXT]) {
    unsigned char *utf8 = NULL;
    int at = X509_NAME_get_index_by_NID(name, nid, -1);
    if (at < 0)
        return false;
    X509_NAME_ENTRY *entry = X509_NAME_get_entry(name, at);
    int size = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(entry));
    if (size <= 0)
        return false;
    size_t n = (size_t)size < CM_CERT_TEXT - 1 ? (size_t)size : CM_CERT_TEXT - 1;
    while (n < (size_t)size && n > 0 && (utf8[n] & 0xc0) == 0x80)
        n--; /* cut between characters */
    for (size_t i = 0; i < n; i++)
        text[i] = utf8[i] < 0x20 || utf8[i] == 0x7f ? '?' : (char)utf8[i];
    text[n] = '\0';
    OPENSSL_free(utf8);
    return true;
}

static void describe(const X509_NAME *name, char text[static CM_CERT_TEXT]) {
    text[0] = '\0';
    if (!name_entry(name, NID_commonName, text))
        (void)name_entry(name, NID_organizationName, text);
}

void cm_cert_subject(const X509 *certificate, char name[static CM_CERT_TEXT]) {
    describe(X509_get_subject_name(certificate), name);
}

void cm_cert_issuer(const X509 *certificate, char name[static CM_CERT_TEXT]) {
    describe(X509_get_issuer_name(certificate), name);
}
