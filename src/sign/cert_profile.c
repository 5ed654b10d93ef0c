/* The profile of certificates that sign claims: C2PA 2.2 §14.5.1. */
#include "sign/cert_internal.h"

#include <openssl/x509v3.h>

#include "sign/sigalg.h"

/* Extended key usages for which a claim signer's certificate may be made: C2PA 2.2 §14.4.1 and what
 * its trust lists hold in practice. */
static const char *const PURPOSES[] = {
    CM_OID_CLAIM_SIGNING, "1.3.6.1.5.5.7.3.4", /* id-kp-emailProtection */
    "1.3.6.1.5.5.7.3.36",                      /* id-kp-documentSigning */
    "1.3.6.1.4.1.311.76.59.1.9"                /* Microsoft C2PA signing */
};

static bool refuse(char why[static CM_CERT_TEXT], const char *text) {
    (void)snprintf(why, CM_CERT_TEXT, "%s", text);
    return false;
}

/* The hashes and signature algorithms of §14.5.1: SHA-2 with RSA, RSA-PSS, ECDSA; Ed25519. */
static bool signed_well(X509 *leaf) {
    static const int allowed[] = {
        NID_sha256WithRSAEncryption,
        NID_sha384WithRSAEncryption,
        NID_sha512WithRSAEncryption,
        NID_ecdsa_with_SHA256,
        NID_ecdsa_with_SHA384,
        NID_ecdsa_with_SHA512,
        NID_ED25519,
    };
    int nid = X509_get_signature_nid(leaf);
    for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++)
        if (nid == allowed[i])
            return true;
    int hash = NID_undef;
    return nid == NID_rsassaPss && X509_get_signature_info(leaf, &hash, NULL, NULL, NULL) == 1 &&
           (hash == NID_sha256 || hash == NID_sha384 || hash == NID_sha512);
}

static bool has_purpose(const EXTENDED_KEY_USAGE *usages, const char *oid) {
    char text[64];
    for (int i = 0; i < sk_ASN1_OBJECT_num(usages); i++)
        if (OBJ_obj2txt(text, sizeof text, sk_ASN1_OBJECT_value(usages, i), 1) > 0 &&
            strcmp(text, oid) == 0)
            return true;
    return false;
}

static bool known_purpose(const cm_trust *t, const EXTENDED_KEY_USAGE *usages) {
    bool own = t != NULL && t->purpose_count > 0, known = has_purpose(usages, PURPOSES[0]);
    for (size_t i = 1; !own && i < sizeof PURPOSES / sizeof PURPOSES[0]; i++)
        known = known || has_purpose(usages, PURPOSES[i]);
    for (size_t i = 0; own && i < t->purpose_count; i++)
        known = known || has_purpose(usages, t->purposes[i]);
    return known;
}

static bool purposes_ok(const cm_trust *t, X509 *leaf, char why[static CM_CERT_TEXT]) {
    EXTENDED_KEY_USAGE *usages = X509_get_ext_d2i(leaf, NID_ext_key_usage, NULL, NULL);
    if (usages == NULL)
        return refuse(why, "it has no extended key usage");
    bool known = known_purpose(t, usages);
    uint32_t flags = X509_get_extended_key_usage(leaf);
    sk_ASN1_OBJECT_pop_free(usages, ASN1_OBJECT_free);
    if ((flags & XKU_ANYEKU) != 0)
        return refuse(why, "its extended key usage allows anything");
    if ((flags & (XKU_TIMESTAMP | XKU_OCSP_SIGN)) != 0)
        return refuse(why, "its extended key usage mixes time-stamping or OCSP with others");
    return known || refuse(why, "its extended key usage doesn't allow claim signing");
}

static bool usage_ok(X509 *leaf, char why[static CM_CERT_TEXT]) {
    uint32_t flags = X509_get_extension_flags(leaf);
    uint32_t usage = X509_get_key_usage(leaf);
    if ((flags & EXFLAG_KUSAGE) == 0)
        return refuse(why, "it has no key usage");
    if ((usage & KU_DIGITAL_SIGNATURE) == 0)
        return refuse(why, "its key usage doesn't allow digital signatures");
    if ((usage & KU_KEY_CERT_SIGN) != 0)
        return refuse(why, "its key usage allows signing certificates");
    return true;
}

bool cm_cert_profile_ok(X509 *leaf, char why[static CM_CERT_TEXT]) {
    return cm_trust_profile_ok(NULL, leaf, why);
}

bool cm_trust_profile_ok(const cm_trust *t, X509 *leaf, char why[static CM_CERT_TEXT]) {
    uint32_t flags = X509_get_extension_flags(leaf);
    const ASN1_BIT_STRING *issuer_id = NULL;
    const ASN1_BIT_STRING *subject_id = NULL;
    EVP_PKEY *key = X509_get0_pubkey(leaf);
    X509_get0_uids(leaf, &issuer_id, &subject_id);
    if (!signed_well(leaf))
        return refuse(why, "it is signed by an algorithm that isn't allowed");
    if (key == NULL || cm_sig_for_key(key) == CM_SIG_NONE)
        return refuse(why, "it has a kind or size of key that isn't allowed");
    if (cm_trust_allows(t, leaf))
        return true;
    if ((flags & EXFLAG_INVALID) != 0)
        return refuse(why, "its extensions can't be read");
    if (X509_get_version(leaf) != X509_VERSION_3)
        return refuse(why, "it is not of version 3");
    if (issuer_id != NULL || subject_id != NULL)
        return refuse(why, "it has unique identifiers");
    if ((flags & EXFLAG_CA) != 0)
        return refuse(why, "it is an authority's");
    if ((flags & EXFLAG_CRITICAL) != 0)
        return refuse(why, "it has a critical extension that isn't understood");
    if ((flags & EXFLAG_SS) == 0 && X509_get0_authority_key_id(leaf) == NULL)
        return refuse(why, "it has no authority key identifier");
    return usage_ok(leaf, why) && purposes_ok(t, leaf, why);
}
