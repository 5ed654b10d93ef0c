/* What a manifest's signer states besides how the file was made: about the system that made it, and
 * about its model. It is signed, and that is all: nobody here has checked whether it is true
 * (spec/labels.md §3). */
#ifndef COUNTERMARK_STATEMENTS_H
#define COUNTERMARK_STATEMENTS_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Texts are UTF-8; NULL where nothing is said. */

/* org.countermark.disclosure: who offers the system that made the file, and when it was made. */
typedef struct cm_disclosure {
    const char *provider;
    const char *system, *version;
    const char *time; /* RFC 3339 */
    const char *id;   /* of the content */
} cm_disclosure;

/* org.countermark.attestations: how a model did in an evaluation. */
typedef struct cm_attestation {
    const char *kind; /* "truthfulness", "toxicity", "refusal", "leakage", "other" */
    const char *evaluation, *version;
    const char *subject; /* what was evaluated */
    const char *text;    /* the result, where it is no number */
    double number;       /* the result, where `text` is NULL */
    const char *unit;
    bool has_scale; /* the number lies between these two */
    double least, most;
    const char *better;             /* "higher", "lower" */
    const char *date;               /* of the evaluation, RFC 3339 */
    const char *alg, *digest, *url; /* of its report; the digest in hexadecimal */
} cm_attestation;

/* c2pa.ai-disclosure (C2PA 2.4 §18.28): which model. */
typedef struct cm_ai_disclosure {
    const char *model_type, *model_name, *model_identifier;
    const char *oversight; /* "fully_autonomous", "prompt_guided", "human_validated" */
    const char *domains;   /* arXiv's, with blanks between them */
} cm_ai_disclosure;

typedef struct cm_statements {
    const cm_disclosure *disclosure; /* NULL: none */
    const cm_attestation *attestations;
    size_t attestation_count;
    const cm_ai_disclosure *ai;
    size_t ai_count;
} cm_statements;

#ifdef __cplusplus
}
#endif
#endif
