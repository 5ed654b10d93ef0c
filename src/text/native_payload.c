/* Let m be the text's message and m' another. They differ at the stages whose windows differ: an
 * arc of the circle of stages, or several apart from each other. Two things are unlikely there.
 *
 * High scores under m': a token's score under m' comes from an angle that nobody used when the text
 * was made, so that these scores are what they are without a mark, whatever the text and the
 * strength of its mark.
 *
 * Scores under m that are low against those of the whole text under m: which tokens serve these
 * stages is decided by the contexts' roles, which have nothing to do with the scores; so the arc's
 * tokens are a sample of all tokens, however the text was edited.
 *
 * The two are independent. Where both, or the first alone, are unlikely enough at every arc for
 * every other message, m' is hardly ever wrong. Messages that differ at several arcs need no test
 * of their own, since each of their arcs has to pass: with a the sum over single arcs, all together
 * come to at most e^a - 1. */
#include "text/native_payload.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/tails.h"

/* What share of the risk goes to arcs of the least length, to longer ones (as 1 / k^2, whose sum is
 * below 1.645) and to the whole circle: .99 in all. */
static const double SHORTEST = 0.45, LONGER = 0.44 / 1.645, WHOLE = 0.1;

/* Arcs of up to so many stages more than the least are tested by m's scores too; longer ones have
 * more evidence and too many messages. */
enum { BOTH_UP_TO = 8, TILTS = 12 };

/* A rival of arcs up to so many stages more than the least must score less by so much. The bound
 * holds without; but a decoder that missed the best message, or chose between two that are nearly
 * as good, is not to be relied upon, and right messages hardly ever come so close. */
enum { CLOSE_UP_TO = 4 };
static const double CLOSE = 6;

static const double TILT[TILTS] = {0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1, 1.5, 2, 3, 5, 8};

static const double LN_2 = 0.69314718055994530942;

/* Sums over e^(-tilt score) for each tilt. */
typedef struct tilted {
    double sum[TILTS];
} tilted;

typedef struct judge {
    const cm_payload_case *c;
    int bits, window;
    const cm_heard **order;               /* by stage, twice around: an arc is a run of them */
    size_t first[2 * CM_CODE_STAGES + 1]; /* where each stage's begin */
    double *score;                        /* scratch */
    tilted stage[CM_CODE_STAGES], all;
} judge;

/* ---- the text's tokens by stage ---- */

static void sort_by_stage(judge *j) {
    size_t at[CM_CODE_STAGES], n = j->c->count;
    for (int s = 0; s < 2 * j->bits; s++)
        j->first[s + 1] = j->first[s] + j->c->table->count[s % j->bits];
    for (int s = 0; s < j->bits; s++)
        at[s] = j->first[s];
    for (size_t i = 0; i < n; i++) {
        const cm_heard *h = &j->c->heard[i];
        j->order[at[h->stage]] = j->order[at[h->stage] + n] = h;
        at[h->stage]++;
    }
}

static void add_tilted(tilted *t, const double *score, size_t count) {
    for (size_t i = 0; i < count; i++)
        for (int k = 0; k < TILTS; k++)
            t->sum[k] += exp(-TILT[k] * score[i]);
}

static cm_code open_judge(const cm_payload_case *c, judge *j, cm_error *err) {
    *j = (judge){.c = c, .bits = c->table->bits, .window = c->table->window};
    j->order = cm_calloc(2 * c->count, sizeof *j->order);
    j->score = cm_calloc(c->count, sizeof *j->score);
    if (j->order == NULL || j->score == NULL)
        return cm_fail_memory(err);
    sort_by_stage(j);
    for (int s = 0; s < j->bits; s++) {
        size_t n = j->first[s + 1] - j->first[s];
        cm_heard_scores(c->how, c->message, j->order + j->first[s], n, j->score);
        add_tilted(&j->stage[s], j->score, n);
        for (int k = 0; k < TILTS; k++)
            j->all.sum[k] += j->stage[s].sum[k];
    }
    return CM_OK;
}

static void close_judge(judge *j) {
    free(j->order);
    free(j->score);
}

/* ---- high scores under the message ---- */

typedef struct arc {
    int start, length;
    uint64_t count;
    double score, ratio;
    tilted under;
} arc;

static void take_stage(const judge *j, arc *a) {
    const cm_code_table *t = j->c->table;
    int stage = (a->start + a->length++) % j->bits;
    size_t at = ((size_t)stage << t->window) | cm_code_value(j->c->message, t->bits, stage);
    a->count += t->count[stage];
    a->score += (double)t->score[at] / CM_CODE_UNIT;
    a->ratio += (double)t->ratio[at];
    for (int k = 0; k < TILTS; k++)
        a->under.sum[k] += j->stage[stage].sum[k];
}

