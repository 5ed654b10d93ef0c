/* Detection of MPAC: the colours of the tokens by digit, what the best message has of them, and
 * whether that message is certain enough to be said (spec/text-peers.md §12). */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/tails.h"
#include "text/laws.h"
#include "text/mpac.h"
#include "text/mpac_law.h"

/* A message is said at this p-value and this posterior. */
static const double READ_LOG10 = -4, SURE = 0.99;

typedef struct heard {
    uint64_t token; /* of the text */
    uint32_t seed;  /* what torch takes of it */
    uint8_t position, colour;
} heard;

typedef struct detector {
    const cm_mpac *m;
    cm_windows *windows;
    heard *list;
    size_t count, room;
    cm_mpac_counts counts;
    cm_cells *cells;
    cm_spans spans;
} detector;

void cm_mpac_detector_close(void *self) {
    detector *d = self;
    if (d == NULL)
        return;
    cm_windows_free(d->windows);
    cm_cells_free(d->cells);
    free(d->list);
    free(d->spans.span);
    free(d);
}

static cm_code remember(detector *d, heard h, cm_error *err) {
    if (d->count == d->room) {
        size_t room = d->room > 0 ? 2 * d->room : 1024;
        heard *more = realloc(d->list, room * sizeof *more);
        if (more == NULL)
            return cm_fail_memory(err);
        d->list = more;
        d->room = room;
    }
    d->list[d->count++] = h;
    return CM_OK;
}

/* Colours from the base on are lists that no digit names. */
static cm_code hear(void *self, const cm_window_block *b, cm_error *err) {
    detector *d = self;
    const cm_mpac *m = d->m;
    cm_code code = CM_OK;
    if (b->repeated)
        return CM_OK;
    for (size_t i = 0; code == CM_OK && i < b->count; i++) {
        const uint32_t *token = b->ids + b->at[i];
        uint64_t seed = cm_mpac_seed(m, token);
        uint32_t colour = cm_shuffle_place(&m->lists, seed, *token) / m->length;
        heard h = {.token = b->offset + b->at[i],
                   .seed = (uint32_t)seed,
                   .position = (uint8_t)(cm_mpac_digit(m, token, 2) - 1),
                   .colour = colour < (uint32_t)m->base ? (uint8_t)colour : (uint8_t)m->base};
        d->counts.scored[h.position]++;
        d->counts.coloured[h.position][h.colour]++;
        code = remember(d, h, err);
    }
    return code;
}

cm_code cm_mpac_detector_open(const void *self, void **out, cm_error *err) {
    const cm_mpac *m = self;
    *out = NULL;
    detector *d = cm_calloc(1, sizeof *d);
    if (d == NULL)
        return cm_fail_memory(err);
    d->m = m;
    d->counts.base = m->base;
    d->counts.positions = m->positions;
    cm_code code = cm_cells_new(&d->cells, err);
    if (code == CM_OK)
        code = cm_windows_new(&m->windows, hear, d, &d->windows, err);
    if (code != CM_OK) {
        cm_mpac_detector_close(d);
        return code;
    }
    *out = d;
    return CM_OK;
}

cm_code cm_mpac_detector_feed(void *self, const uint32_t *ids, const float *probability, size_t n,
                              cm_error *err) {
    detector *d = self;
    return cm_windows_feed(d->windows, ids, probability, n, err);
}

static int by_seed(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* The most tokens that were heard of one permutation. */
static cm_code most_of_a_seed(const detector *d, uint32_t *most, cm_error *err) {
    uint32_t *seeds = cm_calloc(d->count, sizeof *seeds);
    if (seeds == NULL)
        return cm_fail_memory(err);
    for (size_t i = 0; i < d->count; i++)
        seeds[i] = d->list[i].seed;
    if (d->count > 0)
        qsort(seeds, d->count, sizeof *seeds, by_seed);
    *most = 0;
    for (size_t i = 0, first = 0; i < d->count; i++) {
        if (seeds[i] != seeds[first])
            first = i;
        if (i - first + 1 > *most)
            *most = (uint32_t)(i - first + 1);
    }
    free(seeds);
    return CM_OK;
}

static cm_code find_spans(detector *d, uint64_t tokens, const uint8_t *best, const cm_law *law,
                          cm_error *err) {
    for (size_t i = 0; i < d->count; i++) {
        const heard *h = &d->list[i];
        cm_cells_add(d->cells, h->token, h->colour == best[h->position]);
    }
    double messages = d->m->positions * log(d->m->base);
    return cm_cells_spans(d->cells, tokens, law, messages + log(2), &d->spans, err);
}

static void say_payload(const detector *d, const uint8_t *best, cm_text_evidence *out) {
    uint64_t message;
    out->payload_bits = d->m->bits;
    if (out->log10_p > READ_LOG10)
        return;
    double posterior = cm_mpac_posterior(&d->counts, (double)d->m->length / d->m->vocabulary, best);
    bool read = posterior >= SURE && cm_mpac_message(d->m, best, &message);
    out->payload_state = read ? CM_TEXT_PAYLOAD_READ : CM_TEXT_PAYLOAD_UNDETERMINED;
    if (read)
        out->payload = message;
    else
        out->needed = 2 * out->tokens;
}

cm_code cm_mpac_detector_finish(void *self, cm_text_evidence *out, cm_error *err) {
    detector *d = self;
    const cm_mpac *m = d->m;
    cm_window_counts counts;
    uint8_t best[CM_MPAC_BITS_MAX];
    uint32_t together = 0;
    *out = (cm_text_evidence){.statistic_name = "z", .peer_p = NAN, .tests = 2};
    cm_code code = cm_windows_end(d->windows, &counts, err);
    if (code == CM_OK)
        code = most_of_a_seed(d, &together, err);
    if (code != CM_OK)
        return code;
    double share = cm_mpac_share(m->length, m->vocabulary, together);
    cm_law law = cm_law_green(&share); /* of any one message */
    uint64_t hits = cm_mpac_best(&d->counts, best);
    double whole = 0;
    code = cm_mpac_tail(&d->counts, share, hits, &whole, err);
    if (code == CM_OK)
        code = find_spans(d, counts.tokens, best, &law, err);
    if (code != CM_OK)
        return code;
    out->tokens = counts.tokens;
    out->scored = counts.scored;
    out->duplicates = counts.duplicates;
    double n = (double)counts.scored;
    if (counts.scored > 0)
        out->statistic = ((double)hits - m->gamma * n) / sqrt(n * m->gamma * (1 - m->gamma));
    out->log10_p = fmin(0, fmin((whole + log(2)) / CM_LN10, d->spans.best_log10_p));
    out->tests = 1 + fmax(1, d->spans.tried);
    out->needed =
        cm_text_needed(counts.tokens, counts.scored, 2 * pow(m->base, m->positions), 0.08);
    say_payload(d, best, out);
    out->spans = d->spans.span;
    out->span_count = d->spans.count;
    return CM_OK;
}
