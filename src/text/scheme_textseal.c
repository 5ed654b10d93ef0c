/* TextSeal's published repository: green lists and Gumbel under one linear hash (spec/text-peers.md
 * §7). */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/tails.h"
#include "text/choice.h"
#include "text/gumbel.h"
#include "text/laws.h"
#include "text/scheme_table.h"

static const cm_text_param_info params[] = {
    {"watermark_type", "greenlist", "greenlist or gumbelmax"},
    {"secret_key", "42", "the key"},
    {"ngram", "1", "tokens of context"},
    {"gamma", "0.5", "greenlist: share of the vocabulary that is green"},
    {"delta", "2", "greenlist: added to green logits"},
    {"scoring_method", "v2",
     "what counts once: v1 each context, v2 each context with its token; none: the peer's own "
     "statistic counts all"},
};

enum { TYPE, KEY, NGRAM, GAMMA, DELTA, SCORING };
enum { GREENLIST, GUMBELMAX };
enum { NONE, V1, V2 };

typedef struct textseal {
    bool green_level[CM_TEXTSEAL_LEVELS];
    uint64_t key;
    int ngram, type;
    double gamma; /* as asked for */
    double share; /* of the levels that are green */
    float delta;
    uint32_t vocabulary;
    cm_series_rule rule;
} textseal;

static cm_code read_args(const cm_scheme_args *args, textseal *s, int *scoring, cm_error *err) {
    static const char *const types[] = {"greenlist", "gumbelmax", NULL};
    static const char *const methods[] = {"none", "v1", "v2", NULL};
    const char *const *v = args->values;
    double delta = 0;
    int64_t key = 0;
    cm_code code = cm_param_choice("watermark_type", v[TYPE], types, &s->type, err);
    if (code == CM_OK)
        code = cm_param_i64("secret_key", v[KEY], &key, err);
    if (code == CM_OK)
        code = cm_param_int("ngram", v[NGRAM], 1, CM_TEXTSEAL_CONTEXT_MAX, &s->ngram, err);
    if (code == CM_OK)
        code = cm_param_share("gamma", v[GAMMA], &s->gamma, err);
    if (code == CM_OK)
        code = cm_param_real("delta", v[DELTA], 0, 100, &delta, err);
    if (code == CM_OK)
        code = cm_param_choice("scoring_method", v[SCORING], methods, scoring, err);
    s->key = (uint64_t)key;
    s->delta = (float)delta;
    s->vocabulary = args->vocabulary;
    return code;
}

static uint32_t level_of(const textseal *s, const uint32_t *token) {
    return cm_textseal_level(s->key, token - s->ngram, s->ngram, *token);
}

/* u = k / 8191 with all k from 0 to 8190 alike: the whole part of 8191 U for a uniform U, over
 * 8191, which is never more than U. So -ln(1 - u) is at most an exponential variable. */
static cm_code score(const void *self, const cm_window_block *b, double *out, cm_error *err) {
    const textseal *s = self;
    (void)err;
    for (size_t i = 0; i < b->count; i++) {
        uint32_t level = level_of(s, b->ids + b->at[i]);
        out[i] = s->type == GREENLIST ? (double)s->green_level[level]
                                      : -log1p(-(double)level / CM_TEXTSEAL_LEVELS);
    }
    return CM_OK;
}

static double statistic(const void *self, uint64_t n, double sum) {
    (void)self;
    (void)n;
    return sum;
}

/* The peer takes half of the probability of what it found: too small to be one. */
static double mid_p(double gamma, uint64_t n, double green) {
    double at_least = exp(cm_log_binomial_tail((uint64_t)green, n, gamma));
    double more = exp(cm_log_binomial_tail((uint64_t)green + 1, n, gamma));
    return (at_least + more) / 2;
}

static double peer_p(const void *self, uint64_t n, double sum) {
    const textseal *s = self;
    double p = n == 0                 ? NAN
               : s->type == GREENLIST ? mid_p(s->gamma, n, sum)
                                      : exp(cm_log_gamma_tail((double)n, sum));
    return p < 1e-200 ? 1e-200 : p;
}

static void set_rule(textseal *s, int scoring) {
    uint32_t green = 0;
    for (uint32_t k = 0; k < CM_TEXTSEAL_LEVELS; k++)
        green += s->green_level[k] = cm_textseal_uniform(k) < (float)s->gamma;
    s->share = (double)green / CM_TEXTSEAL_LEVELS;
    s->rule = (cm_series_rule){
        .windows = {.vocabulary = s->vocabulary,
                    .width = (size_t)s->ngram + 1,
                    .first = (size_t)s->ngram + 1,
                    .by_context = scoring == V1,
                    .repeats = scoring == NONE},
        .law = s->type == GREENLIST ? cm_law_green(&s->share) : cm_law_exponential(),
        .score = score,
        .statistic_name = s->type == GREENLIST ? "green" : "sum",
        .statistic = statistic,
        .peer_p = peer_p,
        .decades = s->type == GREENLIST ? 0.06 : 0.1,
    };
}

static cm_code make(const cm_scheme_args *args, void **self, cm_error *err) {
    int scoring = 0;
    textseal *s = cm_calloc(1, sizeof *s);
    if (s == NULL)
        return cm_fail_memory(err);
    cm_code code = read_args(args, s, &scoring, err);
    if (code != CM_OK) {
        free(s);
        return code;
    }
    set_rule(s, scoring);
    *self = s;
    return CM_OK;
}

static cm_code open_step(const void *self, size_t capacity, void **sequence, cm_error *err) {
    const textseal *s = self;
    (void)capacity;
    *sequence = cm_calloc(s->vocabulary, sizeof(float));
    return *sequence != NULL ? CM_OK : cm_fail_memory(err);
}

static bool step(const void *self, void *sequence, const cm_text_past *past, float *scores) {
    const textseal *s = self;
    float *uniform = sequence;
    uint32_t chosen;
    if (past->n < (size_t)s->ngram)
        return false;
    const uint32_t *context = past->ids + past->n - s->ngram;
    for (uint32_t t = 0; t < s->vocabulary; t++) {
        uint32_t level = cm_textseal_level(s->key, context, s->ngram, t);
        if (s->type == GREENLIST)
            scores[t] += s->green_level[level] ? s->delta : 0;
        else
            uniform[t] = cm_textseal_uniform(level);
    }
    if (s->type == GREENLIST)
        return false;
    if ((chosen = cm_gumbel_choice(scores, uniform, s->vocabulary)) == s->vocabulary)
        return false;
    cm_choose_only(scores, s->vocabulary, chosen);
    return true;
}

static const cm_series_rule *rule(const void *self) {
    const textseal *s = self;
    return &s->rule;
}

const cm_scheme_kind cm_scheme_textseal = {
    .info = {.name = "textseal",
             .summary = "Meta's TextSeal as published: green list or Gumbel, 8191 levels",
             .params = params,
             .param_count = sizeof params / sizeof *params},
    .make = make,
    .free = free,
    .open = open_step,
    .close = free,
    .step = step,
    .rule = rule,
};