/* ln of at most the probability of such scores without a mark. */
static double chance(const judge *j, const arc *a) {
    double p = a->count > 0 ? cm_log_gamma_tail((double)a->count, a->score) : 0;
    return j->c->weighted ? fmin(0, fmin(p, -a->ratio) + LN_2) : p;
}

/* ---- low scores under another one ---- */

/* ln of at most the probability that a sample of the text's tokens scores as little as the arc's
 * under `other` (Hoeffding 1963: sampling without replacement is bounded by sampling with it; then
 * Chernoff). */
static double scarcity(judge *j, const arc *a, uint64_t other) {
    tilted under = {0};
    double sum = 0, least = 0, n = (double)a->count;
    cm_heard_scores(j->c->how, other, j->order + j->first[a->start], a->count, j->score);
    add_tilted(&under, j->score, a->count);
    for (size_t i = 0; i < a->count; i++)
        sum += j->score[i];
    for (int k = 0; k < TILTS; k++) {
        double rest = fmax(0, j->all.sum[k] - a->under.sum[k]) + 1e-12 * j->all.sum[k];
        double mean = (rest + under.sum[k]) / (double)j->c->count;
        least = fmin(least, n * log(mean) + TILT[k] * sum);
    }
    return least;
}

/* ln of the probability that the product of two independent p-values is so small. */
static double both(double a, double b) {
    return fmin(0, a + b + log1p(-a - b));
}

static int free_bits(const cm_code_table *t, int length) {
    int more = length - t->window;
    return more > 1 ? more - 1 : 0;
}

/* The message with some bits of the arc turned: the first and the last of those that alone change
 * the arc's windows, and the bits of `between`. */
static uint64_t rival(const judge *j, const arc *a, uint64_t between) {
    int span = a->length - j->window + 1;
    uint64_t turned = 1 | between << 1 | 1ull << (span - 1), message = j->c->message;
    for (int b = 0; b < span; b++)
        if (turned >> b & 1)
            message ^= 1ull << ((a->start + b) % j->bits);
    return message;
}

/* Whether another message is nearly as good, or better. */
static bool has_close_rival(judge *j, const arc *a) {
    for (uint64_t b = 0; b < 1ull << free_bits(j->c->table, a->length); b++) {
        double sum = 0;
        cm_heard_scores(j->c->how, rival(j, a, b), j->order + j->first[a->start], a->count,
                        j->score);
        for (size_t i = 0; i < a->count; i++)
            sum += j->score[i];
        if (a->score - sum < CLOSE)
            return true;
    }
    return false;
}

/* ---- all arcs ---- */

double cm_payload_arc_weight(const cm_code_table *t, int length) {
    int more = length - t->window;
    double share = more == 0 ? SHORTEST : LONGER / ((double)more * more);
    return free_bits(t, length) * LN_2 + log(t->bits / share);
}

/* The greater of `worst` and what the arc says. A rival's low score only lowers what it says, so
 * that most arcs are done without looking at rivals. */
static double judge_arc(judge *j, const arc *a, double worst) {
    double high = chance(j, a), w = cm_payload_arc_weight(j->c->table, a->length);
    if (a->length > j->window + BOTH_UP_TO)
        return fmax(worst, high + w);
    for (uint64_t b = 0; b < 1ull << free_bits(j->c->table, a->length) && both(high, 0) + w > worst;
         b++)
        worst = fmax(worst, both(high, scarcity(j, a, rival(j, a, b))) + w);
    return worst;
}

static double judge_from(judge *j, int start, double worst) {
    arc a = {.start = start};
    while (a.length + 1 < j->bits) {
        take_stage(j, &a);
        if (a.length < j->window)
            continue;
        if (a.length <= j->window + CLOSE_UP_TO && has_close_rival(j, &a))
            return 0;
        worst = judge_arc(j, &a, worst);
    }
    return worst;
}

static double judge_circle(const judge *j) {
    arc all = {0};
    while (all.length < j->bits)
        take_stage(j, &all);
    return chance(j, &all) + j->bits * LN_2 - log(WHOLE);
}

cm_code cm_payload_log_error(const cm_payload_case *c, double *out, cm_error *err) {
    judge *j = cm_calloc(1, sizeof *j);
    *out = 0;
    if (j == NULL)
        return cm_fail_memory(err);
    cm_code code = open_judge(c, j, err);
    if (code == CM_OK) {
        double worst = judge_circle(j);
        for (int start = 0; start < j->bits && worst < 0; start++)
            worst = judge_from(j, start, worst);
        *out = fmin(0, worst);
    }
    close_judge(j);
    free(j);
    return code;
}
