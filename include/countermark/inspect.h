/* Inspecting a file: who signed it, is it intact, which watermark does it carry, what does it say
 * of itself. The answer is a report; only a question that can't be answered is an error. */
#ifndef COUNTERMARK_INSPECT_H
#define COUNTERMARK_INSPECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <countermark/error.h>
#include <countermark/key.h>
#include <countermark/limits.h>
#include <countermark/statements.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The answer in one word (spec/report.md §2). "Human" or "not generated" is never among them:
 * nothing found means that nothing was found. */
typedef enum cm_verdict {
    CM_VERDICT_TRUSTED,     /* an intact manifest by a signer under a trust anchor */
    CM_VERDICT_UNTRUSTED,   /* an intact manifest by an unknown signer */
    CM_VERDICT_INVALID,     /* a manifest that doesn't hold */
    CM_VERDICT_MARKED,      /* no manifest, but a watermark */
    CM_VERDICT_NONE,        /* nothing found */
    CM_VERDICT_INCONCLUSIVE /* too little to tell */
} cm_verdict;

/* "trusted", …; never NULL. */
CM_API const char *cm_verdict_name(cm_verdict verdict);

/* The command's exit code for a verdict: 0 trusted or marked, 1 none, 3 invalid, 4 untrusted,
 * 5 inconclusive. */
CM_API int cm_verdict_exit_code(cm_verdict verdict);

/* The layers of evidence, to be joined with |. */
enum {
    CM_LOOK_MANIFEST = 1,
    CM_LOOK_WATERMARK = 2, /* under the keys given */
    CM_LOOK_DECLARED = 4,
    CM_LOOK_FOREIGN = 8, /* marks of other people's software: they need no key */
    CM_LOOK_ALL = 15
};

/* What is needed to read a mark of blind_watermark. */
typedef struct cm_blind_watermark {
    uint32_t password_payload; /* its password_wm */
    uint32_t password_picture; /* its password_img */
    uint32_t bits;             /* of the payload, 1..CM_BLIND_WATERMARK_BITS_MAX */
} cm_blind_watermark;
enum { CM_BLIND_WATERMARK_BITS_MAX = 65536 };

/* The version of C2PA's specification by which manifests are judged (spec/manifest.md §7 has what
 * differs). */
enum { CM_POLICY_NEWEST = 0, CM_POLICY_2_2 = 22, CM_POLICY_2_4 = 24, CM_POLICY_2_5 = 25 };

typedef struct cm_inspect_options {
    unsigned layers;           /* CM_LOOK_…; 0 means CM_LOOK_ALL */
    const cm_key *const *keys; /* the ring; each public, or secret for both layers */
    size_t key_count;          /* with 0 none of ours is looked for, and the report says so */
    const char *const *trust;  /* PEM files with trust anchors for signers and time-stamps */
    size_t trust_count;        /* with 0 nobody is trusted */
    const cm_limits *limits;   /* NULL: the default */
    bool fast;                 /* watermark: no search for rotation and scale */
    const char *sidecar;       /* a manifest store beside the file; NULL: only inside it */
    void (*progress)(void *context, double done); /* 0..1, now and then; NULL for none */
    void *progress_context;
    const cm_blind_watermark *blind_watermark; /* to read with CM_LOOK_FOREIGN; NULL for none */
    /* That search a picture for watermarks: 0 or 1: the calling one alone; CM_THREADS_ALL: as many
     * as there are processors. None outlives the call, and the report doesn't depend on it. */
    int threads;
    /* PEM files with trust anchors for time-stamp authorities alone; with 0, `trust` serves for
     * these too. */
    const char *const *tsa_trust;
    size_t tsa_trust_count;
    bool no_digest; /* leave out the whole file's SHA-256: faster where only the manifest counts */
    int policy;     /* CM_POLICY_… */
    /* Files with certificates that are trusted by themselves as signers of claims: PEM, or the
     * SHA-256 of their DER in base64 on lines of their own. */
    const char *const *allowed;
    size_t allowed_count;
    /* PEM files with trust anchors for identity assertions (CAWG); with 0 nobody vouches for any.
     */
    const char *const *identity_trust;
    size_t identity_trust_count;
    /* A file that names anchors, allowed certificates and purposes (JSON, spec/manifest.md §8),
     * beside those named here; NULL for none. */
    const char *trust_config;
    /* Fetches the manifest store that a file without one names by an address (XMP's
     * dcterms:provenance, a block or link in a text), over http and https and from public addresses
     * alone: whoever made the file learns that it is looked at, when, and from where.
     * CM_ERR_UNSUPPORTED in builds without HTTP. */
    bool online;
} cm_inspect_options;

