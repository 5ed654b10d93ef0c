#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/tails.h"
#include "text/bricks.h"
#include "text/laws.h"
#include "text/seeded.h"

/* Spans are sought for each payload by itself, unless there are more than these. */
enum { SPANNED = 16 };

static const double DECADES = 0.08;

typedef struct detector {
    const cm_bricks *rule;
    cm_windows *windows;
    double *peer_sum; /* by payload, of the windows that the peer counts */
    double *sum;      /* by payload, of those that count once */
    uint64_t peer_count, scored;
    cm_tally tally[SPANNED];
    size_t tallies; /* that are open: one for each payload, or none */
    uint32_t *order;
    uint8_t *green;
    float *uniform;
    cm_seeded item[CM_WINDOW_BLOCK];
} detector;

static double score_of(const detector *d, uint32_t entry) {
    return d->rule->method == CM_BRICKS_MARYLAND ? (double)d->green[entry]
                                                 : -log1p(-(double)d->uniform[entry]);
}

static void add_window(detector *d, const cm_window_block *b, const cm_seeded *item) {
    for (uint32_t m = 0; m < d->rule->payloads; m++) {
        double score = score_of(d, cm_bricks_entry(d->rule, item->token, m));
        d->peer_sum[m] += score;
        if (b->repeated)
            continue;
        d->sum[m] += score;
        if (d->tallies > 0)
            cm_tally_add(&d->tally[m], b->offset + b->at[item->window], score);
    }
}

/* Entries from the tokens' own on: up to the last one that some payload asks for. */
static void make_entries(detector *d, const cm_seeded *last, uint64_t seed) {
    const cm_bricks *r = d->rule;
    uint64_t need = (uint64_t)last->token + r->payloads;
    if (r->method == CM_BRICKS_MARYLAND)
        cm_bricks_flags(r, seed, d->order, d->green);
    else
        cm_bricks_uniforms(r, seed, need < r->vocabulary ? (uint32_t)need : r->vocabulary,
                           d->uniform);
}

static cm_code add_block(void *user, const cm_window_block *b, cm_error *err) {
    detector *d = user;
    const cm_bricks *r = d->rule;
    (void)err;
    for (size_t i = 0; i < b->count; i++) {
        const uint32_t *token = b->ids + b->at[i];
        d->item[i] = (cm_seeded){
            .seed = cm_bricks_seed(r, token - r->ngram), .token = *token, .window = (uint32_t)i};
    }
    cm_seeded_sort(d->item, b->count);
    for (size_t i = 0, end; i < b->count; i = end) {
        end = cm_seeded_end(d->item, i, b->count);
        make_entries(d, &d->item[end - 1], d->item[i].seed);
        for (size_t k = i; k < end; k++)
            add_window(d, b, &d->item[k]);
    }
    d->peer_count += b->count;
    d->scored += b->repeated ? 0 : b->count;
    return CM_OK;
}

static cm_code open_memory(detector *d, cm_error *err) {
    const cm_bricks *r = d->rule;
    cm_code code = CM_OK;
    d->peer_sum = cm_calloc(r->payloads, sizeof *d->peer_sum);
    d->sum = cm_calloc(r->payloads, sizeof *d->sum);
    d->order = cm_calloc(r->vocabulary, sizeof *d->order);
    d->green = cm_calloc(r->vocabulary, sizeof *d->green);
    d->uniform = cm_calloc(r->vocabulary, sizeof *d->uniform);
    if (d->peer_sum == NULL || d->sum == NULL || d->order == NULL || d->green == NULL ||
        d->uniform == NULL)
        return cm_fail_memory(err);
    for (uint32_t m = 0; code == CM_OK && r->payloads <= SPANNED && m < r->payloads; m++) {
        code = cm_tally_open(&d->tally[m], err);
        d->tallies += code == CM_OK;
    }
    return code;
}

cm_code cm_bricks_detect_open(const void *self, void **out, cm_error *err) {
    const cm_bricks *r = self;
    const cm_window_rule rule = {.vocabulary = r->vocabulary,
                                 .width = (size_t)r->ngram + 1,
                                 .first = (size_t)r->ngram + 1,
                                 .by_context = r->scoring == CM_BRICKS_V1,
                                 .repeats = r->scoring == CM_BRICKS_NONE};
    *out = NULL;
    detector *d = cm_calloc(1, sizeof *d);
    if (d == NULL)
        return cm_fail_memory(err);
    d->rule = r;
    cm_code code = open_memory(d, err);
    if (code == CM_OK)
        code = cm_windows_new(&rule, add_block, d, &d->windows, err);
    if (code == CM_OK)
        *out = d;
    else
        cm_bricks_detect_close(d);
    return code;
}

