#include "text/synthid_detect.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "text/ids.h"
#include "text/last_seen.h"
#include "text/seen.h"
#include "text/tally.h"

/* As many look-ups are prepared at a time. */
enum { PIECE = 192, WIDTH_MAX = 64 };

static const double DECADES = 0.1;

struct cm_synthid_detector {
    const cm_synthid_rule *rule;
    cm_tally tally;
    cm_last_seen contexts;
    cm_seen classes;        /* of windows that counted; unused with `flags` */
    uint64_t *flags;        /* a bit for each class, where there are few */
    uint64_t contexts_seen; /* so far, repeated ones as well */
    uint64_t peer_count;
    double peer_sum;
    bool ended; /* by eos */
    size_t held;
    uint32_t ids[WIDTH_MAX + PIECE];
    uint64_t context[WIDTH_MAX + PIECE];
};

/* So many classes of windows that share their g-values. */
static uint64_t class_count(const cm_synthid_g *g) {
    return g->table != NULL && (g->size & (g->size - 1)) == 0 ? g->size : 0;
}

cm_code cm_synthid_detector_open(const cm_synthid_rule *rule, cm_synthid_detector **out,
                                 cm_error *err) {
    *out = NULL;
    cm_synthid_detector *d = cm_calloc(1, sizeof *d);
    if (d == NULL)
        return cm_fail_memory(err);
    d->rule = rule;
    uint64_t classes = class_count(rule->g);
    cm_code code = cm_tally_open(&d->tally, err);
    if (code == CM_OK)
        code = cm_last_open(&d->contexts, err);
    if (code == CM_OK)
        code = cm_seen_open(&d->classes, err);
    if (code == CM_OK && classes > 0) {
        d->flags = cm_calloc((size_t)(classes / 64 + 1), sizeof *d->flags);
        if (d->flags == NULL)
            code = cm_fail_memory(err);
    }
    if (code != CM_OK) {
        cm_synthid_detector_close(d);
        return code;
    }
    *out = d;
    return CM_OK;
}

void cm_synthid_detector_close(cm_synthid_detector *d) {
    if (d == NULL)
        return;
    cm_tally_close(&d->tally);
    cm_last_close(&d->contexts);
    cm_seen_close(&d->classes);
    free(d->flags);
    free(d);
}

/* True once for each class. */
static bool is_new_class(cm_synthid_detector *d, uint64_t class) {
    if (d->flags == NULL)
        return cm_seen_add(&d->classes, class != 0 ? class : 1);
    uint64_t bit = 1ull << (class & 63), *word = &d->flags[class >> 6];
    bool is_new = (*word & bit) == 0;
    *word |= bit;
    return is_new;
}

/* The peer leaves out a context that is one of the last `history`; ours counts a context once in
 * the whole text, and equal g-values once. */
static void look(cm_synthid_detector *d, uint64_t context, uint32_t token) {
    const cm_synthid_rule *r = d->rule;
    uint64_t place = d->contexts_seen++, before = cm_last_enter(&d->contexts, context, place);
    bool recent = cm_last_is_recent(before, context, place, r->history);
    d->ended |= (int64_t)token == r->eos;
    if (d->ended)
        return;
    bool counts = before == 0 && is_new_class(d, cm_synthid_g_class(r->g, context, token));
    d->tally.duplicates += !counts;
    if (recent && !counts)
        return;
    double peer,
        score = cm_synthid_score_of(r->score, cm_synthid_g_word(r->g, context, token), &peer);
    if (!recent) {
        d->peer_count++;
        d->peer_sum += peer;
    }
    if (counts)
        cm_tally_add(&d->tally, place + (uint64_t)r->width, score);
}

static void look_at_piece(cm_synthid_detector *d) {
    const cm_synthid_rule *r = d->rule;
    size_t width = (size_t)r->width;
    for (size_t i = 0; i + width < d->held; i++) {
        d->context[i] = cm_synthid_hash(r->g->start, d->ids + i, r->width);
        cm_last_prepare(&d->contexts, d->context[i]);
    }
    for (size_t i = 0; i + width < d->held; i++)
        look(d, d->context[i], d->ids[i + width]);
    if (d->held > width) {
        memmove(d->ids, d->ids + d->held - width, width * sizeof *d->ids);
        d->held = width;
    }
}

cm_code cm_synthid_detector_feed(cm_synthid_detector *d, const uint32_t *ids, size_t n,
                                 cm_error *err) {
    cm_code code = cm_ids_check(ids, n, d->tally.tokens, d->rule->vocabulary, err);
    while (code == CM_OK && n > 0) {
        size_t room = sizeof d->ids / sizeof *d->ids - d->held, some = n < room ? n : room;
        code = cm_last_reserve(&d->contexts, some, err);
        if (code == CM_OK && d->flags == NULL)
            code = cm_seen_reserve(&d->classes, some, err);
        if (code != CM_OK)
            return code;
        memcpy(d->ids + d->held, ids, some * sizeof *ids);
        for (size_t i = 0; d->tally.tokens + i < (uint64_t)d->rule->width && i < some; i++)
            d->ended |= (int64_t)ids[i] == d->rule->eos; /* of tokens that end no window */
        d->held += some;
        d->tally.tokens += some;
        ids += some;
        n -= some;
        look_at_piece(d);
    }
    return code;
}

cm_code cm_synthid_detector_finish(cm_synthid_detector *d, cm_text_evidence *out, cm_error *err) {
    const cm_law law = cm_synthid_law(d->rule->score);
    cm_code code = cm_tally_finish(&d->tally, &law, DECADES, 1, out, err);
    out->statistic_name = d->rule->statistic_name;
    out->statistic = cm_synthid_statistic(d->rule->score, d->peer_count, d->peer_sum);
    return code;
}
