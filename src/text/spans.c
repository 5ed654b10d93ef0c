#include "text/spans.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/tails.h"

enum { SHORTEST = 8 };

/* Spans less far above the mean than this aren't looked at: they could not be worth reporting, and
 * leaving one out only raises the best p-value. */
static const double LEAST_Z = 3;

typedef struct prefix {
    uint64_t scored;
    double sum;
} prefix;

typedef struct candidate {
    size_t first, last; /* cells */
    double ln_p;        /* not yet corrected */
} candidate;

typedef struct scan {
    const cm_span_job *job;
    prefix *before; /* of each cell, and of the end */
    candidate *found;
    size_t count, room;
    double tried, best;
} scan;

static size_t next_length(size_t length) {
    return length + (length / 4 > 0 ? length / 4 : 1);
}

static cm_code keep(scan *s, candidate c, cm_error *err) {
    if (s->count == s->room) {
        size_t room = s->room > 0 ? 2 * s->room : 64;
        candidate *more = realloc(s->found, room * sizeof *more);
        if (more == NULL)
            return cm_fail_memory(err);
        s->found = more;
        s->room = room;
    }
    s->found[s->count++] = c;
    return CM_OK;
}

static cm_code look(scan *s, size_t first, size_t last, cm_error *err) {
    const cm_span_job *job = s->job;
    uint64_t n = s->before[last].scored - s->before[first].scored;
    double sum = s->before[last].sum - s->before[first].sum;
    double above = sum - (double)n * job->mean;
    s->tried++;
    if (n == 0 || above < LEAST_Z * sqrt((double)n * job->variance))
        return CM_OK;
    candidate c = {.first = first, .last = last, .ln_p = job->tail(job->law, n, sum)};
    if (c.ln_p < s->best)
        s->best = c.ln_p;
    return keep(s, c, err);
}

static cm_code look_everywhere(scan *s, cm_error *err) {
    cm_code code = CM_OK;
    for (size_t length = SHORTEST; length < s->job->count; length = next_length(length))
        for (size_t at = 0; code == CM_OK && at + length <= s->job->count; at += length / 4)
            code = look(s, at, at + length, err);
    return code == CM_OK && s->job->count >= SHORTEST ? look(s, 0, s->job->count, err) : code;
}

static int stronger_first(const void *a, const void *b) {
    const candidate *x = a, *y = b;
    return x->ln_p < y->ln_p ? -1 : x->ln_p > y->ln_p;
}

static int earlier_first(const void *a, const void *b) {
    const cm_text_span *x = a, *y = b;
    return x->start < y->start ? -1 : x->start > y->start;
}

static bool is_free(const uint8_t *taken, const candidate *c) {
    for (size_t k = c->first; k < c->last; k++)
        if (taken[k])
            return false;
    return true;
}

/* The strongest spans that don't touch each other. `taken` has a flag for each cell. */
static cm_code choose(scan *s, uint8_t *taken, cm_spans *out, cm_error *err) {
    double correction = log(s->tried) + s->job->extra_ln, most = s->job->most_log10 * CM_LN10;
    if (s->count == 0)
        return CM_OK;
    qsort(s->found, s->count, sizeof *s->found, stronger_first);
    out->span = cm_calloc(s->job->count / SHORTEST + 1, sizeof *out->span);
    if (out->span == NULL)
        return cm_fail_memory(err);
    for (size_t i = 0; i < s->count && s->found[i].ln_p + correction <= most; i++) {
        const candidate *c = &s->found[i];
        if (!is_free(taken, c))
            continue;
        for (size_t k = c->first; k < c->last; k++)
            taken[k] = 1;
        out->span[out->count++] =
            (cm_text_span){.start = s->job->cells[c->first].start,
                           .end = s->job->cells[c->last - 1].end,
                           .log10_p = fmin(0, (c->ln_p + correction) / CM_LN10)};
    }
    qsort(out->span, out->count, sizeof *out->span, earlier_first);
    return CM_OK;
}

cm_code cm_spans_find(const cm_span_job *job, cm_spans *out, cm_error *err) {
    scan s = {.job = job};
    *out = (cm_spans){0};
    s.before = cm_calloc(job->count + 1, sizeof *s.before);
    uint8_t *taken = cm_calloc(job->count, 1);
    cm_code code = s.before != NULL && taken != NULL ? CM_OK : cm_fail_memory(err);
    for (size_t i = 0; code == CM_OK && i < job->count; i++) {
        s.before[i + 1].scored = s.before[i].scored + job->cells[i].scored;
        s.before[i + 1].sum = s.before[i].sum + job->cells[i].sum;
    }
    if (code == CM_OK)
        code = look_everywhere(&s, err);
    if (code == CM_OK)
        code = choose(&s, taken, out, err);
    out->tried = s.tried;
    if (s.tried > 0)
        out->best_log10_p = fmin(0, (s.best + log(s.tried) + job->extra_ln) / CM_LN10);
    free(s.before);
    free(taken);
    free(s.found);
    return code;
}
