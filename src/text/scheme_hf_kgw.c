/* transformers' WatermarkLogitsProcessor and WatermarkDetector (spec/text-peers.md §4). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "text/grouping.h"
#include "text/kgw.h"
#include "text/kgw_mark.h"
#include "text/laws.h"
#include "text/mt19937.h"
#include "text/scheme_table.h"

static const cm_text_param_info params[] = {
    {"hashing_key", "15485863", "the key"},
    {"seeding_scheme", "lefthash", "lefthash or selfhash"},
    {"greenlist_ratio", "0.25", "share of the vocabulary that is green"},
    {"bias", "2", "added to green logits"},
    {"context_width", "1", "tokens of context; selfhash counts the candidate"},
    {"transformers", "latest",
     "report the p-value of that release too: 5.23 (erfc), 5.19 (approximation), 4.40 (the same, "
     "repeated n-grams counted), or latest for none"},
};

enum { KEY, SEEDING, RATIO, BIAS, WIDTH, RELEASE };
enum { LATEST, ERFC, APPROXIMATE, REPEATING };

typedef struct hf_kgw {
    cm_kgw_config config;
    int release;
    cm_kgw *kgw; /* for its table; steps have one of their own */
    uint32_t size;
    double share;
    cm_series_rule rule;
} hf_kgw;

static void release(void *self) {
    hf_kgw *h = self;
    cm_kgw_free(h->kgw);
    free(h);
}

static cm_code read_args(const cm_scheme_args *args, hf_kgw *h, cm_error *err) {
    static const char *const seeding[] = {"lefthash", "selfhash", NULL};
    static const char *const releases[] = {"latest", "5.23", "5.19", "4.40", NULL};
    const char *const *v = args->values;
    double bias = 0;
    int self = 0;
    cm_code code = cm_param_u64("hashing_key", v[KEY], 0, UINT64_MAX, &h->config.hashing_key, err);
    if (code == CM_OK)
        code = cm_param_choice("seeding_scheme", v[SEEDING], seeding, &self, err);
    if (code == CM_OK)
        code = cm_param_share("greenlist_ratio", v[RATIO], &h->config.greenlist_ratio, err);
    if (code == CM_OK)
        code = cm_param_real("bias", v[BIAS], -100, 100, &bias, err);
    if (code == CM_OK)
        code = cm_param_int("context_width", v[WIDTH], 1, 64, &h->config.context_width, err);
    if (code == CM_OK)
        code = cm_param_choice("transformers", v[RELEASE], releases, &h->release, err);
    h->config.selfhash = self != 0;
    h->config.bias = (float)bias;
    h->config.vocabulary = args->vocabulary;
    return code;
}

static cm_code score_selfhash(const hf_kgw *h, const cm_window_block *b, double *score) {
    size_t width = (size_t)h->config.context_width;
    for (size_t i = 0; i < b->count; i++)
        score[i] = cm_kgw_is_green(h->kgw, b->ids + b->at[i] + 1 - width);
    return CM_OK;
}

/* Few tokens follow most contexts, and each is found without an array; from here on the list itself
 * is quicker. */
enum { FEW = 4 };

static cm_code score_lefthash(const hf_kgw *h, const cm_window_block *b, double *score,
                              cm_error *err) {
    uint32_t *order = NULL, *list = cm_calloc(h->config.vocabulary, sizeof *list);
    uint8_t *green = cm_calloc(h->config.vocabulary, 1);
    cm_code code =
        list != NULL && green != NULL ? cm_group_windows(b, 1, &order, err) : cm_fail_memory(err);
    for (size_t i = 0, end; code == CM_OK && i < b->count; i = end) {
        uint64_t seed = cm_kgw_lefthash(h->config.hashing_key, b->ids[b->at[order[i]] - 1]);
        for (end = i + 1; end < b->count && cm_same_context(b, order[i], order[end], 1);)
            end++;
        if (end - i > FEW)
            cm_kgw_list(seed, h->config.vocabulary, h->size, list, green);
        for (size_t k = i; k < end; k++) {
            uint32_t token = b->ids[b->at[order[k]]];
            score[order[k]] = end - i > FEW
                                  ? green[token]
                                  : cm_mt_among_first(seed, h->config.vocabulary, h->size, token);
        }
    }
    free(order);
    free(list);
    free(green);
    return code;
}

static cm_code score(const void *self, const cm_window_block *block, double *out, cm_error *err) {
    const hf_kgw *h = self;
    return h->config.selfhash ? score_selfhash(h, block, out) : score_lefthash(h, block, out, err);
}

/* The peer's z is for the ratio, not for the list that was rounded down. */
static double statistic(const void *self, uint64_t n, double sum) {
    const hf_kgw *h = self;
    return cm_green_z(&(cm_green_count){.scored = n, .green = (uint64_t)sum},
                      h->config.greenlist_ratio);
}

static double peer_p(const void *self, uint64_t n, double z) {
    const hf_kgw *h = self;
    (void)n;
    return h->release == LATEST ? NAN
           : h->release == ERFC ? cm_kgw_peer_p(z)
                                : cm_kgw_old_peer_p(z);
}

static cm_code make(const cm_scheme_args *args, void **self, cm_error *err) {
    hf_kgw *h = cm_calloc(1, sizeof *h);
    if (h == NULL)
        return cm_fail_memory(err);
    cm_code code = read_args(args, h, err);
    if (code == CM_OK)
        code = cm_kgw_new(&h->config, &h->kgw, err);
    if (code != CM_OK) {
        release(h);
        return code;
    }
    h->size = cm_kgw_size(args->vocabulary, h->config.greenlist_ratio);
    h->share = (double)h->size / args->vocabulary;
    h->rule = (cm_series_rule){
        .windows = {.vocabulary = args->vocabulary,
                    .width = (size_t)h->config.context_width + !h->config.selfhash,
                    .repeats = h->release == REPEATING},
        .law = cm_law_green(&h->share),
        .score = score,
        .statistic_name = "z",
        .statistic = statistic,
        .peer_p = peer_p,
        .decades = 0.08,
    };
    *self = h;
    return CM_OK;
}

static cm_code open_step(const void *self, size_t capacity, void **sequence, cm_error *err) {
    const hf_kgw *h = self;
    (void)capacity;
    cm_kgw *k = NULL;
    cm_code code = cm_kgw_new(&h->config, &k, err);
    *sequence = k;
    return code;
}

static void close_step(void *sequence) {
    cm_kgw_free(sequence);
}

static bool step(const void *self, void *sequence, const cm_text_past *past, float *scores) {
    (void)self;
    cm_kgw_step(sequence, past->ids, past->n, scores);
    return false;
}

static const cm_series_rule *rule(const void *self) {
    const hf_kgw *h = self;
    return &h->rule;
}

const cm_scheme_kind cm_scheme_hf_kgw = {
    .info = {.name = "hf-kgw",
             .summary = "green lists of Hugging Face's transformers (Kirchenbauer et al. 2023)",
             .sized = true,
             .params = params,
             .param_count = sizeof params / sizeof *params},
    .make = make,
    .free = release,
    .open = open_step,
    .close = close_step,
    .step = step,
    .rule = rule,
};
