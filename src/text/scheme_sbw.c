/* SBW, the stateless Bernoulli mark of the package of that name (spec/text-peers.md §8). */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "text/green.h"
#include "text/lmw_parse.h"
#include "text/scheme_table.h"

static const cm_text_param_info params[] = {
    {"seeding_scheme", "gpu-fused-simple_4",
     "gpu-fused-simple_4[-N], gpu-fused-selfhash[-N|-fullvocab], gpu-simple_1, gpu-minhash, "
     "gpu-skipgram, gpu-selfhash[-cpuhash][-N|-fullvocab], or "
     "gpu-ff-FUNCTION-WIDTH-True|False[-N|-fullvocab]"},
    {"hash_key", "15485863", "the key"},
    {"gamma", "0.5", "probability that a token is green"},
    {"delta", "2", "added to green logits"},
    {"ignore_repeated_ngrams", "True", "True; or False, for the peer's z of all of them"},
    {"peer_p", "no", "yes: report the peer's own p-value too, the normal tail of its z"},
};

enum { SEEDING, KEY, GAMMA, DELTA, IGNORE, PEER_P };

typedef struct sbw {
    cm_lmw_config config;
    double gamma;
    bool ignore_repeated, peer_p;
    uint32_t *table; /* NULL: the peer's own hash */
    cm_green green;
    cm_series_rule rule;
} sbw;

static void release(void *self) {
    sbw *s = self;
    cm_green_close(&s->green);
    free(s->table);
    free(s);
}

static cm_code read_args(const cm_scheme_args *args, sbw *s, cm_error *err) {
    static const char *const truth[] = {"False", "True", NULL};
    static const char *const answers[] = {"no", "yes", NULL};
    const char *const *v = args->values;
    double delta = 0;
    int ignore = 0, peer_p = 0;
    cm_code code = cm_sbw_parse(v[SEEDING], &s->config, err);
    if (code == CM_OK)
        code = cm_param_u64("hash_key", v[KEY], 0, UINT64_MAX, &s->config.key, err);
    if (code == CM_OK)
        code = cm_param_share("gamma", v[GAMMA], &s->gamma, err);
    if (code == CM_OK)
        code = cm_param_real("delta", v[DELTA], -100, 100, &delta, err);
    if (code == CM_OK)
        code = cm_param_choice("ignore_repeated_ngrams", v[IGNORE], truth, &ignore, err);
    if (code == CM_OK)
        code = cm_param_choice("peer_p", v[PEER_P], answers, &peer_p, err);
    s->green.bias = (float)delta;
    s->ignore_repeated = ignore != 0;
    s->peer_p = peer_p != 0;
    return code;
}

static uint64_t seed(const void *self, const uint32_t *ids) {
    const sbw *s = self;
    const cm_lmw_config *c = &s->config;
    return cm_lmw_wrapped(c->function, c->key, s->table, ids, c->context_width);
}

static cm_code score(const void *self, const cm_window_block *block, double *out, cm_error *err) {
    const sbw *s = self;
    return cm_green_score(&s->green, block, out, err);
}

static double statistic(const void *self, uint64_t n, double sum) {
    const sbw *s = self;
    return cm_green_z(sum, (double)n, s->gamma);
}

static double peer_p(const void *self, uint64_t n, double z) {
    const sbw *s = self;
    (void)n;
    return s->peer_p ? cm_green_normal_p(z) : NAN;
}

static cm_code make(const cm_scheme_args *args, void **self, cm_error *err) {
    sbw *s = cm_calloc(1, sizeof *s);
    if (s == NULL)
        return cm_fail_memory(err);
    cm_code code = read_args(args, s, err);
    cm_green *g = &s->green;
    g->vocabulary = args->vocabulary;
    g->philox = true;
    g->width = s->config.context_width;
    g->least = (size_t)g->width;
    g->self_salt = s->config.self_salt;
    g->candidates = s->config.candidates;
    g->seed = seed;
    g->scheme = s;
    if (code == CM_OK)
        code = cm_green_open(g, s->gamma, err);
    if (code == CM_OK && s->config.table)
        code = cm_lmw_table(&s->table, err);
    if (code != CM_OK) {
        release(s);
        return code;
    }
    s->rule = (cm_series_rule){
        .windows = cm_green_windows(g),
        .law = cm_green_law(g),
        .score = score,
        .statistic_name = "z",
        .statistic = statistic,
        .peer_p = peer_p,
        .decades = 0.08,
    };
    s->rule.windows.repeats = !s->ignore_repeated;
    *self = s;
    return CM_OK;
}

static cm_code open_step(const void *self, size_t capacity, void **sequence, cm_error *err) {
    const sbw *s = self;
    (void)capacity;
    return cm_green_step_open(&s->green, sequence, err);
}

static bool step(const void *self, void *sequence, const cm_text_past *past, float *scores) {
    const sbw *s = self;
    cm_green_step(&s->green, sequence, past, scores);
    return false;
}

static const cm_series_rule *rule(const void *self) {
    const sbw *s = self;
    return &s->rule;
}

const cm_scheme_kind cm_scheme_sbw = {
    .info = {.name = "sbw",
             .summary = "stateless Bernoulli green lists under Philox (the package sbw)",
             .params = params,
             .param_count = sizeof params / sizeof *params},
    .make = make,
    .free = release,
    .open = open_step,
    .close = free,
    .step = step,
    .rule = rule,
};
