/* COSE_Sign1 (RFC 9052 §4.2) as C2PA uses it (2.2 §13.2): tag 18, the claim as detached payload,
 * algorithm and certificate chain in the protected header. */
#ifndef CM_SIGN_COSE_H
#define CM_SIGN_COSE_H

#include "sign/cbor.h"
#include "sign/signer.h"

typedef struct cm_cose {
    cm_cbor document;
    cm_cbor header;            /* the protected one; empty when it is a string of length 0 */
    cm_bytes protected_bytes;  /* its encoding: part of what is signed */
    const cm_cbor_item *fixed; /* the protected header map, or NULL */
    const cm_cbor_item *loose; /* the unprotected one */
    cm_bytes signature;
} cm_cose;

/* Parses a signature box's content, which must outlive the result. CM_ERR_FORMAT. Free with
 * cm_cose_free(). */
cm_code cm_cose_parse(cm_bytes bytes, const cm_limits *limits, cm_cose *out, cm_error *err);
void cm_cose_free(cm_cose *cose);

/* The algorithm, from the protected header alone (C2PA 2.2 §13.2.4). CM_SIG_NONE when it is
 * missing or not allowed. */
cm_sig_alg cm_cose_alg(const cm_cose *cose);

/* The same under C2PA 2.5 (12.3.1), which adds ESP256, ESP384 and ESP512 (RFC 9864): those are told
 * as ES256, ES384 and ES512, and `exact` is set, as each goes with one curve alone. `other` is set
 * for ML-DSA, which is allowed and which we don't know. */
cm_sig_alg cm_cose_alg_2_5(const cm_cose *cose, bool *exact, bool *other);

/* The certificates (DER, borrowed) of x5chain, leaf first: label 33 (RFC 9360) or, where that is
 * nowhere, the older "x5chain", in either header (C2PA 2.2 §14.6). Gives 0 when there are none,
 * more than `most`, or one in both headers. */
size_t cm_cose_chain(const cm_cose *cose, cm_bytes *certificates, size_t most);

/* Whether every header that RFC 9052 §3.1 makes critical is one that we understand. */
bool cm_cose_critical_ok(const cm_cose *cose);

/* Appends the bytes that are signed (Sig_structure, RFC 9052 §4.4). */
void cm_cose_to_be_signed(cm_buf *out, const char *context, cm_bytes protected_bytes,
                          cm_bytes payload);

/* Appends the bytes that a time-stamp of the signature is made over (C2PA 2.2 §10.3.2.5). */
void cm_cose_to_be_stamped(cm_buf *out, cm_bytes protected_bytes, cm_bytes signature);

/* Bytes that cm_cose_sign() writes when it is not asked to fill up. */
size_t cm_cose_size(const cm_signer *signer);

/* Appends a signature over `payload`, `size` bytes long: zeros in the unprotected header make up
 * the difference to cm_cose_size(). CM_ERR_ARGUMENT when size is too small, or one of the few that
 * padding can't reach: cm_cose_reachable() tells the next that can be. */
cm_code cm_cose_sign(const cm_signer *signer, cm_bytes payload, size_t size, cm_buf *out,
                     cm_error *err);
size_t cm_cose_reachable(const cm_signer *signer, size_t size);

/* What goes into the unprotected header beside the signature. */
typedef struct cm_cose_more {
    /* Appends a time-stamp token (RFC 3161) of `message`; NULL for none. */
    cm_code (*stamp)(void *context, cm_bytes message, cm_buf *token, cm_error *err);
    void *context;
    cm_bytes ocsp; /* a response (DER) about the signer's certificate, or {NULL, 0} */
} cm_cose_more;

/* As cm_cose_sign(), with more. CM_ERR_LIMIT: `size` is too small, and *needed would do. */
cm_code cm_cose_sign_with(const cm_signer *signer, const cm_cose_more *more, cm_bytes payload,
                          size_t size, size_t *needed, cm_buf *out, cm_error *err);

/* A signature and what goes with it, before it is settled how long the structure shall be. */
typedef struct cm_cose_made {
    cm_buf header; /* the protected one */
    cm_buf signature;
    cm_buf more; /* of the unprotected header: `count` pairs */
    size_t count;
} cm_cose_made;

enum {
    CM_COSE_PADDING = 5, /* least bytes of padding: "pad" and an empty string */
    CM_COSE_SLACK = 64   /* a token made again may be some bytes longer */
};

/* Signs. A blank has all but what is signed, and 0xff for a signature. Free both, also after a
 * failure, with cm_cose_made_free(). */
cm_code cm_cose_make(const cm_signer *signer, const cm_cose_more *more, cm_bytes payload,
                     cm_cose_made *out, cm_error *err);
cm_code cm_cose_blank(const cm_signer *signer, cm_cose_made *out, cm_error *err);
void cm_cose_made_free(cm_cose_made *made);

/* Bytes of the structure without padding. */
size_t cm_cose_made_size(const cm_cose_made *made);

/* Appends the structure with so many bytes of padding: none, or CM_COSE_PADDING at least. */
cm_code cm_cose_put(const cm_cose_made *made, size_t padding, cm_buf *out, cm_error *err);

#endif
