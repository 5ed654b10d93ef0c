/* The reference code of SynthID-Text, google-deepmind/synthid-text (spec/text-peers.md §5). */
#include "base/mem.h"
#include "text/scheme_table.h"
#include "text/synthid_scheme.h"

static const cm_text_param_info params[] = {
    {"keys",
     "654,400,836,123,340,443,597,160,57,29,590,639,13,715,468,990,966,226,324,585,118,504,421,521,"
     "129,669,732,225,90,960",
     "a key for each layer, 1 to 64"},
    {"ngram_len", "5", CM_SYNTHID_NGRAM_LEN_HELP},
    {"num_leaves", "2", "2, or 3 for the distortionary kind"},
    {"context_history_size", "1024", CM_SYNTHID_HISTORY_HELP},
    {"skip_first_ngram_calls", "false", CM_SYNTHID_SKIP_HELP},
    {"eos", "", CM_SYNTHID_EOS_HELP},
    {"statistic", "weighted", CM_SYNTHID_STATISTIC_HELP},
    {"weights", "", CM_SYNTHID_WEIGHTS_HELP},
    {"model", "", CM_SYNTHID_MODEL_HELP},
};

enum { KEYS, NGRAM_LEN, LEAVES, HISTORY, SKIP, EOS, STATISTIC, WEIGHTS, MODEL };

static cm_code set(const cm_scheme_args *args, cm_synthid *s, cm_error *err) {
    const char *const *v = args->values;
    const cm_synthid_texts texts = {v[KEYS], v[NGRAM_LEN], v[HISTORY], v[SKIP],
                                    v[EOS],  v[STATISTIC], v[WEIGHTS], v[MODEL]};
    cm_code code = cm_synthid_read(&texts, args->vocabulary, s, err);
    if (code == CM_OK)
        code = cm_param_int("num_leaves", v[LEAVES], 2, 3, &s->leaves, err);
    if (code == CM_OK)
        code = cm_synthid_g_open_reference(&s->g, err);
    return code == CM_OK ? cm_synthid_complete(&texts, s, err) : code;
}

static cm_code make(const cm_scheme_args *args, void **self, cm_error *err) {
    cm_synthid *s = cm_calloc(1, sizeof *s);
    if (s == NULL)
        return cm_fail_memory(err);
    s->nothing = -1e12f;
    cm_code code = set(args, s, err);
    if (code == CM_OK)
        *self = s;
    else
        cm_synthid_free(s);
    return code;
}

const cm_scheme_kind cm_scheme_dm_synthid = {
    .info = {.name = "dm-synthid",
             .summary = "SynthID-Text as google-deepmind/synthid-text has it, with 2 or 3 leaves",
             .params = params,
             .param_count = sizeof params / sizeof *params},
    .make = make,
    CM_SYNTHID_ENTRIES,
};
