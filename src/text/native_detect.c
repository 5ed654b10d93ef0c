/* Detection where cm-text-1 carries a payload (spec/text-mark.md §6): pilots, the most likely
 * message, the likelihood ratio of all messages, and spans under the one found. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/tails.h"
#include "text/logs.h"
#include "text/native.h"
#include "text/native_code.h"
#include "text/native_payload.h"
#include "text/native_second.h"

/* The trellis hears this many windows; each costs a number for every value of the window. What
 * comes after is heard by the pilots alone. */
enum { HEARD_MOST = 1 << 16, BLOCK = 16, LEVELS = 1 << 16 };

/* Assumed strength of the mark in the likelihood ratio f(u) = (1 - theta)(1 - u)^-theta. */
static const double THETA = 0.65, THETA_LEAST = 0.02, THETA_MOST = 0.95;

/* A payload is said where the text is marked at this level, the payload wrong at most so often, and
 * a second one not as clear as that. */
static const double READ_LOG10 = -4, ERROR_LOG10 = -2, SECOND_LOG10 = -2;

typedef struct detector {
    const cm_native *n;
    cm_native_prf *prf;
    cm_windows *windows;
    cm_code_table table;
    uint32_t *units; /* the score of each level of u, rounded down to whole units */
    uint8_t *angles; /* of one context */
    cm_heard *list;
    size_t count, room;
    uint64_t pilots;
    double pilot_score, pilot_ratio;
    bool weighted; /* by probabilities of the tokens */
    bool mixed;    /* a second message shows */
    cm_cells *cells;
    cm_spans spans;
} detector;

void cm_native_detector_close(void *self) {
    detector *d = self;
    if (d == NULL)
        return;
    cm_native_prf_close(d->prf);
    cm_windows_free(d->windows);
    cm_code_close(&d->table);
    cm_cells_free(d->cells);
    free(d->units);
    free(d->angles);
    free(d->list);
    free(d->spans.span);
    free(d);
}

/* How strong a mark can be where a model gives the token the probability p: u is then V^p for a
 * uniform V, and theta = 1 - 1 / H(1 / p), H the harmonic number (digamma(x + 1) + gamma). */
static double theta_of(double p) {
    if (!(p > 0) || p > 1)
        return p > 1 ? THETA_LEAST : THETA_MOST;
    double x = 1 / p, harmonic = 0.57721566490153286 + log(x + 1) - 0.5 / (x + 1) -
                                 1 / (12 * (x + 1) * (x + 1));
    return fmin(THETA_MOST, fmax(THETA_LEAST, 1 - 1 / harmonic));
}

static void hear_pilot(detector *d, uint32_t word, double theta) {
    double score = cm_native_exponential(word);
    d->pilots++;
    d->pilot_score += score;
    d->pilot_ratio += log1p(-theta) + theta * score;
}

/* What each value of the window would make of this token. */
static void hear_stage(detector *d, const uint32_t *at, int stage, uint32_t word, double theta) {
    size_t values = (size_t)1 << d->table.window;
    uint32_t *score = d->table.score + ((size_t)stage << d->table.window);
    float *ratio = d->table.ratio + ((size_t)stage << d->table.window);
    float base = (float)log1p(-theta), slope = (float)(theta / CM_CODE_UNIT);
    cm_native_seed seed = cm_native_seed_of(at, d->n->width, CM_NATIVE_ANGLE, d->n->bits);
    cm_native_blocks(d->prf, &seed, 0, values / 4, d->angles);
    d->table.count[stage]++;
    for (size_t v = 0; v < values; v++) {
        uint32_t units = d->units[(word + cm_native_word(d->angles, v)) >> 16];
        score[v] += units;
        ratio[v] += base + slope * (float)units;
    }
}

static cm_code remember(detector *d, cm_heard h, cm_error *err) {
    if (d->count == d->room) {
        size_t room = d->room > 0 ? 2 * d->room : 1024;
        cm_heard *more = realloc(d->list, room * sizeof *more);
        if (more == NULL)
            return cm_fail_memory(err);
        d->list = more;
        d->room = room;
    }
    d->list[d->count++] = h;
    return CM_OK;
}

