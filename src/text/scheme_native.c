/* cm-text-1, our own scheme (spec/text-mark.md). */
#include <openssl/crypto.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "text/native.h"
#include "text/scheme_table.h"

static const cm_text_param_info params[] = {
    {"mode", "gumbel", "gumbel (doesn't change what the model says), green or tournament"},
    {"context", "4", "tokens of context, 1 to 4"},
    {"payload", "32", "gumbel: bits of the payload, 0, 16, 32 or 64"},
    {"gamma", "0.25", "green: share of green tokens, in 256ths"},
    {"delta", "2", "green: added to green logits"},
    {"depth", "30", "tournament: layers, 1 to 32"},
};

enum { MODE, CONTEXT, PAYLOAD, GAMMA, DELTA, DEPTH };

static cm_code read_payload(const char *text, cm_native *n, cm_error *err) {
    static const char *const lengths[] = {"0", "16", "32", "64", NULL};
    static const int bits[] = {0, 16, 32, 64};
    int choice = 0;
    cm_code code = cm_param_choice("payload", text, lengths, &choice, err);
    bool gumbel = n->mode == CM_NATIVE_MODE_GUMBEL;
    n->bits = gumbel ? bits[choice] : 0;
    return code;
}

static cm_code read_args(const cm_scheme_args *args, cm_native *n, cm_error *err) {
    static const char *const modes[] = {"gumbel", "green", "tournament", NULL};
    const char *const *v = args->values;
    double gamma = 0, delta = 0;
    int mode = 0;
    cm_code code = cm_param_choice("mode", v[MODE], modes, &mode, err);
    n->mode = (cm_native_mode)mode;
    if (code == CM_OK)
        code = cm_param_int("context", v[CONTEXT], 1, CM_NATIVE_CONTEXT, &n->width, err);
    if (code == CM_OK)
        code = read_payload(v[PAYLOAD], n, err);
    if (code == CM_OK)
        code = cm_param_real("gamma", v[GAMMA], 1.0 / 256, 255.0 / 256, &gamma, err);
    if (code == CM_OK)
        code = cm_param_real("delta", v[DELTA], 0, 100, &delta, err);
    if (code == CM_OK)
        code = cm_param_int("depth", v[DEPTH], 1, 32, &n->depth, err);
    n->green = (int)lround(gamma * 256);
    n->delta = (float)delta;
    n->vocabulary = args->vocabulary;
    return code;
}

/* Everything hangs on the layer's key, so the public key file detects the public layer's mark. */
static cm_code derive_key(const cm_scheme_args *args, cm_native *n, cm_error *err) {
    uint8_t layer[CM_KEY_BYTES], subkey[CM_KEY_BYTES];
    cm_code code = cm_key_layer(args->key, args->layer, layer, err);
    if (code == CM_OK)
        code = cm_key_subkey(layer, "cm-text-1", subkey, err);
    if (code == CM_OK)
        memcpy(n->key, subkey, sizeof n->key);
    OPENSSL_cleanse(layer, sizeof layer);
    OPENSSL_cleanse(subkey, sizeof subkey);
    return code;
}

static void release(void *self) {
    cm_native *n = self;
    OPENSSL_cleanse(n->key, sizeof n->key);
    free(n);
}

static double sum(const void *self, uint64_t n, double value) {
    (void)self;
    (void)n;
    return value;
}

static double mean(const void *self, uint64_t n, double value) {
    const cm_native *s = self;
    return value / ((double)n * s->depth);
}