/* One line of C2PA validation. */
typedef struct cm_status_line {
    const char *code; /* C2PA's own, such as "assertion.dataHash.mismatch" */
    const char *url;  /* the box it is about; "" for none */
    const char *explanation;
    bool failure;
    const char *ingredient; /* of the manifest of an ingredient: URI of the assertion that leads
                             * there; NULL: of the active manifest */
} cm_status_line;

typedef struct cm_binding_line {
    const char *alg;
    const char *value; /* as text where it is text, otherwise hexadecimal */
} cm_binding_line;

/* A manifest store and what became of it. Strings may be NULL where nothing is known. */
/* An identity that the manifest asserts besides its signer's (CAWG identity 1.1). */
typedef struct cm_identity_line {
    const char *type;          /* of its signature, "cawg.x509.cose"; "" when it can't be read */
    const char *state;         /* "trusted": signed so, under an anchor for identities; "valid":
                                  signed so, but nobody vouches for the name; "invalid";
                                  "unverified": of a kind that we don't verify */
    const char *name, *issuer; /* of its certificate; NULL unless it is trusted or valid */
} cm_identity_line;

typedef struct cm_manifest_evidence {
    const char *state;  /* "trusted", "valid", "invalid", or "unsupported" */
    const char *policy; /* version of C2PA by which it was judged: "2.5" */
    const char *remote; /* address that it was fetched from, or was to be; NULL for one at hand */
    const char *active; /* label of the active manifest */
    const char *claim_generator;
    const char *signer; /* common name */
    const char *issuer;
    const char *alg;  /* "es256", … */
    const char *time; /* trusted time-stamp, RFC 3339 */
    const char *digital_source_type;
    const cm_binding_line *bindings;
    size_t binding_count;
    const cm_identity_line *identities;
    size_t identity_count;
    const cm_status_line *status;
    size_t status_count;
    cm_statements statements; /* of its signer; none unless the manifest holds */
} cm_manifest_evidence;

/* A rectangle that carries the mark by itself, in pixels as displayed. */
typedef struct cm_mark_region {
    int x, y, w, h;
    double log10_p;
} cm_mark_region;

typedef struct cm_watermark_evidence {
    const char *scheme;
    const char *key; /* the key's name */
    bool public_layer;
    double log10_p; /* corrected for everything that was tried */
    uint64_t tests; /* how many tests it was corrected for */
    bool has_payload;
    uint64_t payload;
    int payload_bits; /* 64 or 16; 0 of a mark that says no more than that it is there; -1: unread
                       */
    int bits_corrected;
    double rotation_deg; /* geometry against the picture that was marked */
    double scale_x, scale_y;
    bool flip;
    double offset_x, offset_y;
    const cm_mark_region *regions;
    size_t region_count;
} cm_watermark_evidence;

/* A mark of other people's software in a picture (spec/image-peers.md). */
typedef struct cm_foreign_evidence {
    const char *scheme;  /* "invisible-watermark" or "blind_watermark" */
    const char *decoder; /* "dwtDct uint8", "dwtDct float", "dwtDctSvd uint8", … */
    bool swapped;        /* read with red and blue in one another's place */
    const char *name;    /* whose payload it is: "Stable Diffusion XL"; NULL where any may be */
    const char *payload; /* zeros and ones, as that name's pictures have them; NULL without it */
    const char *bits;    /* as read */
    size_t bit_count;
    size_t matched;    /* how many of the bits agree with the payload */
    double log10_p;    /* corrected for everything that was tried; NaN: no test, so no evidence */
    uint64_t tests;    /* how many tests it was corrected for */
    double separation; /* how well zeros and ones part: share of the variance, 0..1 */
} cm_foreign_evidence;

/* A run of tokens that carries the mark by itself: tokens [start, end), and the bytes of the text
 * that they are (both 0 where the file held ids). */
typedef struct cm_mark_span {
    uint64_t start, end;
    uint64_t start_byte, end_byte;
    double log10_p;
} cm_mark_span;

