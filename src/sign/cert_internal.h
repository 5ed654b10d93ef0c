/* What the parts of trust share. */
#ifndef CM_SIGN_CERT_INTERNAL_H
#define CM_SIGN_CERT_INTERNAL_H

#include "base/hash.h"
#include "sign/cert.h"
#include "sign/chain_cache.h"

struct cm_trust {
    X509_STORE *store;
    cm_memo *chains;
    cm_digest *allowed; /* SHA-256 of certificates that are trusted by themselves */
    size_t allowed_count;
    char **purposes; /* object identifiers, dotted; NULL: the usual ones */
    size_t purpose_count;
};

#endif
