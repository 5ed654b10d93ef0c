/* Parts of texts with different messages, one behind the other, may favour a message that is none
 * of theirs: on one arc of the circle of stages the one's, on another the other's. At such an arc
 * the message that isn't followed shows, too.
 *
 * In a text with one message, no angle of another one was used where their windows differ, so that
 * the scores there are what they are without a mark. All messages that differ on just one arc have
 * the same number of scores there: the greatest sum is the least likely. */
#include "text/native_second.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/tails.h"
#include "text/native_lanes.h"
#include "text/native_payload.h"

static const double LN_2 = 0.69314718055994530942;

/* States are as in native_code.c: the last window - 1 bits. */
typedef struct search {
    const cm_code_table *t;
    uint64_t message;
    size_t states;
    float *now, *next;
    float *score;  /* the table's, as numbers */
    uint8_t *from; /* of no use here */
} search;

static cm_code open_search(search *s, cm_error *err) {
    size_t cells = (size_t)s->t->bits << s->t->window;
    s->now = cm_calloc(s->states, sizeof *s->now);
    s->next = cm_calloc(s->states, sizeof *s->next);
    s->from = cm_calloc(s->states, sizeof *s->from);
    s->score = cm_calloc(cells, sizeof *s->score);
    if (s->now == NULL || s->next == NULL || s->from == NULL || s->score == NULL)
        return cm_fail_memory(err);
    for (size_t i = 0; i < cells; i++)
        s->score[i] = (float)s->t->score[i] / CM_CODE_UNIT;
    return CM_OK;
}

static void close_search(search *s) {
    free(s->now);
    free(s->next);
    free(s->from);
    free(s->score);
}

/* One stage of the greatest sums of messages that have left ours; that of those that are back now.
 */
static float go_on(search *s, const float *by, int stage) {
    size_t home = cm_code_value(s->message, s->t->bits, stage) & (s->states - 1);
    cm_lanes_best(s->now, by + ((size_t)stage << s->t->window), s->states, s->next, s->from);
    float back = s->next[home], *was = s->now;
    s->next[home] = -INFINITY;
    s->now = s->next;
    s->next = was;
    return back;
}

/* The first bit that differs is the stage's. */
static void leave(search *s, const float *by, int stage) {
    uint32_t window = cm_code_value(s->message, s->t->bits, stage) ^ 1;
    for (size_t x = 0; x < s->states; x++)
        s->now[x] = -INFINITY;
    s->now[window & (s->states - 1)] = by[((size_t)stage << s->t->window) | window];
}

/* ln of the least p-value, so far, of the arcs that begin here; `by` has scores, or ratios. */
static double least_from(search *s, const float *by, int start, double least) {
    const cm_code_table *t = s->t;
    uint64_t count = t->count[start];
    leave(s, by, start);
    for (int length = 2; length < t->bits; length++) {
        int stage = (start + length - 1) % t->bits;
        double back = (double)go_on(s, by, stage), p = -back;
        count += t->count[stage];
        if (length < t->window || count == 0)
            continue;
        if (by == s->score)
            p = back > (double)count ? cm_log_gamma_tail((double)count, back) : 0;
        least = fmin(least, p + cm_payload_arc_weight(t, length));
    }
    return least;
}

cm_code cm_code_second(const cm_code_table *t, uint64_t message, bool weighted, double *out,
                       cm_error *err) {
    search s = {.t = t, .message = message, .states = (size_t)1 << (t->window - 1)};
    double least = 0, tests = weighted ? LN_2 : 0;
    *out = 0;
    if (t->bits < 2 * t->window) /* no room for an arc of each */
        return CM_OK;
    cm_code code = open_search(&s, err);
    for (int start = 0; code == CM_OK && start < t->bits; start++) {
        least = least_from(&s, s.score, start, least);
        if (weighted)
            least = least_from(&s, t->ratio, start, least);
    }
    close_search(&s);
    *out = fmin(0, least + tests);
    return code;
}
