/* MarkLLM's EXP: Aaronson's mark with the numbers of torch.rand() (spec/text-peers.md §11). */
#include <stdlib.h>

#include "base/mem.h"
#include "text/choice.h"
#include "text/exp_detect.h"
#include "base/mt19937.h"
#include "text/scheme_table.h"

static const cm_text_param_info params[] = {
    {"hash_key", "15485863", "the key"},
    {"prefix_length", "4", "tokens of context"},
};

enum { KEY, PREFIX };

static cm_code make(const cm_scheme_args *args, void **self, cm_error *err) {
    cm_exp *e = cm_calloc(1, sizeof *e);
    if (e == NULL)
        return cm_fail_memory(err);
    e->vocabulary = args->vocabulary;
    cm_code code = cm_param_u64("hash_key", args->values[KEY], 0, UINT64_MAX, &e->key, err);
    if (code == CM_OK)
        code = cm_param_int("prefix_length", args->values[PREFIX], 1, CM_EXP_PREFIX_MAX, &e->prefix,
                            err);
    if (code == CM_OK)
        *self = e;
    else
        free(e);
    return code;
}

static cm_code open_step(const void *self, size_t capacity, void **sequence, cm_error *err) {
    const cm_exp *e = self;
    (void)capacity;
    *sequence = cm_calloc(e->vocabulary, sizeof(float));
    return *sequence != NULL ? CM_OK : cm_fail_memory(err);
}

/* The greatest r^(1/p). */
static bool step(const void *self, void *sequence, const cm_text_past *past, float *scores) {
    const cm_exp *e = self;
    float *uniform = sequence;
    cm_mt mt;
    if (past->n < (size_t)e->prefix)
        return false;
    cm_mt_seed(&mt, cm_exp_seed(e, past->ids + past->n - e->prefix));
    for (uint32_t t = 0; t < e->vocabulary; t++)
        uniform[t] = cm_mt_float(&mt);
    uint32_t chosen = cm_gumbel_choice(scores, uniform, e->vocabulary);
    if (chosen == e->vocabulary)
        return false;
    cm_choose_only(scores, e->vocabulary, chosen);
    return true;
}

const cm_scheme_kind cm_scheme_exp = {
    .info = {.name = "exp",
             .summary = "MarkLLM's EXP (Aaronson 2022), numbers of torch.rand()",
             .sized = true,
             .params = params,
             .param_count = sizeof params / sizeof *params},
    .make = make,
    .free = free,
    .open = open_step,
    .close = free,
    .step = step,
    .detector_open = cm_exp_detect_open,
    .detector_feed = cm_exp_detect_feed,
    .detector_finish = cm_exp_detect_finish,
    .detector_close = cm_exp_detect_close,
};
