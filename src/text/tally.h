/* What detectors of their own have in common: scores that count once, added up over the text and
 * over its spans, and the evidence of it all (spec/statistics.md §4, §5). */
#ifndef CM_TEXT_TALLY_H
#define CM_TEXT_TALLY_H

#include "text/series.h"

typedef struct cm_tally {
    cm_cells *cells;
    cm_spans spans;
    double sum;
    uint64_t tokens, scored, duplicates;
} cm_tally;

cm_code cm_tally_open(cm_tally *t, cm_error *err);
void cm_tally_close(cm_tally *t);

/* The score of token number `token` of the text, once for each window that counts. */
static inline void cm_tally_add(cm_tally *t, uint64_t token, double score) {
    t->scored++;
    t->sum += score;
    cm_cells_add(t->cells, token, score);
}

/* Fills all of *out but the statistic and the payload: log10_p = min(1, 2 p of the whole, 2 p of
 * the best span times spans tried), times `tests`. `tokens` and `duplicates` were filled by the
 * caller. The spans belong to the tally. */
cm_code cm_tally_finish(cm_tally *t, const cm_law *law, double decades, double tests,
                        cm_text_evidence *out, cm_error *err);

#endif
