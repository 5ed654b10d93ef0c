/* lm-watermarking's processor and detector (spec/text-peers.md §10). */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "text/scheme_lmw.h"
#include "text/scheme_table.h"

static const cm_text_param_info params[] = {
    {"seeding_scheme", "selfhash",
     "simple_1, lefthash, selfhash, algorithm-3, minhash, skipgram, or "
     "ff-FUNCTION-WIDTH-True|False[-KEY]"},
    {"hash_key", "15485863", "the key, where the seeding scheme has none of its own"},
    {"gamma", "0.25", "share of the vocabulary that is green"},
    {"delta", "2", "added to green logits"},
    {"ignore_repeated_ngrams", "True", "True; or False, for the peer's z of all of them"},
    {"statistic", "z", "z, or winmax: the greatest z of all parts of the text"},
    {"peer_p", "no", "yes: report the peer's own p-value too, the normal tail of its z"},
};

enum { SEEDING, KEY, GAMMA, DELTA, IGNORE, STATISTIC, PEER_P };

/* Best scores that are tried with the candidate in its own context. */
enum { CANDIDATES = 41 };

static void release(void *self) {
    cm_lmw *l = self;
    cm_green_close(&l->green);
    free(l->table);
    free(l);
}

static cm_code read_args(const cm_scheme_args *args, cm_lmw *l, cm_error *err) {
    static const char *const truth[] = {"False", "True", NULL};
    static const char *const statistics[] = {"z", "winmax", NULL};
    static const char *const answers[] = {"no", "yes", NULL};
    const char *const *v = args->values;
    uint64_t key = 0;
    double delta = 0;
    int ignore = 0, winmax = 0, peer_p = 0;
    cm_code code = cm_lmw_parse(v[SEEDING], &l->config, err);
    if (code == CM_OK)
        code = cm_param_u64("hash_key", v[KEY], 0, UINT64_MAX, &key, err);
    if (code == CM_OK)
        code = cm_param_share("gamma", v[GAMMA], &l->gamma, err);
    if (code == CM_OK)
        code = cm_param_real("delta", v[DELTA], -100, 100, &delta, err);
    if (code == CM_OK)
        code = cm_param_choice("ignore_repeated_ngrams", v[IGNORE], truth, &ignore, err);
    if (code == CM_OK)
        code = cm_param_choice("statistic", v[STATISTIC], statistics, &winmax, err);
    if (code == CM_OK)
        code = cm_param_choice("peer_p", v[PEER_P], answers, &peer_p, err);
    if (!l->config.has_key)
        l->config.key = key;
    l->green.bias = (float)delta;
    l->ignore_repeated = ignore != 0;
    l->winmax = winmax != 0;
    l->peer_p = peer_p != 0;
    return code;
}

static uint64_t seed(const void *self, const uint32_t *ids) {
    const cm_lmw *l = self;
    const cm_lmw_config *c = &l->config;
    return cm_lmw_seed(c->function, c->key, l->table, ids, c->context_width);
}

static cm_code score(const void *self, const cm_window_block *block, double *out, cm_error *err) {
    const cm_lmw *l = self;
    return cm_green_score(&l->green, block, out, err);
}

static double statistic(const void *self, uint64_t n, double sum) {
    const cm_lmw *l = self;
    return cm_green_z(sum, (double)n, l->gamma);
}

static double peer_p(const void *self, uint64_t n, double z) {
    const cm_lmw *l = self;
    (void)n;
    return l->peer_p ? cm_green_normal_p(z) : NAN;
}

static cm_code make(const cm_scheme_args *args, void **self, cm_error *err) {
    cm_lmw *l = cm_calloc(1, sizeof *l);
    if (l == NULL)
        return cm_fail_memory(err);
    cm_code code = read_args(args, l, err);
    cm_green *g = &l->green;
    g->vocabulary = args->vocabulary;
    g->width = l->config.context_width;
    g->self_salt = l->config.self_salt;
    g->candidates = g->self_salt ? CANDIDATES : 0;
    g->seed = seed;
    g->scheme = l;
    if (code == CM_OK)
        code = cm_green_open(g, l->gamma, err);
    if (code == CM_OK && cm_lmw_needs_table(l->config.function))
        code = cm_lmw_table(&l->table, err);
    if (code != CM_OK) {
        release(l);
        return code;
    }
    l->rule = (cm_series_rule){
        .windows = cm_green_windows(g),
        .law = cm_green_law(g),
        .score = score,
        .statistic_name = "z",
        .statistic = statistic,
        .peer_p = peer_p,
        .decades = 0.08,
    };
    l->rule.windows.repeats = !l->ignore_repeated;
    *self = l;
    return CM_OK;
}

static cm_code open_step(const void *self, size_t capacity, void **sequence, cm_error *err) {
    const cm_lmw *l = self;
    (void)capacity;
    return cm_green_step_open(&l->green, sequence, err);
}

static bool step(const void *self, void *sequence, const cm_text_past *past, float *scores) {
    const cm_lmw *l = self;
    cm_green_step(&l->green, sequence, past, scores);
    return false;
}

static const cm_series_rule *rule(const void *self) {
    const cm_lmw *l = self;
    return l->winmax ? NULL : &l->rule;
}

const cm_scheme_kind cm_scheme_lmw = {
    .info = {.name = "lmw",
             .summary = "green lists of lm-watermarking, all its seeding schemes, WinMax",
             .sized = true,
             .params = params,
             .param_count = sizeof params / sizeof *params},
    .make = make,
    .free = release,
    .open = open_step,
    .close = free,
    .step = step,
    .rule = rule,
    .detector_open = cm_lmw_winmax_open,
    .detector_feed = cm_lmw_winmax_feed,
    .detector_finish = cm_lmw_winmax_finish,
    .detector_close = cm_lmw_winmax_close,
};
