/* Which part of a text carries the mark: a scan over many spans, each with the same law of chance,
 * paid for in the p-value (spec/statistics.md §3). */
#ifndef CM_TEXT_SPANS_H
#define CM_TEXT_SPANS_H

#include <countermark/text.h>

#include "base/error.h"

/* ln of P(a sum of n scores without a mark >= sum). */
typedef double cm_law_tail(const void *law, uint64_t n, double sum);

/* Neighbouring scored tokens, added up. */
typedef struct cm_cell {
    uint64_t start, end; /* tokens [start, end) of the text */
    uint32_t scored;
    double sum;
} cm_cell;

typedef struct cm_span_job {
    const cm_cell *cells; /* in the order of the text */
    size_t count;
    cm_law_tail *tail;
    const void *law;
    double mean, variance; /* of one score: only spans well above the mean are looked at closely */
    double extra_ln;       /* ln of what each p-value has to be multiplied by besides the spans */
    double most_log10;     /* a span is reported up to this corrected p-value */
} cm_span_job;

typedef struct cm_spans {
    cm_text_span *span; /* in the order of the text, apart from each other; free with free() */
    size_t count;
    double best_log10_p; /* of the best span, corrected for all spans tried */
    double tried;        /* how many spans that was */
} cm_spans;

/* Tries spans of lengths in steps of about a quarter from 8 cells on, every quarter of their
 * length, and the whole. */
cm_code cm_spans_find(const cm_span_job *job, cm_spans *out, cm_error *err);

#endif