static void set_rule(cm_native *n) {
    n->share = n->green / 256.0;
    n->layers = (cm_layers){.depth = n->depth, .share = 0.5, .even = true};
    for (int i = 0; i < n->depth; i++)
        n->layers.weight[i] = 1;
    n->rule = (cm_series_rule){
        .windows = {.vocabulary = n->vocabulary, .width = (size_t)n->width + 1, .by_context = true},
        .score = cm_native_score,
        .decades = 0.1,
    };
    switch (n->mode) {
    case CM_NATIVE_MODE_GUMBEL:
        n->rule.law = cm_law_exponential();
        n->rule.statistic_name = "sum";
        n->rule.statistic = sum;
        break;
    case CM_NATIVE_MODE_GREEN:
        n->rule.law = cm_law_green(&n->share);
        n->rule.statistic_name = "z";
        n->rule.decades = 0.08;
        break;
    case CM_NATIVE_MODE_TOURNAMENT:
        n->rule.law = cm_law_layers(&n->layers);
        n->rule.statistic_name = "mean";
        n->rule.statistic = mean;
        break;
    }
}

static cm_code make(const cm_scheme_args *args, void **self, cm_error *err) {
    cm_native *n = cm_calloc(1, sizeof *n);
    if (n == NULL)
        return cm_fail_memory(err);
    cm_code code = read_args(args, n, err);
    if (code == CM_OK)
        code = derive_key(args, n, err);
    if (code != CM_OK) {
        release(n);
        return code;
    }
    set_rule(n);
    *self = n;
    return CM_OK;
}

static int payload_bits(const void *self) {
    const cm_native *n = self;
    return n->bits;
}

static void close_sequence(void *state) {
    cm_native_sequence *s = state;
    cm_native_prf_close(s->prf);
    cm_native_past_close(&s->past);
    free(s->layer_bits);
    free(s->probability);
    free(s);
}

static cm_code open_sequence(const void *self, size_t capacity, void **out, cm_error *err) {
    const cm_native *n = self;
    bool tournament = n->mode == CM_NATIVE_MODE_TOURNAMENT;
    *out = NULL;
    cm_native_sequence *s = cm_calloc(1, sizeof *s);
    if (s == NULL)
        return cm_fail_memory(err);
    cm_code code = cm_native_prf_open(n->key, &s->prf, err);
    if (code == CM_OK)
        code = cm_native_past_open(&s->past, capacity, err);
    if (tournament) {
        s->layer_bits = cm_calloc(n->vocabulary, sizeof *s->layer_bits);
        s->probability = cm_calloc(n->vocabulary, sizeof *s->probability);
        if (code == CM_OK && (s->layer_bits == NULL || s->probability == NULL))
            code = cm_fail_memory(err);
    }
    if (code != CM_OK) {
        close_sequence(s);
        return code;
    }
    *out = s;
    return CM_OK;
}

static bool step(const void *self, void *state, const cm_text_past *past, float *scores) {
    const cm_native *n = self;
    cm_native_sequence *s = state;
    const uint32_t *context = past->ids + past->n;
    if (!cm_native_past_is_fresh(&s->past, past, n->width))
        return false;
    switch (n->mode) {
    case CM_NATIVE_MODE_GREEN:
        cm_native_step_green(n, s, context, scores);
        return false;
    case CM_NATIVE_MODE_TOURNAMENT:
        cm_native_step_tournament(n, s, context, scores);
        return false;
    case CM_NATIVE_MODE_GUMBEL:
        break;
    }
    return cm_native_step_gumbel(n, s, context, past->payload, scores);
}

static const cm_series_rule *rule(const void *self) {
    const cm_native *n = self;
    return n->bits == 0 ? &n->rule : NULL;
}

const cm_scheme_kind cm_scheme_native = {
    .info = {.name = "cm-text-1",
             .summary =
                 "ours: AES under a key file; Gumbel with a payload, green list, or tournament",
             .keyed = true,
             .params = params,
             .param_count = sizeof params / sizeof *params},
    .make = make,
    .free = release,
    .payload_bits = payload_bits,
    .open = open_sequence,
    .close = close_sequence,
    .step = step,
    .rule = rule,
    .detector_open = cm_native_detector_open,
    .detector_feed = cm_native_detector_feed,
    .detector_finish = cm_native_detector_finish,
    .detector_close = cm_native_detector_close,
};
