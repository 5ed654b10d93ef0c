/* What the parts of verification share. One manifest is looked at at a time: the active one first,
 * then those that its ingredients lead to, from a work list and without recursion. */
#ifndef CM_SIGN_VERIFY_INTERNAL_H
#define CM_SIGN_VERIFY_INTERNAL_H

#include "base/hash.h"
#include "sign/assertion.h"
#include "sign/cbor.h"
#include "sign/jumbf.h"
#include "sign/labels.h"
#include "sign/timestamp.h"
#include "sign/unpack.h"
#include "sign/verify.h"

/* A manifest in the store. */
typedef struct cm_listed {
    const cm_box *box;    /* the manifest: unpacked, where it was compressed */
    const cm_box *placed; /* what stands in the store, and what references hash */
    cm_unpacked unpacked;
    char fault[CM_ERROR_MESSAGE]; /* why it couldn't be unpacked */
    char *ingredient; /* URI of the ingredient assertion that led here; NULL: the active one */
    bool queued;
} cm_listed;

/* What a claim generator says it found wrong with an ingredient, already at the time. */
typedef struct cm_recorded {
    char *code;
    char *url; /* "" when none was given */
} cm_recorded;

/* An assertion that some claim says was redacted. */
typedef struct cm_redaction {
    char *uri;                /* absolute */
    bool declared;            /* the claim of the manifest that it is of names it */
    const cm_listed *said_by; /* the manifest with an action that names it, or NULL; … */
    char *said_at;            /* … and that action's assertion */
} cm_redaction;

/* A time-stamp for another manifest's signature. */
typedef struct cm_kept_stamp {
    cm_bytes manifest; /* its label */
    cm_bytes token;
} cm_kept_stamp;

typedef struct cm_verifier {
    const cm_verify_input *input;
    const cm_verify_options *options;
    cm_limits limits;
    cm_jumbf store;
    cm_report *report;
    cm_error *err;
    cm_code failed;       /* the question can't be answered: memory, I/O */
    cm_listed *manifests; /* in the store's order */
    size_t manifest_count;
    size_t *queue; /* indices into manifests */
    size_t queue_count;
    cm_recorded *recorded;
    size_t recorded_count;
    cm_redaction *redacted;
    size_t redacted_count;
    cm_bytes *responses; /* OCSP responses in certificate status assertions of manifests before */
    size_t response_count;
    cm_kept_stamp *stamps; /* in time-stamp assertions of manifests before */
    size_t stamp_count;
    size_t items_left;     /* CBOR items that may still be parsed, */
    uint64_t steps_left;   /* boxes that may still be gone past in search of others, */
    uint64_t hashing_left; /* bytes that may still be hashed: a small store can name much work */
    size_t unpacking_left; /* bytes that compressed manifests may still unpack to, */
    size_t boxes_left;     /* and boxes in them */
    uint64_t signing_left; /* work on signatures, in the units of cm_sig_cost() */
    bool exhausted;        /* one of these has been used up, and was noted */
    bool compared;         /* the asset with a hash, or it was said why not */
    const cm_box *bound;   /* the manifest whose hard binding is the asset's */
    bool updated;          /* it is not the active one: update manifests stand between */
    cm_span part;          /* of the asset, that a hash is about: all of it, or one of several */
} cm_verifier;

/* An assertion that the claim refers to. */
typedef struct cm_declared {
    const cm_box *box;
    cm_bytes base; /* its label without "__1" */
    bool created;  /* in created_assertions, or in a version 1 claim */
    cm_cbor cbor;  /* parsed when it is one that we look into; count is 0 otherwise */
} cm_declared;

/* The manifest under examination. */
typedef struct cm_view {
    const cm_listed *listed;
    const cm_box *box;
    bool active;
    bool update;
    char uri[CM_URI_MAX]; /* self#jumbf=/c2pa/LABEL */
    const cm_box *assertions;
    const cm_box *claim_box;
    cm_bytes claim_bytes; /* what is signed */
    cm_cbor claim;
    const cm_cbor_item *map; /* of the claim */
    int version;             /* 1 or 2 */
    cm_bytes alg;            /* the claim's, or {NULL, 0} */
    cm_declared *declared;
    size_t declared_count;
    uint32_t *declared_as; /* by a box's place in the assertion store: which of them it is, and 1 */
} cm_view;

