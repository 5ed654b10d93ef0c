/* vLLM's Philox-Gumbel mark, with one key or two (spec/text-peers.md §6). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/tails.h"
#include "text/choice.h"
#include "text/gumbel.h"
#include "text/laws.h"
#include "text/logs.h"
#include "text/scheme_table.h"

static const cm_text_param_info params[] = {
    {"key", "", "the key, 64 bits"},
    {"context_width", "4", "tokens of context"},
    {"mode", "single", "single; or dual, for two keys derived from the one"},
    {"alpha", "0.1", "dual: share of the second key"},
    {"deduplicate_contexts", "true", "false: the peer's own statistic counts repeated contexts"},
};

enum { KEY, WIDTH, MODE, ALPHA, DEDUPLICATE };

typedef struct vllm {
    uint64_t key[2];
    int keys, width;
    double alpha, variance; /* of a score */
    bool repeats;
    cm_series_rule rule;
} vllm;

static cm_code read_args(const cm_scheme_args *args, vllm *v, cm_error *err) {
    static const char *const modes[] = {"single", "dual", NULL};
    static const char *const truth[] = {"false", "true", NULL};
    int dual = 0, deduplicate = 0;
    uint64_t key = 0;
    cm_code code = cm_param_u64("key", args->values[KEY], 0, UINT64_MAX, &key, err);
    if (code == CM_OK)
        code = cm_param_int("context_width", args->values[WIDTH], 1, CM_VLLM_WIDTH_MAX, &v->width,
                            err);
    if (code == CM_OK)
        code = cm_param_choice("mode", args->values[MODE], modes, &dual, err);
    if (code == CM_OK)
        code = cm_param_real("alpha", args->values[ALPHA], 0, 1, &v->alpha, err);
    if (code == CM_OK)
        code = cm_param_choice("deduplicate_contexts", args->values[DEDUPLICATE], truth,
                               &deduplicate, err);
    v->repeats = deduplicate == 0;
    v->key[0] = key;
    v->keys = 1 + dual;
    if (dual == 0)
        v->alpha = 0;
    v->variance = (1 - v->alpha) * (1 - v->alpha) + v->alpha * v->alpha;
    return code == CM_OK && dual ? cm_vllm_dual_keys(key, v->key, err) : code;
}

enum { BATCH = 256 };

/* The peer's u is (k + 1) / (2^24 + 1) for k of 24 bits. k / 2^24 is as good a score, and never
 * more than an exponential variable, which the former can be by a hair. */
static void scores_of(const vllm *v, int key, const cm_window_block *b, size_t from, size_t count,
                      double *out) {
    uint32_t word[BATCH];
    cm_vllm_bits_of(v->key[key], (uint32_t)v->width, b->ids, b->at + from, count, word);
    for (size_t i = 0; i < count; i++)
        word[i] <<= 8;
    cm_exponentials(word, count, out);
}

static cm_code score(const void *self, const cm_window_block *b, double *out, cm_error *err) {
    const vllm *v = self;
    double second[BATCH];
    (void)err;
    for (size_t from = 0; from < b->count; from += BATCH) {
        size_t count = b->count - from < BATCH ? b->count - from : BATCH;
        scores_of(v, 0, b, from, count, out + from);
        if (v->keys < 2)
            continue;
        scores_of(v, 1, b, from, count, second);
        for (size_t i = 0; i < count; i++)
            out[from + i] = (1 - v->alpha) * out[from + i] + v->alpha * second[i];
    }
    return CM_OK;
}

static double statistic(const void *self, uint64_t n, double sum) {
    (void)self;
    (void)n;
    return sum;
}

/* With two keys a gamma law of the right mean and variance, which isn't quite theirs. */
static double peer_p(const void *self, uint64_t n, double sum) {
    const vllm *v = self;
    return n > 0 ? exp(cm_log_gamma_tail((double)n / v->variance, sum / v->variance)) : NAN;
}

static cm_code make(const cm_scheme_args *args, void **self, cm_error *err) {
    vllm *v = cm_calloc(1, sizeof *v);
    if (v == NULL)
        return cm_fail_memory(err);
    cm_code code = read_args(args, v, err);
    if (code != CM_OK) {
        free(v);
        return code;
    }
    v->rule = (cm_series_rule){
        .windows = {.vocabulary = args->vocabulary,
                    .width = (size_t)v->width + 1,
                    .by_context = true,
                    .padded = true,
                    .repeats = v->repeats},
        .law = cm_law_two_exponentials(&v->alpha),
        .score = score,
        .statistic_name = "sum",
        .statistic = statistic,
        .peer_p = peer_p,
        .decades = 0.1,
    };
    *self = v;
    return CM_OK;
}

static uint32_t choose(const vllm *v, int key, const cm_text_past *past, const float *scores) {
    int32_t context[CM_VLLM_WIDTH_MAX];
    size_t width = (size_t)v->width, have = past->n < width ? past->n : width;
    memset(context, 0xff, sizeof context);
    for (size_t i = 0; i < have; i++)
        context[width - have + i] = (int32_t)past->ids[past->n - have + i];
    cm_vllm_context c = cm_vllm_context_of(v->key[key], context, (uint32_t)width);
    return cm_vllm_choice(&c, scores, v->rule.windows.vocabulary);
}

/* With two keys, each chooses, and the sampler behind this decides between the two. */
static bool step(const void *self, void *state, const cm_text_past *past, float *scores) {
    const vllm *v = self;
    uint32_t n = v->rule.windows.vocabulary;
    uint32_t first = choose(v, 0, past, scores), second = first;
    (void)state;
    if (v->keys == 2)
        second = choose(v, 1, past, scores);
    if (first == n)
        return false;
    cm_choose_only(scores, n, first);
    if (second != first) {
        scores[first] = (float)log1p(-v->alpha);
        scores[second] = (float)log(v->alpha);
    }
    return true;
}

static const cm_series_rule *rule(const void *self) {
    const vllm *v = self;
    return &v->rule;
}

const cm_scheme_kind cm_scheme_vllm = {
    .info = {.name = "vllm-gumbel",
             .summary = "vLLM's Gumbel mark under Philox, single or dual key",
             .params = params,
             .param_count = sizeof params / sizeof *params},
    .make = make,
    .free = free,
    .step = step,
    .rule = rule,
};
