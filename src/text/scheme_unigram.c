/* Unigram-Watermark: one green list for all contexts (spec/text-peers.md §9). */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "text/green.h"
#include "text/kgw.h"
#include "text/pcg64.h"
#include "text/scheme_table.h"

static const cm_text_param_info params[] = {
    {"watermark_key", "0", "the key"},
    {"fraction", "0.5", "share of the vocabulary that is green"},
    {"strength", "2", "added to green logits"},
};

enum { KEY, FRACTION, STRENGTH };

typedef struct unigram {
    double fraction, share;
    float strength;
    uint8_t *list; /* 1 for green tokens */
    cm_series_rule rule;
} unigram;

static void release(void *self) {
    unigram *u = self;
    free(u->list);
    free(u);
}

/* The first four bytes of SHA-256 of the key's eight, all of them little-endian. */
static cm_code seed_of(int64_t key, uint32_t *seed, cm_error *err) {
    uint8_t bytes[8];
    cm_digest digest;
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)((uint64_t)key >> 8 * i);
    cm_code code = cm_hash_bytes(CM_HASH_SHA256, (cm_bytes){.data = bytes, .size = sizeof bytes},
                                 &digest, err);
    *seed = 0;
    for (int i = 0; code == CM_OK && i < 4; i++)
        *seed |= (uint32_t)digest.bytes[i] << 8 * i;
    return code;
}

static cm_code make_list(unigram *u, int64_t key, uint32_t vocabulary, cm_error *err) {
    uint32_t seed, size = cm_kgw_size(vocabulary, u->fraction);
    cm_pcg64 generator;
    u->share = (double)size / vocabulary;
    u->list = cm_calloc(vocabulary, 1);
    if (u->list == NULL)
        return cm_fail_memory(err);
    cm_code code = seed_of(key, &seed, err);
    if (code != CM_OK)
        return code;
    memset(u->list, 1, size);
    cm_pcg64_seed(&generator, seed);
    cm_pcg64_shuffle(&generator, u->list, vocabulary);
    return CM_OK;
}

static cm_code score(const void *self, const cm_window_block *b, double *out, cm_error *err) {
    const unigram *u = self;
    (void)err;
    for (size_t i = 0; i < b->count; i++)
        out[i] = u->list[b->ids[b->at[i]]];
    return CM_OK;
}

static double statistic(const void *self, uint64_t n, double sum) {
    const unigram *u = self;
    return cm_green_z(sum, (double)n, u->fraction);
}

static cm_code make(const cm_scheme_args *args, void **self, cm_error *err) {
    unigram *u = cm_calloc(1, sizeof *u);
    int64_t key = 0;
    double strength = 0;
    if (u == NULL)
        return cm_fail_memory(err);
    cm_code code = cm_param_i64("watermark_key", args->values[KEY], &key, err);
    if (code == CM_OK)
        code = cm_param_share("fraction", args->values[FRACTION], &u->fraction, err);
    if (code == CM_OK)
        code = cm_param_real("strength", args->values[STRENGTH], -100, 100, &strength, err);
    if (code == CM_OK)
        code = make_list(u, key, args->vocabulary, err);
    if (code != CM_OK) {
        release(u);
        return code;
    }
    u->strength = (float)strength;
    u->rule = (cm_series_rule){
        .windows = {.vocabulary = args->vocabulary, .width = 1, .repeats = true},
        .law = cm_green_permuted_law(&u->share),
        .score = score,
        .statistic_name = "z",
        .statistic = statistic,
        .decades = 0.05,
    };
    *self = u;
    return CM_OK;
}

static bool step(const void *self, void *sequence, const cm_text_past *past, float *scores) {
    const unigram *u = self;
    (void)sequence;
    (void)past;
    for (uint32_t t = 0; t < u->rule.windows.vocabulary; t++)
        scores[t] += u->strength * u->list[t];
    return false;
}

static const cm_series_rule *rule(const void *self) {
    const unigram *u = self;
    return &u->rule;
}

const cm_scheme_kind cm_scheme_unigram = {
    .info = {.name = "unigram",
             .summary = "one green list for the whole text (Zhao et al. 2023)",
             .sized = true,
             .params = params,
             .param_count = sizeof params / sizeof *params},
    .make = make,
    .free = release,
    .step = step,
    .rule = rule,
};