/* Adds a status on the box `url`. One on an ingredient's manifest is kept aside when it is a
 * success, or was recorded by the claim generator that took the ingredient in. */
void cm_note(cm_verifier *v, const cm_view *m, cm_status_id id, const char *url, const char *format,
             ...) __attribute__((format(printf, 5, 6)));

/* The same of a manifest by itself. */
void cm_note_of(cm_verifier *v, const cm_listed *l, cm_status_id id, const char *url,
                const char *explanation);

/* The same on the assertion of this label. */
void cm_note_assertion(cm_verifier *v, const cm_view *m, cm_status_id id, cm_bytes label,
                       const char *explanation);

/* That assertion's URL, at most 2 * CM_URI_MAX bytes with its NUL. */
void cm_assertion_url(const cm_view *m, cm_bytes label, char *url, size_t size);

/* Out of memory, or I/O: the verdict can't be reached. */
void cm_verify_fail(cm_verifier *v, cm_code code);

/* Whether the policy is that of this version of C2PA, or of a later one. */
bool cm_verify_since(const cm_verifier *v, cm_c2pa version);

/* Budgets of work: each takes what something will cost, or, when that is more than is left, notes
 * that once, ends all work, and gives false. */
void cm_verify_budget(cm_verifier *v, size_t store_size);
bool cm_verify_steps(cm_verifier *v, uint64_t steps);
bool cm_verify_hashing(cm_verifier *v, uint64_t bytes);
bool cm_verify_signing(cm_verifier *v, const EVP_PKEY *key);
bool cm_verify_certificates(cm_verifier *v, size_t count); /* to be read */
bool cm_verify_stamping(cm_verifier *v);                   /* of one time-stamp, before … */
void cm_verify_stamped(cm_verifier *v, const cm_stamp *t); /* … and after it was judged */
void cm_verify_exhaust(cm_verifier *v);

/* Ends the work on a store that is beyond one of our limits: nothing more is noted. That is no
 * fault of the file's, of which the verdict says no more than that it couldn't be judged. */
void cm_verify_give_up(cm_verifier *v, const char *why);

/* In steps: going past an entry of a list where strings are compared, a finding, and an item of
 * CBOR, which may be a key that has to be sorted. */
enum { CM_STEPS_STRING = 4, CM_STEPS_NOTE = 300, CM_STEPS_ITEM = 40 };

/* What some claim so far says of the assertion at this absolute URI: that it was redacted. NULL:
 * none does. */
cm_redaction *cm_verify_redacted(cm_verifier *v, const char *absolute);

/* An action that names what some claim redacts; when all manifests were read, one is found out that
 * names what never was (§15.10.3.2.2). */
void cm_verify_redaction_said(cm_verifier *v, const cm_view *m, cm_redaction *r, cm_bytes label);
void cm_verify_redactions(cm_verifier *v);

/* Whether the box is an assertion of any manifest in the store. */
bool cm_verify_within(cm_verifier *v, const cm_box *box);

/* "relatedAssertions" of an action or an ingredient: notes what it may not hold as `malformed`. */
void cm_verify_related(cm_verifier *v, const cm_view *m, const cm_declared *by,
                       const cm_cbor_item *list, cm_status_id malformed);

/* Hashed URIs anywhere in an assertion's content lead to what they say (§15.10.3.3). */
void cm_verify_references(cm_verifier *v, const cm_view *m, const char *url,
                          const cm_cbor_item *within);

/* Assertions about what lies elsewhere. */
void cm_verify_external(cm_verifier *v, const cm_view *m, const cm_declared *d);

/* Original images that a manifest names. */
void cm_verify_representations(cm_verifier *v, const cm_view *m);

/* Whether both are times, as CBOR has them, and the first is the later one. */
bool cm_times_reversed(const cm_cbor_item *start, const cm_cbor_item *end);

/* A label's part before "__1", which tells instances apart (§6.4), and a URI's last part. */
cm_bytes cm_label_base(cm_bytes label);
cm_bytes cm_uri_label(cm_bytes uri);

/* The URI, which must not be empty, in full and as a new string: relative ones are completed with
 * the manifest's. NULL when memory is short, which fails the verification. */
char *cm_verify_absolute(cm_verifier *v, const cm_view *m, cm_bytes uri);

