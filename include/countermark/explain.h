/* C2PA's validation status codes, in plain words. */
#ifndef COUNTERMARK_EXPLAIN_H
#define COUNTERMARK_EXPLAIN_H

#include <stddef.h>
#include <countermark/error.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cm_explanation {
    const char *code;    /* "assertion.dataHash.mismatch", as in a report's status */
    const char *kind;    /* "success", "informational" or "failure" */
    const char *clause;  /* of C2PA 2.2 unless it says otherwise */
    const char *meaning; /* a sentence or two */
    const char *advice;  /* what to do about it; "" where there is nothing to do;
                            "Never reported: " and why, where we don't */
} cm_explanation;

/* Of one code; NULL for one that is neither C2PA's nor reported here. */
CM_API const cm_explanation *cm_explain(const char *code);

/* All of them, in the order of a table: NULL from the end on. */
CM_API const cm_explanation *cm_explain_at(size_t index);

#ifdef __cplusplus
}
#endif
#endif