/* A watermark in a text, or the trace of one. */
typedef struct cm_text_mark_evidence {
    const char *scheme;
    const char *variant; /* cm-text-1: "gumbel-32", "green", …; else "" */
    const char *key;     /* the key's name; NULL for schemes whose key is among their parameters */
    bool public_layer;
    uint64_t tokens;     /* of the text */
    uint64_t scored;     /* that counted */
    uint64_t duplicates; /* that didn't, since the same was there before */
    const char *statistic_name;
    double statistic;
    double peer_p; /* NaN unless the p-value of the scheme's own software was asked for */
    double
        log10_p; /* corrected for everything that was tried, and calibrated where that was asked */
    bool calibrated;
    double tests; /* how many tests it was corrected for */
    bool has_payload;
    uint64_t payload;
    int payload_bits;
    double payload_log10_error; /* of a bound of the probability that it is wrong; 0 without one */
    const cm_mark_span *spans;
    size_t span_count;
} cm_text_mark_evidence;

/* What unsigned metadata says: weak, since anyone can write or remove it. */
typedef struct cm_declared_evidence {
    const char *source; /* where it stands, such as "xmp" */
    const char *field;
    const char *value;
    const char *meaning; /* in plain words */
    bool covered; /* by the hash of a manifest that holds: it stood there when it was signed */
} cm_declared_evidence;

/* The whole answer. Everything in it belongs to the report. */
typedef struct cm_inspection {
    const char *file;       /* the path as given; "-" for standard input; "" for pixels */
    const char *media_type; /* told from the bytes; "pixels" for those */
    uint64_t size;
    char sha256[65]; /* "" for pixels, and with no_digest */
    cm_verdict verdict;
    const cm_manifest_evidence *manifest;   /* NULL: none there, or not looked for */
    const cm_watermark_evidence *watermark; /* the strongest; NULL: none, or not looked for */
    const cm_foreign_evidence *foreign;     /* what was found, then what was only read */
    size_t foreign_count;
    const cm_text_mark_evidence
        *text_mark;       /* of a text: the strongest test, whatever its outcome */
    uint64_t text_needed; /* about how many tokens would show an ordinary mark; 0 for enough */
    const cm_declared_evidence *declared;
    size_t declared_count;
    const char *const *limits; /* what was not looked at, or can't be concluded */
    size_t limit_count;
    const cm_watermark_evidence
        *other_watermarks; /* of further keys or payloads, the strongest first */
    size_t other_watermark_count;
} cm_inspection;

/* Prepared to inspect any number of files: keys and anchors are read once. Threads may share it;
 * the keys must outlive it. */
typedef struct cm_inspector cm_inspector;

CM_API cm_code cm_inspector_new(const cm_inspect_options *options, cm_inspector **out,
                                cm_error *err);
CM_API void cm_inspector_free(cm_inspector *inspector); /* NULL is allowed */

/* Inspects a file; "-" is standard input. Free with cm_inspection_free(). */
CM_API cm_code cm_inspect(const cm_inspector *inspector, const char *path, cm_inspection **out,
                          cm_error *err);
CM_API void cm_inspection_free(cm_inspection *report); /* NULL is allowed */

/* The report as JSON (spec/report.md): over several lines, or as one line. Free with free(). */
CM_API cm_code cm_inspection_json(const cm_inspection *report, bool one_line, char **out,
                                  cm_error *err);

/* The manifest store and what was found about it as C2PA's "Content Credentials JSON" (crJSON 2.4;
 * spec/report.md §6). CM_ERR_ARGUMENT when the report has no manifest. Free with free(). */
CM_API cm_code cm_inspection_crjson(const cm_inspection *report, bool one_line, char **out,
                                    cm_error *err);

/* The manifests as a tree for a person: what is wrong with each, who signed it, what it says was
 * done, what it was made from. CM_ERR_ARGUMENT when the report has no manifest. Free with free().
 */
CM_API cm_code cm_inspection_tree(const cm_inspection *report, char **out, cm_error *err);

/* An error as the JSON object that takes a report's place. Free with free(). */
CM_API cm_code cm_error_json(const char *file, const cm_error *what, bool one_line, char **out,
                             cm_error *err);

/* The report for a person. Free with free(). */
CM_API cm_code cm_inspection_text(const cm_inspection *report, char **out, cm_error *err);

/* Writes the picture, greyed, with the places that carry marks in a colour for each and a legend
 * below, as PNG. CM_ERR_ARGUMENT when the report holds no watermark, or is about bare pixels. */
CM_API cm_code cm_inspection_heatmap(const cm_inspection *report, const char *path, cm_error *err);

#ifdef __cplusplus
}
#endif
#endif
