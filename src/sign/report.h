/* What verification found: a verdict with its reasons. It owns all of its texts, which are UTF-8
 * without control characters. */
#ifndef CM_SIGN_REPORT_H
#define CM_SIGN_REPORT_H

#include <countermark/statements.h>

#include <time.h>

#include "base/buf.h"
#include "sign/sigalg.h"
#include "sign/status.h"

typedef enum cm_state {
    CM_STATE_INVALID,     /* something is wrong, and `status` says what */
    CM_STATE_UNSUPPORTED, /* nothing is wrong that we can see, but we can't see everything:
                           * `limits` says what */
    CM_STATE_VALID,       /* intact, but who signed it isn't known to be trustworthy */
    CM_STATE_TRUSTED      /* intact, and signed by somebody under a trust anchor */
} cm_state;

/* "invalid", "unsupported", "valid", "trusted". */
const char *cm_state_name(cm_state state);

typedef struct cm_status {
    cm_status_id id;
    const char *url;         /* the box that it is about, "self#jumbf=…"; "" for none */
    const char *explanation; /* English, for a person */
    const char *ingredient;  /* URI of the ingredient assertion that leads to the manifest meant;
                              * NULL: it is the active one */
    cm_bytes manifest;       /* label of the manifest meant; {NULL, 0}: the store as a whole */
    bool known;              /* no news of an ingredient: it goes to cm_report.aside */
    bool limit;              /* a bound of ours, and not the file's fault */
} cm_status;

typedef struct cm_report_binding {
    const char *alg;
    cm_bytes value;
} cm_report_binding;

/* Somebody who says that they had a part in the asset. */
typedef struct cm_report_identity {
    const char *name, *issuer; /* of the certificate; NULL unless the signature is right */
    const char *type;          /* of the signature, "cawg.x509.cose"; "" when it can't be read */
    const char *state;         /* "trusted", "valid", "invalid", "unverified" */
} cm_report_identity;

typedef struct cm_report {
    cm_state state;
    const char *active;          /* label of the active manifest, or NULL */
    const char *title;           /* dc:title, or NULL */
    const char *claim_generator; /* "name/version", or NULL */
    const char *signer_name;     /* only when the signature is right; otherwise NULL */
    const char *signer_issuer;   /* the same */
    cm_sig_alg signer_alg;       /* CM_SIG_NONE when not known */
    bool time_known;             /* by a time-stamp from a trusted authority */
    time_t time;
    const char *time_authority;      /* who stamped it, or NULL */
    const char *digital_source_type; /* of the first action, or NULL */
    cm_report_binding *bindings;     /* soft bindings of the active manifest */
    size_t binding_count;
    cm_report_identity *identities; /* of the active manifest */
    size_t identity_count;
    cm_disclosure *disclosure; /* what else the active manifest's signer states; NULL: none */
    cm_attestation *attestations;
    size_t attestation_count;
    cm_ai_disclosure *ai;
    size_t ai_count;
    cm_status *status;
    size_t status_count;
    cm_status *aside; /* of ingredients: successes, and what was known when they were taken in.
                       * They count for nothing, and show that it was looked */
    size_t aside_count;
    bool boxes_left_out; /* of the hash, by the signer */
    bool exhausted;      /* judging it would have taken more work than allowed */
    bool unbound;        /* the hard binding is of a kind that we can't check */
    const char **limits; /* what was not looked at, in English */
    size_t limit_count;
    struct cm_report_memory *memory;
    bool failed; /* ran out of memory while it was written */
} cm_report;

cm_report *cm_report_new(void); /* NULL when memory is short; starts as CM_STATE_INVALID */
void cm_report_free(cm_report *r);

/* A copy that lives as long as the report; "" when memory is short. */
const char *cm_report_text(cm_report *r, cm_bytes text);

/* Add to the lists. What doesn't fit into memory sets `failed`. */
void cm_report_status(cm_report *r, const cm_status *status); /* copies its texts */
void cm_report_binding_add(cm_report *r, cm_bytes alg, cm_bytes value);
void cm_report_identity_add(cm_report *r, const cm_report_identity *identity); /* borrows texts */
/* Of the statuses added since there were `mark`: whether one is a failure; forgets them. */
bool cm_report_failed(const cm_report *r, size_t mark);
void cm_report_take_back(cm_report *r, size_t mark);

void cm_report_limit(cm_report *r, const char *text); /* said once, however often it is met */

/* Whether a status with this id is there for the active manifest. */
bool cm_report_has(const cm_report *r, cm_status_id id);

/* Whether a manifest that holds has a hash over all of the asset but its own store: whatever stands
 * in it is as it was when it was signed. */
bool cm_report_covers(const cm_report *r);

/* Appends the findings as the CBOR validation-results-map of C2PA 2.2 §15.2.1, for the ingredient
 * assertion of whoever builds on the asset. */
void cm_report_results(const cm_report *r, cm_buf *out);

#endif
