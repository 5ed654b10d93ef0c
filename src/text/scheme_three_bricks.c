/* The detectors of "Three bricks" and what they detect (spec/text-peers.md §13). */
#include <stdlib.h>

#include "base/mem.h"
#include "text/bricks.h"
#include "text/choice.h"
#include "text/laws.h"
#include "text/scheme_table.h"

static const cm_text_param_info params[] = {
    {"method", "openai", "openai (Gumbel) or maryland (green list)"},
    {"seed", "0", "the key"},
    {"salt_key", "35317", "multiplier of the hash"},
    {"ngram", "4", "tokens of context"},
    {"gamma", "0.5", "maryland: share of the vocabulary that is green"},
    {"delta", "4", "maryland: added to green logits"},
    {"scoring", "v2",
     "what counts once: v1 each context, v2 each context with its token; none: the peer's own "
     "statistic counts all"},
    {"payload_max", "0", "greatest payload; all from 0 on are tried"},
    {"law", "exact", "the peer's p-value: exact or normal"},
};

enum { METHOD, SEED, SALT, NGRAM, GAMMA, DELTA, SCORING, PAYLOAD_MAX, LAW };

static cm_code read_choices(const char *const *v, cm_bricks *b, cm_error *err) {
    static const char *const methods[] = {"maryland", "openai", NULL};
    static const char *const scorings[] = {"none", "v1", "v2", NULL};
    static const char *const laws[] = {"exact", "normal", NULL};
    int method = 0, scoring = 0, law = 0;
    cm_code code = cm_param_choice("method", v[METHOD], methods, &method, err);
    if (code == CM_OK)
        code = cm_param_choice("scoring", v[SCORING], scorings, &scoring, err);
    if (code == CM_OK)
        code = cm_param_choice("law", v[LAW], laws, &law, err);
    b->method = (cm_bricks_method)method;
    b->scoring = (cm_bricks_scoring)scoring;
    b->normal = law != 0;
    return code;
}

static cm_code read_args(const cm_scheme_args *args, cm_bricks *b, cm_error *err) {
    const char *const *v = args->values;
    int payload_max = 0;
    double delta = 0;
    cm_code code = read_choices(v, b, err);
    if (code == CM_OK)
        code = cm_param_u64("seed", v[SEED], 0, UINT64_MAX, &b->seed, err);
    if (code == CM_OK)
        code = cm_param_u64("salt_key", v[SALT], 0, UINT64_MAX, &b->salt, err);
    if (code == CM_OK)
        code = cm_param_int("ngram", v[NGRAM], 1, CM_BRICKS_NGRAM_MAX, &b->ngram, err);
    if (code == CM_OK)
        code = cm_param_share("gamma", v[GAMMA], &b->gamma, err);
    if (code == CM_OK)
        code = cm_param_real("delta", v[DELTA], 0, 100, &delta, err);
    if (code == CM_OK)
        code = cm_param_int("payload_max", v[PAYLOAD_MAX], 0, CM_BRICKS_PAYLOAD_MAX, &payload_max,
                            err);
    if (code == CM_OK && (uint32_t)payload_max >= args->vocabulary)
        code = cm_fail(err, CM_ERR_ARGUMENT, "payload_max=%d: less than the vocabulary is needed",
                       payload_max);
    b->vocabulary = args->vocabulary;
    b->payloads = (uint32_t)payload_max + 1;
    b->delta = (float)delta;
    return code;
}

static cm_code make(const cm_scheme_args *args, void **self, cm_error *err) {
    cm_bricks *b = cm_calloc(1, sizeof *b);
    if (b == NULL)
        return cm_fail_memory(err);
    cm_code code = read_args(args, b, err);
    if (code != CM_OK) {
        free(b);
        return code;
    }
    b->green = (uint32_t)(b->gamma * b->vocabulary);
    b->share = (double)b->green / b->vocabulary;
    b->law = b->method == CM_BRICKS_MARYLAND ? cm_law_green(&b->share) : cm_law_exponential();
    *self = b;
    return CM_OK;
}

/* What a marker may carry: whole bits, so that any payload of them is one that is tried. */
static int payload_bits(const void *self) {
    const cm_bricks *b = self;
    int bits = 0;
    while (b->payloads >> (bits + 1) > 0)
        bits++;
    return bits;
}

typedef struct sequence {
    uint32_t *order;
    uint8_t *green;
    float *entry, *uniform;
} sequence;

static void close_step(void *state) {
    sequence *q = state;
    free(q->order);
    free(q->green);
    free(q->entry);
    free(q->uniform);
    free(q);
}

static cm_code open_step(const void *self, size_t capacity, void **out, cm_error *err) {
    const cm_bricks *b = self;
    (void)capacity;
    *out = NULL;
    sequence *q = cm_calloc(1, sizeof *q);
    if (q == NULL)
        return cm_fail_memory(err);
    q->order = cm_calloc(b->vocabulary, sizeof *q->order);
    q->green = cm_calloc(b->vocabulary, sizeof *q->green);
    q->entry = cm_calloc(b->vocabulary, sizeof *q->entry);
    q->uniform = cm_calloc(b->vocabulary, sizeof *q->uniform);
    if (q->order == NULL || q->green == NULL || q->entry == NULL || q->uniform == NULL) {
        close_step(q);
        return cm_fail_memory(err);
    }
    *out = q;
    return CM_OK;
}

static bool step(const void *self, void *state, const cm_text_past *past, float *scores) {
    const cm_bricks *b = self;
    sequence *q = state;
    uint32_t n = b->vocabulary, payload = (uint32_t)past->payload;
    if (past->n < (size_t)b->ngram)
        return false;
    uint64_t seed = cm_bricks_seed(b, past->ids + past->n - b->ngram);
    if (b->method == CM_BRICKS_MARYLAND) {
        cm_bricks_flags(b, seed, q->order, q->green);
        for (uint32_t t = 0; t < n; t++)
            scores[t] += q->green[cm_bricks_entry(b, t, payload)] ? b->delta : 0;
        return false;
    }
    cm_bricks_uniforms(b, seed, n, q->entry);
    for (uint32_t t = 0; t < n; t++)
        q->uniform[t] = q->entry[cm_bricks_entry(b, t, payload)];
    uint32_t chosen = cm_gumbel_choice(scores, q->uniform, n);
    if (chosen == n)
        return false;
    cm_choose_only(scores, n, chosen);
    return true;
}

const cm_scheme_kind cm_scheme_three_bricks = {
    .info = {.name = "three-bricks",
             .summary = "detectors of \"Three bricks\" (Fernandez et al. 2023), with a payload",
             .sized = true,
             .params = params,
             .param_count = sizeof params / sizeof *params},
    .make = make,
    .free = free,
    .payload_bits = payload_bits,
    .open = open_step,
    .close = close_step,
    .step = step,
    .detector_open = cm_bricks_detect_open,
    .detector_feed = cm_bricks_detect_feed,
    .detector_finish = cm_bricks_detect_finish,
    .detector_close = cm_bricks_detect_close,
};