/* A hashed URI (§8.4.2): the box meant, and whether its hash is right. */
typedef enum cm_link {
    CM_LINK_RIGHT,
    CM_LINK_MISSING,
    CM_LINK_MISMATCH,
    CM_LINK_ALGORITHM
} cm_link;
cm_link cm_verify_link(cm_verifier *v, const cm_view *m, const cm_cbor_item *hashed_uri,
                       const cm_box **box);

/* What a URI points at, as cm_jumbf_resolve(), within the budget of work. */
const cm_box *cm_verify_resolve(cm_verifier *v, const cm_view *m, cm_bytes uri);

/* The algorithm in a structure's "alg", or the claim's (§15.4). Notes algorithm.unsupported. */
cm_hash_alg cm_verify_hash_alg(cm_verifier *v, const cm_view *m, const cm_cbor_item *structure,
                               const char *url);

/* Parses an assertion's CBOR within the budget; false when it is invalid, which is noted. */
bool cm_verify_parse(cm_verifier *v, const cm_view *m, cm_bytes label, cm_bytes content,
                     cm_cbor *out);

/* The parts, in the order in which they run. */
/* Judges and notes the signature's time-stamp, in its header or kept from a manifest before. */
void cm_verify_stamp(cm_verifier *v, const cm_view *m, const cm_cose *cose, const char *url,
                     cm_stamp *out);
void cm_verify_keep_stamps(cm_verifier *v, const cm_view *m); /* for manifests to come */
bool cm_verify_claim(cm_verifier *v, cm_view *m);      /* §15.6; false: nothing more to look at */
void cm_verify_signature(cm_verifier *v, cm_view *m);  /* §15.7–15.9 */
void cm_verify_assertions(cm_verifier *v, cm_view *m); /* §15.10 */
/* Notes what is known of the signer's certificate; false: an authority's above it was revoked. */
bool cm_verify_revocation(cm_verifier *v, const cm_view *m, const cm_cose *cose,
                          STACK_OF(X509) * chain, const cm_stamp *stamp, const char *url);
void cm_verify_keep_responses(cm_verifier *v, const cm_view *m); /* for manifests to come */
void cm_verify_actions(cm_verifier *v, const cm_view *m);
void cm_verify_ingredients(cm_verifier *v, const cm_view *m); /* §15.11 */
void cm_verify_identities(cm_verifier *v, const cm_view *m);  /* CAWG's */
void cm_verify_statements(cm_verifier *v, const cm_view *m);  /* of the signer about the system */
void cm_verify_kind(cm_verifier *v, const cm_view *m);        /* standard or update, §11.2 */
void cm_verify_binding(cm_verifier *v, const cm_view *bound); /* §15.12 */

/* Compares v->part with what an assertion says of it; false: a kind that we can't compute. */
bool cm_verify_hash(cm_verifier *v, const cm_view *m, const cm_declared *hash, cm_bytes kind);
/* Whether a box holds metadata, and whether a range lies within what such a box holds: what a
 * signer may leave out of the hash. Not known of assets without a list of boxes. */
bool cm_verify_is_metadata(const cm_verify_box *box);
bool cm_verify_in_metadata(const cm_verify_input *in, cm_span range);

void cm_verify_box_hash(cm_verifier *v, const cm_view *m, const cm_declared *hash);

/* The asset as a whole is not what was signed, as statuses from `mark` on say; of a multi-asset
 * hash's parts, those that are there may be (§15.12.4). */
void cm_verify_parts(cm_verifier *v, const cm_view *m, size_t mark);

/* The declared assertion that a URI names; NULL when the claim declares none such. */
const cm_declared *cm_view_find(const cm_view *m, const cm_box *box);

/* Whether an assertion of this kind binds the asset by a hash, and whether its label is of those
 * that hashes of anything have: parts' too. */
bool cm_is_hard_binding(cm_bytes base_label);
bool cm_is_hash(cm_bytes base_label);

/* Whether it is an ingredient assertion, of any version. */
bool cm_is_ingredient(cm_bytes base_label);
bool cm_is_actions(cm_bytes base_label);
bool cm_is_thumbnail(cm_bytes base_label);

/* Whether it is one of those that cm_verify_statements() reads. */
bool cm_is_statement(cm_bytes base_label);

#endif
