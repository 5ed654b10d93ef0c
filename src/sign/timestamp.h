/* RFC 3161 time-stamps in a COSE signature's headers (C2PA 2.2 §10.3.2.5, §15.8). */
#ifndef CM_SIGN_TIMESTAMP_H
#define CM_SIGN_TIMESTAMP_H

#include "sign/cert.h"
#include "sign/cose.h"

typedef enum cm_stamp_result {
    CM_STAMP_ABSENT,
    CM_STAMP_MALFORMED,
    CM_STAMP_MISMATCH,         /* made over something else, or its signature is wrong */
    CM_STAMP_OUTSIDE_VALIDITY, /* the authority's certificate wasn't valid then */
    CM_STAMP_UNTRUSTED,        /* right, but under no anchor that we were given */
    CM_STAMP_TRUSTED
} cm_stamp_result;

typedef struct cm_stamp {
    cm_stamp_result result;
    time_t time;                  /* UNTRUSTED, TRUSTED: what it attests */
    char authority[CM_CERT_TEXT]; /* the same: who says so */
    bool unfit;                   /* UNTRUSTED: its certificate isn't one for time-stamps */
    char why[CM_CERT_TEXT];       /* what is wrong, for a person */
    uint64_t cost;                /* of its signature, if that was looked at: in units of
                                   * cm_sig_cost(), CM_STAMP_COST at most */
} cm_stamp;

/* Whether the signature has a time-stamp of its own. */
bool cm_stamp_present(const cm_cose *cose);

/* What judging one costs at the most, in units of cm_sig_cost(), without its authority's chain. */
enum { CM_STAMP_COST = 140 };

/* Judges the time-stamp of a signature over `claim`. "sigTst2" stamps the signature, the older
 * "sigTst" the claim. Malformed input is a result, never an error. */
void cm_stamp_check(const cm_cose *cose, cm_bytes claim, const cm_trust *authorities,
                    cm_stamp *out);

/* What the time-stamp of a signature says, unjudged: false when there is none that can be read.
 * Free *certificate, the authority's, with X509_free(). */
bool cm_stamp_read(const cm_cose *cose, time_t *time, X509 **certificate);

/* Judges a token by itself, for these bytes. */
void cm_stamp_judge(cm_bytes token, cm_bytes message, const cm_trust *authorities, cm_stamp *out);

#endif
