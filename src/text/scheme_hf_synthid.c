/* transformers' SynthIDTextWatermarkLogitsProcessor and its detectors (spec/text-peers.md §5). */
#include <float.h>

#include "base/mem.h"
#include "text/scheme_table.h"
#include "text/synthid_scheme.h"

static const cm_text_param_info params[] = {
    {"keys", "654,400,836,123,340,443,597,160,57", "a key for each layer, 1 to 64"},
    {"ngram_len", "5", CM_SYNTHID_NGRAM_LEN_HELP},
    {"sampling_table_size", "65536", "size of the table of g-values"},
    {"sampling_table_seed", "0", "seed of the table"},
    {"context_history_size", "1024", CM_SYNTHID_HISTORY_HELP},
    {"skip_first_ngram_calls", "false", CM_SYNTHID_SKIP_HELP},
    {"eos", "", CM_SYNTHID_EOS_HELP},
    {"statistic", "weighted", CM_SYNTHID_STATISTIC_HELP},
    {"weights", "", CM_SYNTHID_WEIGHTS_HELP},
    {"model", "", CM_SYNTHID_MODEL_HELP},
};

enum { KEYS, NGRAM_LEN, TABLE_SIZE, TABLE_SEED, HISTORY, SKIP, EOS, STATISTIC, WEIGHTS, MODEL };

enum { TABLE_MAX = 1 << 24 };

static cm_code set(const cm_scheme_args *args, cm_synthid *s, cm_error *err) {
    const char *const *v = args->values;
    const cm_synthid_texts texts = {v[KEYS], v[NGRAM_LEN], v[HISTORY], v[SKIP],
                                    v[EOS],  v[STATISTIC], v[WEIGHTS], v[MODEL]};
    int size = 0;
    uint64_t seed = 0;
    cm_code code = cm_synthid_read(&texts, args->vocabulary, s, err);
    if (code == CM_OK)
        code = cm_param_int("sampling_table_size", v[TABLE_SIZE], 2, TABLE_MAX, &size, err);
    if (code == CM_OK)
        code = cm_param_u64("sampling_table_seed", v[TABLE_SEED], 0, UINT64_MAX, &seed, err);
    if (code == CM_OK)
        code = cm_synthid_g_open_table(&s->g, seed, (uint32_t)size, err);
    return code == CM_OK ? cm_synthid_complete(&texts, s, err) : code;
}

static cm_code make(const cm_scheme_args *args, void **self, cm_error *err) {
    cm_synthid *s = cm_calloc(1, sizeof *s);
    if (s == NULL)
        return cm_fail_memory(err);
    s->leaves = 2;
    s->nothing = -FLT_MAX;
    cm_code code = set(args, s, err);
    if (code == CM_OK)
        *self = s;
    else
        cm_synthid_free(s);
    return code;
}

const cm_scheme_kind cm_scheme_hf_synthid = {
    .info = {.name = "hf-synthid",
             .summary = "SynthID-Text of Hugging Face's transformers (Dathathri et al. 2024)",
             .params = params,
             .param_count = sizeof params / sizeof *params},
    .make = make,
    CM_SYNTHID_ENTRIES,
};