static cm_code hear(void *self, const cm_window_block *b, cm_error *err) {
    detector *d = self;
    const cm_native *n = d->n;
    cm_code code = CM_OK;
    uint8_t block[2 * BLOCK];
    for (size_t i = 0; code == CM_OK && i < b->count; i++) {
        const uint32_t *at = b->ids + b->at[i];
        const cm_native_seed seeds[2] = {cm_native_seed_of(at, n->width, CM_NATIVE_GUMBEL, 0),
                                         cm_native_seed_of(at, n->width, CM_NATIVE_ROLE, n->bits)};
        const uint32_t index[2] = {*at / 4, 0};
        cm_native_each(d->prf, seeds, index, 2, block);
        uint32_t word = cm_native_word(block, *at % 4);
        int stage = cm_code_stage(cm_native_word(block + BLOCK, 0), n->bits);
        d->weighted |= b->probability != NULL;
        double theta = b->probability != NULL ? theta_of((double)b->probability[i]) : THETA;
        if (stage == CM_CODE_PILOT) {
            hear_pilot(d, word, theta);
            continue;
        }
        if (d->count == HEARD_MOST)
            continue;
        cm_heard h = {.token = b->offset + b->at[i], .word = word, .stage = stage};
        memcpy(h.context, at - n->width, (size_t)n->width * sizeof *at);
        hear_stage(d, at, stage, word, theta);
        code = remember(d, h, err);
    }
    return code;
}

static void fill_units(uint32_t units[LEVELS]) {
    enum { SOME = 256 };
    uint32_t word[SOME];
    double score[SOME];
    for (uint32_t level = 0; level < LEVELS; level += SOME) {
        for (uint32_t i = 0; i < SOME; i++)
            word[i] = (level + i) << 16;
        cm_exponentials(word, SOME, score);
        for (uint32_t i = 0; i < SOME; i++)
            units[level + i] = (uint32_t)(CM_CODE_UNIT * score[i]);
    }
}

cm_code cm_native_detector_open(const void *self, void **out, cm_error *err) {
    const cm_native *n = self;
    *out = NULL;
    detector *d = cm_calloc(1, sizeof *d);
    if (d == NULL)
        return cm_fail_memory(err);
    d->n = n;
    d->units = cm_calloc(LEVELS, sizeof *d->units);
    d->angles = cm_calloc((size_t)4 << CM_CODE_WINDOW, 1);
    cm_code code = d->units != NULL && d->angles != NULL ? CM_OK : cm_fail_memory(err);
    if (code == CM_OK)
        code = cm_native_prf_open(n->key, &d->prf, err);
    if (code == CM_OK)
        code = cm_code_open(n->bits, &d->table, err);
    if (code == CM_OK)
        code = cm_cells_new(&d->cells, err);
    if (code == CM_OK)
        code = cm_windows_new(&n->rule.windows, hear, d, &d->windows, err);
    if (code != CM_OK) {
        cm_native_detector_close(d);
        return code;
    }
    fill_units(d->units);
    *out = d;
    return CM_OK;
}

cm_code cm_native_detector_feed(void *self, const uint32_t *ids, const float *probability, size_t n,
                                cm_error *err) {
    detector *d = self;
    return cm_windows_feed(d->windows, ids, probability, n, err);
}

static cm_hearing hearing_of(const detector *d) {
    return (cm_hearing){.scheme = d->n, .prf = d->prf, .units = d->units};
}

/* The scores of the tokens under the message that was found, by place. */
static void place_scores(detector *d, uint64_t message) {
    cm_hearing how = hearing_of(d);
    for (size_t i = 0; i < d->count; i++) {
        const cm_heard *h = &d->list[i];
        double score;
        cm_heard_scores(&how, message, &h, 1, &score);
        cm_cells_add(d->cells, h->token, score);
    }
}

/* ln p of the whole text: four tests, so each counts four times. Each would do by itself: that of
 * the pilots and the best span's; the best message's, a union bound over all 2^bits; and Markov's
 * inequality for the mean likelihood ratio, whose mean without a mark is at most 1. */
