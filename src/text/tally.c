#include "text/tally.h"

#include <math.h>
#include <stdlib.h>

#include "base/tails.h"

cm_code cm_tally_open(cm_tally *t, cm_error *err) {
    *t = (cm_tally){0};
    return cm_cells_new(&t->cells, err);
}

void cm_tally_close(cm_tally *t) {
    cm_cells_free(t->cells);
    free(t->spans.span);
    *t = (cm_tally){0};
}

cm_code cm_tally_finish(cm_tally *t, const cm_law *law, double decades, double tests,
                        cm_text_evidence *out, cm_error *err) {
    cm_code code = cm_cells_spans(t->cells, t->tokens, law, log(2) + log(tests), &t->spans, err);
    if (code != CM_OK)
        return code;
    *out = (cm_text_evidence){.tokens = t->tokens,
                              .scored = t->scored,
                              .duplicates = t->duplicates,
                              .peer_p = NAN,
                              .tests = tests};
    double whole = t->scored > 0 ? law->tail(law->with, t->scored, t->sum) / CM_LN10 : 0;
    out->log10_p = fmin(0, whole + log10(tests));
    if (t->spans.tried > 0) {
        out->log10_p = fmin(0, fmin(out->log10_p + log10(2), t->spans.best_log10_p));
        out->tests = tests * (1 + t->spans.tried);
    }
    out->spans = t->spans.span;
    out->span_count = t->spans.count;
    out->needed = cm_text_needed(t->tokens, t->scored, out->tests, decades);
    return CM_OK;
}
