/* Detection of schemes that give each window one number: the scores of the windows that count are
 * added up, over the text and over its spans (spec/statistics.md §8). */
#ifndef CM_TEXT_SERIES_H
#define CM_TEXT_SERIES_H

#include "text/spans.h"
#include "text/windows.h"

/* What scores are without a mark. */
typedef struct cm_law {
    double mean, variance; /* of one score */
    cm_law_tail *tail;     /* of a sum; exact, or an upper bound */
    cm_law_tail *quick;    /* an upper bound that takes less time, for spans; NULL: `tail` itself */
    const void *with;      /* passed to both */
} cm_law;

/* score[i] for each window of the block. */
typedef cm_code cm_series_score(const void *self, const cm_window_block *block, double *score,
                                cm_error *err);

struct cm_series_rule {
    cm_window_rule windows;
    cm_law law;
    cm_series_score *score;
    const char *statistic_name;
    /* The scheme's own statistic of a sum of n scores; NULL for z = (sum - n mean) / sqrt(n
     * variance). With windows.repeats it is of all windows, as some peers have it. */
    double (*statistic)(const void *self, uint64_t n, double sum);
    /* The p-value that the peer itself gives a statistic; NULL for none. */
    double (*peer_p)(const void *self, uint64_t n, double statistic);
    double decades; /* -log10 p that a token of an ordinary marked text is worth, for advice */
};
typedef struct cm_series_rule cm_series_rule;

typedef struct cm_series cm_series;

/* `rule` and `self` must outlive the series. Free with cm_series_free(). */
cm_code cm_series_new(const cm_series_rule *rule, const void *self, cm_series **out, cm_error *err);
void cm_series_free(cm_series *s); /* NULL is allowed */
cm_code cm_series_feed(cm_series *s, const uint32_t *ids, const float *probability, size_t n,
                       cm_error *err);
/* p = min(1, 2 p of the whole, 2 p of the best span times spans tried). */
cm_code cm_series_finish(cm_series *s, cm_text_evidence *out, cm_error *err);

/* About how many tokens of a text like this one, of which so many were scored, would show an
 * ordinary mark at 10^-9 after correction for `tests`; 0 where there are enough. `decades` as in
 * the rule. */
uint64_t cm_text_needed(uint64_t tokens, uint64_t scored, double tests, double decades);

/* The evidence of cells, for detectors that fill their own: log10_p, tests and spans (which go to
 * *spans, to be freed with free()) of cells that follow the law. */
typedef struct cm_cells cm_cells;
cm_code cm_cells_new(cm_cells **out, cm_error *err);
void cm_cells_free(cm_cells *c); /* NULL is allowed */
/* A score at a token; tokens come in the order of the text. Never fails: as the text grows,
 * neighbouring cells become one. */
void cm_cells_add(cm_cells *c, uint64_t token, double score);
/* The same for tokens offset + at[i], in their order. */
void cm_cells_add_all(cm_cells *c, uint64_t offset, const uint32_t *at, const double *score,
                      size_t count);
cm_code cm_cells_spans(cm_cells *c, uint64_t tokens, const cm_law *law, double extra_ln,
                       cm_spans *out, cm_error *err);

#endif