static double combine(const detector *d, const cm_code_result *r) {
    double messages = d->n->bits * log(2), p = 0;
    uint64_t all = d->pilots + d->count;
    if (d->pilots > 0)
        p = fmin(p, cm_log_gamma_tail((double)d->pilots, d->pilot_score));
    if (all > 0)
        p = fmin(p, messages + cm_log_gamma_tail((double)all, d->pilot_score + r->score));
    p = fmin(p, messages - r->ratio_sum - d->pilot_ratio);
    return p + log(4);
}

/* Whether the message is the text's, and no other one shows. */
static cm_code judge_message(detector *d, const cm_code_result *r, cm_text_evidence *out,
                             cm_error *err) {
    double wrong, second = 0;
    cm_hearing how = hearing_of(d);
    cm_payload_case c = {.how = &how,
                         .table = &d->table,
                         .heard = d->list,
                         .count = d->count,
                         .message = r->message,
                         .weighted = d->weighted};
    cm_code code = cm_payload_log_error(&c, &wrong, err);
    out->payload_log10_error = wrong / CM_LN10;
    if (code != CM_OK || out->payload_log10_error > ERROR_LOG10)
        return code;
    code = cm_code_second(&d->table, r->message, d->weighted, &second, err);
    d->mixed = second / CM_LN10 <= SECOND_LOG10;
    out->payload_state = d->mixed ? CM_TEXT_PAYLOAD_UNDETERMINED : CM_TEXT_PAYLOAD_READ;
    return code;
}

static cm_code say_payload(detector *d, const cm_code_result *r, cm_text_evidence *out,
                           cm_error *err) {
    out->payload_bits = d->n->bits;
    if (out->log10_p > READ_LOG10)
        return CM_OK;
    out->payload_state = CM_TEXT_PAYLOAD_UNDETERMINED;
    cm_code code = judge_message(d, r, out, err);
    bool read = out->payload_state == CM_TEXT_PAYLOAD_READ;
    out->payload = read ? r->message : 0;
    out->payload_log10_error = read ? out->payload_log10_error : 0;
    return code;
}

/* Tokens by which 95 % of the payloads were read at temperature 0.7 (spec/text-mark.md §7). */
static uint64_t enough_for(int bits, uint64_t tokens) {
    uint64_t usual = bits <= 16 ? 120 : bits <= 32 ? 430 : 1000;
    return usual > tokens ? usual : 2 * tokens;
}

cm_code cm_native_detector_finish(void *self, cm_text_evidence *out, cm_error *err) {
    detector *d = self;
    cm_window_counts counts;
    cm_code_result r;
    cm_law law = cm_law_exponential();
    *out = (cm_text_evidence){.statistic_name = "sum", .peer_p = NAN, .tests = 4};
    cm_code code = cm_windows_end(d->windows, &counts, err);
    if (code == CM_OK)
        code = cm_code_decode(&d->table, &r, err);
    if (code != CM_OK)
        return code;
    place_scores(d, r.message);
    code = cm_cells_spans(d->cells, counts.tokens, &law, (d->n->bits + 2) * log(2), &d->spans, err);
    if (code != CM_OK)
        return code;
    out->tokens = counts.tokens;
    out->scored = d->pilots + d->count;
    out->duplicates = counts.duplicates;
    out->statistic = d->pilot_score + r.score;
    out->log10_p = fmin(0, combine(d, &r) / CM_LN10);
    out->log10_p = fmin(out->log10_p, d->spans.best_log10_p);
    out->tests = 3 + d->spans.tried;
    code = say_payload(d, &r, out, err);
    /* An unknown message costs 0.3 decades a bit. */
    out->needed =
        cm_text_needed(counts.tokens, out->scored, 4 * pow(2, d->n->bits), d->n->rule.decades);
    if (out->payload_state == CM_TEXT_PAYLOAD_UNDETERMINED)
        out->needed = d->mixed ? 0 : enough_for(d->n->bits, counts.tokens);
    out->spans = d->spans.span;
    out->span_count = d->spans.count;
    return code;
}
