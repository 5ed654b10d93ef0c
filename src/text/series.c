#include "text/series.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/tails.h"

struct cm_series {
    const cm_series_rule *rule;
    const void *self;
    cm_windows *windows;
    cm_cells *cells;
    cm_spans spans;
    double sum;
    uint64_t repeated;
    double repeated_sum;
    double *score; /* of a block's windows */
};

/* A block is added up by itself first, so that long texts do not lose digits. */
static cm_code add_block(void *user, const cm_window_block *block, cm_error *err) {
    cm_series *s = user;
    double sum = 0;
    cm_code code = s->rule->score(s->self, block, s->score, err);
    if (code != CM_OK)
        return code;
    for (size_t i = 0; i < block->count; i++)
        sum += s->score[i];
    if (block->repeated) {
        s->repeated += block->count;
        s->repeated_sum += sum;
        return CM_OK;
    }
    s->sum += sum;
    cm_cells_add_all(s->cells, block->offset, block->at, s->score, block->count);
    return CM_OK;
}

cm_code cm_series_new(const cm_series_rule *rule, const void *self, cm_series **out,
                      cm_error *err) {
    *out = NULL;
    cm_series *s = cm_calloc(1, sizeof *s);
    if (s == NULL)
        return cm_fail_memory(err);
    s->rule = rule;
    s->self = self;
    s->score = cm_alloc_aligned(CM_WINDOW_BLOCK, sizeof *s->score);
    cm_code code = s->score != NULL ? cm_cells_new(&s->cells, err) : cm_fail_memory(err);
    if (code == CM_OK)
        code = cm_windows_new(&rule->windows, add_block, s, &s->windows, err);
    if (code != CM_OK) {
        cm_series_free(s);
        return code;
    }
    *out = s;
    return CM_OK;
}

void cm_series_free(cm_series *s) {
    if (s == NULL)
        return;
    cm_windows_free(s->windows);
    cm_cells_free(s->cells);
    free(s->spans.span);
    free(s->score);
    free(s);
}

cm_code cm_series_feed(cm_series *s, const uint32_t *ids, const float *probability, size_t n,
                       cm_error *err) {
    return cm_windows_feed(s->windows, ids, probability, n, err);
}

static double statistic(const cm_series *s, uint64_t n, double sum) {
    const cm_law *law = &s->rule->law;
    if (n == 0)
        return 0;
    if (s->rule->statistic != NULL)
        return s->rule->statistic(s->self, n, sum);
    return (sum - (double)n * law->mean) / sqrt((double)n * law->variance);
}

cm_code cm_series_finish(cm_series *s, cm_text_evidence *out, cm_error *err) {
    cm_window_counts counts;
    const cm_law *law = &s->rule->law;
    *out = (cm_text_evidence){.statistic_name = s->rule->statistic_name, .tests = 1};
    cm_code code = cm_windows_end(s->windows, &counts, err);
    if (code == CM_OK)
        code = cm_cells_spans(s->cells, counts.tokens, law, log(2), &s->spans, err);
    if (code != CM_OK)
        return code;
    out->tokens = counts.tokens;
    out->scored = counts.scored;
    out->duplicates = counts.duplicates;
    uint64_t n = counts.scored + s->repeated;
    out->statistic = statistic(s, n, s->sum + s->repeated_sum);
    out->peer_p = s->rule->peer_p != NULL ? s->rule->peer_p(s->self, n, out->statistic) : NAN;
    double whole = counts.scored > 0 ? law->tail(law->with, counts.scored, s->sum) / CM_LN10 : 0;
    out->log10_p = whole;
    if (s->spans.tried > 0) {
        out->log10_p = fmin(0, fmin(whole + log10(2), s->spans.best_log10_p));
        out->tests = 1 + s->spans.tried;
    }
    out->spans = s->spans.span;
    out->span_count = s->spans.count;
    out->needed = cm_text_needed(counts.tokens, counts.scored, out->tests, s->rule->decades);
    return CM_OK;
}

/* "Enough" is enough for 10^-9, where a mark is reported; duplicates stay as frequent as they
 * are.
 */
uint64_t cm_text_needed(uint64_t tokens, uint64_t scored, double tests, double decades) {
    double want = (9 + log10(tests)) / decades;
    if ((double)scored >= want)
        return 0;
    double share = scored > 0 ? (double)scored / (double)tokens : 1;
    return (uint64_t)ceil(want / share / 10) * 10;
}
