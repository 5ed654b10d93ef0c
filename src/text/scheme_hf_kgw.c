/* transformers' WatermarkLogitsProcessor and WatermarkDetector (spec/text-peers.md §4). */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "text/green.h"
#include "text/kgw.h"
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

/* Best scores that selfhash tries. */
enum { CANDIDATES = 40 };

typedef struct hf_kgw {
    uint64_t key;
    int context_width;
    double ratio;
    int release;
    uint32_t *table; /* of selfhash */
    cm_green green;
    cm_series_rule rule;
} hf_kgw;

static void release(void *self) {
    hf_kgw *h = self;
    cm_green_close(&h->green);
    free(h->table);
    free(h);
}

static cm_code read_args(const cm_scheme_args *args, hf_kgw *h, cm_error *err) {
    static const char *const seeding[] = {"lefthash", "selfhash", NULL};
    static const char *const releases[] = {"latest", "5.23", "5.19", "4.40", NULL};
    const char *const *v = args->values;
    double bias = 0;
    int self = 0;
    cm_code code = cm_param_u64("hashing_key", v[KEY], 0, UINT64_MAX, &h->key, err);
    if (code == CM_OK)
        code = cm_param_choice("seeding_scheme", v[SEEDING], seeding, &self, err);
    if (code == CM_OK)
        code = cm_param_share("greenlist_ratio", v[RATIO], &h->ratio, err);
    if (code == CM_OK)
        code = cm_param_real("bias", v[BIAS], -100, 100, &bias, err);
    if (code == CM_OK)
        code =
            cm_param_int("context_width", v[WIDTH], 1, CM_GREEN_WIDTH_MAX, &h->context_width, err);
    if (code == CM_OK)
        code = cm_param_choice("transformers", v[RELEASE], releases, &h->release, err);
    h->green.self_salt = self != 0;
    h->green.bias = (float)bias;
    return code;
}

static uint64_t lefthash(const void *self, const uint32_t *ids) {
    const hf_kgw *h = self;
    return cm_kgw_lefthash(h->key, *ids);
}

static uint64_t selfhash(const void *self, const uint32_t *ids) {
    const hf_kgw *h = self;
    return cm_kgw_selfhash(h->key, h->table, ids, h->context_width);
}

static cm_code score(const void *self, const cm_window_block *block, double *out, cm_error *err) {
    const hf_kgw *h = self;
    return cm_green_score(&h->green, block, out, err);
}

/* The peer's z is for the ratio, not for the list that was rounded down. */
static double statistic(const void *self, uint64_t n, double sum) {
    const hf_kgw *h = self;
    return cm_green_z(sum, (double)n, h->ratio);
}

/* Before 5.23 the normal tail was approximated. */
static double old_peer_p(double z) {
    double sign = z > 0 ? 1 : z < 0 ? -1 : 0;
    return 1 - 0.5 * (1 + sign * (1 - exp(-2 * z * z / 3.14159265358979323846)));
}

static double peer_p(const void *self, uint64_t n, double z) {
    const hf_kgw *h = self;
    (void)n;
    return h->release == LATEST ? NAN : h->release == ERFC ? cm_green_normal_p(z) : old_peer_p(z);
}

static cm_code make(const cm_scheme_args *args, void **self, cm_error *err) {
    hf_kgw *h = cm_calloc(1, sizeof *h);
    if (h == NULL)
        return cm_fail_memory(err);
    cm_code code = read_args(args, h, err);
    cm_green *g = &h->green;
    g->vocabulary = args->vocabulary;
    g->width = g->self_salt ? h->context_width : 1;
    g->least = (size_t)h->context_width;
    g->candidates = g->self_salt ? CANDIDATES : 0;
    g->seed = g->self_salt ? selfhash : lefthash;
    g->scheme = h;
    if (code == CM_OK)
        code = cm_green_open(g, h->ratio, err);
    if (code == CM_OK && g->self_salt)
        code = cm_kgw_table(h->key, &h->table, err);
    if (code != CM_OK) {
        release(h);
        return code;
    }
    h->rule = (cm_series_rule){
        .windows = cm_green_windows(g),
        .law = cm_green_law(g),
        .score = score,
        .statistic_name = "z",
        .statistic = statistic,
        .peer_p = peer_p,
        .decades = 0.08,
    };
    h->rule.windows.width = (size_t)h->context_width + !g->self_salt;
    h->rule.windows.repeats = h->release == REPEATING;
    *self = h;
    return CM_OK;
}

static cm_code open_step(const void *self, size_t capacity, void **sequence, cm_error *err) {
    const hf_kgw *h = self;
    (void)capacity;
    return cm_green_step_open(&h->green, sequence, err);
}

static bool step(const void *self, void *sequence, const cm_text_past *past, float *scores) {
    const hf_kgw *h = self;
    cm_green_step(&h->green, sequence, past, scores);
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
    .close = free,
    .step = step,
    .rule = rule,
};
