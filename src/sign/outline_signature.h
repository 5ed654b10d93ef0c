/* Who signed, for showing and without judging: what a signature box says of itself. */
#ifndef CM_SIGN_OUTLINE_SIGNATURE_H
#define CM_SIGN_OUTLINE_SIGNATURE_H

#include <countermark/limits.h>
#include <time.h>

#include "sign/sigalg.h"

/* Parts of a distinguished name that are shown: as crJSON 2.4 has them. */
enum { CM_NAME_PARTS = 8 };
extern const char *const CM_NAME_PART[CM_NAME_PARTS]; /* "C", "ST", …, "2.5.4.97" */

typedef struct cm_shown_certificate {
    char *serial;                /* decimal */
    char *issuer[CM_NAME_PARTS]; /* UTF-8; NULL where there is no such part; of several the first */
    char *subject[CM_NAME_PARTS];
    time_t not_before, not_after;
} cm_shown_certificate;

typedef struct cm_shown_signature {
    cm_sig_alg alg; /* CM_SIG_NONE: none that C2PA allows */
    cm_shown_certificate signer;
    bool stamped; /* there is a time-stamp that can be read */
    time_t time;
    cm_shown_certificate authority;
} cm_shown_signature;

/* Reads a signature box's CBOR; false when there is no certificate in it, or memory is short. Free
 * with cm_shown_signature_free() in either case. */
bool cm_shown_signature_read(cm_bytes cose, const cm_limits *limits, cm_shown_signature *out);
void cm_shown_signature_free(cm_shown_signature *s);

#endif
