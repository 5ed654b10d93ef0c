#include "text/exp_detect.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/tails.h"
#include "text/laws.h"
#include "base/mt19937.h"
#include "text/seeded.h"
#include "text/seen.h"

static const double DECADES = 0.1;

uint32_t cm_exp_seed(const cm_exp *e, const uint32_t *context) {
    uint64_t product = 1;
    for (int i = 0; i < e->prefix; i++)
        product = product * context[i] % e->vocabulary;
    return (uint32_t)(e->key * product);
}

typedef struct detector {
    const cm_exp *rule;
    cm_windows *windows;
    cm_tally tally;
    cm_seen seeds;
    double peer_sum;
    cm_seeded item[CM_WINDOW_BLOCK];
    double score[CM_WINDOW_BLOCK];
    bool counts[CM_WINDOW_BLOCK];
} detector;

/* The seeds of a block's windows, and which of them are there for the first time. */
static cm_code find_seeds(detector *d, const cm_window_block *b, cm_error *err) {
    cm_code code = cm_seen_reserve(&d->seeds, b->count, err);
    for (size_t i = 0; code == CM_OK && i < b->count; i++) {
        const uint32_t *token = b->ids + b->at[i];
        uint32_t seed = cm_exp_seed(d->rule, token - d->rule->prefix);
        d->item[i] = (cm_seeded){.seed = seed, .token = *token, .window = (uint32_t)i};
        d->counts[i] = !b->repeated && cm_seen_add(&d->seeds, (uint64_t)seed + 1);
    }
    return code;
}

/* Numbers are drawn up to the greatest token that is asked for, and kept nowhere. */
static void draw(detector *d, size_t count) {
    cm_seeded_sort(d->item, count);
    for (size_t i = 0, end; i < count; i = end) {
        cm_mt mt;
        uint32_t drawn = 0;
        float u = 0;
        cm_mt_seed(&mt, d->item[i].seed);
        end = cm_seeded_end(d->item, i, count);
        for (size_t k = i; k < end; k++) {
            for (; drawn <= d->item[k].token; drawn++)
                u = cm_mt_float(&mt);
            d->score[d->item[k].window] = -log1p(-(double)u);
        }
    }
}

static cm_code add_block(void *user, const cm_window_block *b, cm_error *err) {
    detector *d = user;
    cm_code code = find_seeds(d, b, err);
    if (code != CM_OK)
        return code;
    draw(d, b->count);
    for (size_t i = 0; i < b->count; i++) {
        d->peer_sum += d->score[i];
        if (d->counts[i])
            cm_tally_add(&d->tally, b->offset + b->at[i], d->score[i]);
    }
    return CM_OK;
}

cm_code cm_exp_detect_open(const void *self, void **out, cm_error *err) {
    const cm_exp *e = self;
    const cm_window_rule rule = {.vocabulary = e->vocabulary,
                                 .width = (size_t)e->prefix + 1,
                                 .by_context = true,
                                 .repeats = true};
    *out = NULL;
    detector *d = cm_calloc(1, sizeof *d);
    if (d == NULL)
        return cm_fail_memory(err);
    d->rule = e;
    cm_code code = cm_tally_open(&d->tally, err);
    if (code == CM_OK)
        code = cm_seen_open(&d->seeds, err);
    if (code == CM_OK)
        code = cm_windows_new(&rule, add_block, d, &d->windows, err);
    if (code == CM_OK)
        *out = d;
    else
        cm_exp_detect_close(d);
    return code;
}

void cm_exp_detect_close(void *state) {
    detector *d = state;
    cm_windows_free(d->windows);
    cm_tally_close(&d->tally);
    cm_seen_close(&d->seeds);
    free(d);
}

cm_code cm_exp_detect_feed(void *state, const uint32_t *ids, const float *probability, size_t n,
                           cm_error *err) {
    detector *d = state;
    (void)probability;
    return cm_windows_feed(d->windows, ids, NULL, n, err);
}

/* The peer counts every token, repeated contexts too. */
cm_code cm_exp_detect_finish(void *state, cm_text_evidence *out, cm_error *err) {
    detector *d = state;
    cm_window_counts counts;
    const cm_law law = cm_law_exponential();
    cm_code code = cm_windows_end(d->windows, &counts, err);
    if (code != CM_OK)
        return code;
    uint64_t all = counts.scored + counts.duplicates;
    d->tally.tokens = counts.tokens;
    d->tally.duplicates = all - d->tally.scored;
    code = cm_tally_finish(&d->tally, &law, DECADES, 1, out, err);
    out->statistic_name = "sum";
    out->statistic = d->peer_sum;
    if (all > 0)
        out->peer_p = exp(cm_log_gamma_tail((double)all, d->peer_sum));
    return code;
}