void cm_bricks_detect_close(void *state) {
    detector *d = state;
    cm_windows_free(d->windows);
    for (size_t m = 0; m < d->tallies; m++)
        cm_tally_close(&d->tally[m]);
    free(d->peer_sum);
    free(d->sum);
    free(d->order);
    free(d->green);
    free(d->uniform);
    free(d);
}

cm_code cm_bricks_detect_feed(void *state, const uint32_t *ids, const float *probability, size_t n,
                              cm_error *err) {
    detector *d = state;
    (void)probability;
    return cm_windows_feed(d->windows, ids, NULL, n, err);
}

const double *cm_bricks_sums(const void *state, uint64_t *n) {
    const detector *d = state;
    *n = d->peer_count;
    return d->peer_sum;
}

/* The evidence of one payload, paid for all that are tried. */
static cm_code conclude(detector *d, uint32_t payload, const cm_window_counts *counts,
                        cm_text_evidence *out, cm_error *err) {
    const cm_law *law = &d->rule->law;
    double tests = d->rule->payloads;
    if (d->tallies > 0) {
        cm_tally *t = &d->tally[payload];
        t->tokens = counts->tokens;
        t->duplicates = counts->duplicates;
        return cm_tally_finish(t, law, DECADES, tests, out, err);
    }
    double ln_p = d->scored > 0 ? law->tail(law->with, d->scored, d->sum[payload]) : 0;
    *out = (cm_text_evidence){.tokens = counts->tokens,
                              .scored = counts->scored,
                              .duplicates = counts->duplicates,
                              .log10_p = fmin(0, (ln_p + log(tests)) / CM_LN10),
                              .tests = tests,
                              .needed =
                                  cm_text_needed(counts->tokens, counts->scored, tests, DECADES)};
    return CM_OK;
}

/* The payload is taken for read where its p-value is small and far below the next one's. */
static void report_payload(const cm_bricks *r, uint32_t best, double next, cm_text_evidence *out) {
    if (r->payloads == 1 || out->log10_p > -4)
        return;
    bool clear = next - out->log10_p >= 2;
    out->payload_state = clear ? CM_TEXT_PAYLOAD_READ : CM_TEXT_PAYLOAD_UNDETERMINED;
    out->payload = clear ? best : 0;
    for (uint32_t most = r->payloads - 1; most > 0; most >>= 1)
        out->payload_bits++;
}

/* The payload with the least p-value; of several that have none to speak of, the greatest sum. */
static bool is_better(const detector *d, uint32_t payload, const cm_text_evidence *one,
                      uint32_t best, const cm_text_evidence *out) {
    return one->log10_p < out->log10_p ||
           (one->log10_p <= out->log10_p && d->sum[payload] > d->sum[best]);
}

cm_code cm_bricks_detect_finish(void *state, cm_text_evidence *out, cm_error *err) {
    detector *d = state;
    cm_window_counts counts;
    cm_text_evidence one = {0};
    uint32_t best = 0;
    double next = 1;
    cm_code code = cm_windows_end(d->windows, &counts, err);
    if (code == CM_OK)
        code = conclude(d, 0, &counts, out, err);
    for (uint32_t m = 1; code == CM_OK && m < d->rule->payloads; m++) {
        if ((code = conclude(d, m, &counts, &one, err)) != CM_OK)
            break;
        bool better = is_better(d, m, &one, best, out);
        next = fmin(next, better ? out->log10_p : one.log10_p);
        if (better) {
            *out = one;
            best = m;
        }
    }
    if (code != CM_OK)
        return code;
    out->statistic_name = d->rule->method == CM_BRICKS_MARYLAND ? "green" : "sum";
    out->statistic = d->peer_sum[best];
    out->peer_p = cm_bricks_peer_p(d->rule, d->peer_count, d->peer_sum[best]);
    report_payload(d->rule, best, next, out);
    return CM_OK;
}
