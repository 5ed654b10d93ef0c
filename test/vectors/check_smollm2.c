/* Answers of a small language model, marked by the peers' own code or not at all: the scores that
 * were recorded, which are rounded, beside ours. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "fields.h"
#include "scheme.h"

enum { VOCABULARY = 49152, KGW_KEY = 15485863 };

/* transformers' default keys */
#define SYNTHID_KEYS                                                                               \
    "654,400,836,123,340,443,597,160,57,29,590,639,13,715,468,990,966,226,324,585,118,504,421,"    \
    "521,129,669,732,225,90,960"

static cm_text_evidence look_at(const char *scheme, const char *params, const json_t *c) {
    size_t n;
    uint32_t *ids = text_ids(field(c, "ids"), &n);
    cm_text_evidence e = look_under(scheme, VOCABULARY, params, ids, n);
    free(ids);
    return e;
}

/* lefthash; `release`: one that counts repeated pairs, or one that doesn't. */
static cm_text_evidence look_kgw(const json_t *c, uint64_t key, double ratio, const char *release) {
    char params[160];
    snprintf(params, sizeof params, "hashing_key=%llu greenlist_ratio=%.17g transformers=%s",
             (unsigned long long)key, ratio, release);
    return look_at("hf-kgw", params, c);
}

static void check_detector(const json_t *c, const char *name, double ratio) {
    const json_t *want = json_object_get(c, name);
    if (want == NULL)
        return;
    double n = number(want, "n");
    cm_text_evidence e = look_kgw(c, KGW_KEY, ratio, "4.40");
    expect_word("n", e.scored + e.duplicates, word(want, "n"));
    expect_near("z", e.statistic, number(want, "z"), 0.0051);
    expect_near("green", e.statistic * sqrt(n * ratio * (1 - ratio)) + n * ratio,
                number(want, "green"), 1e-6);
    e = look_kgw(c, KGW_KEY, ratio, "5.23");
    expect_word("n_unique", e.scored, word(want, "n_unique"));
    expect_near("z_unique", e.statistic, number(want, "z_unique"), 0.0051);
}

void check_smollm2_kgw_runs(const json_t *file, const json_t *c) {
    (void)file;
    if (json_object_get(c, "det_0.25") == NULL && json_object_get(c, "det_0.5") == NULL)
        mismatch("neither det_0.25 nor det_0.5");
    check_detector(c, "det_0.25", 0.25);
    check_detector(c, "det_0.5", 0.5);
}

static void check_kgw25(const json_t *file, const json_t *c, const json_t *want) {
    cm_text_evidence e = look_kgw(c, word(file, "key_kgw"), 0.25, "5.23");
    expect_word("kgw25 n", e.scored, word(want, "n"));
    expect_near("kgw25 z", e.statistic, number(want, "z"), 0.0051);
}

static void check_gumbel4(const json_t *file, const json_t *c, const json_t *want) {
    char params[80];
    snprintf(params, sizeof params, "key=%llu context_width=4",
             (unsigned long long)word(file, "key_gumbel"));
    cm_text_evidence e = look_at("vllm-gumbel", params, c);
    expect_word("gumbel4 n", e.scored, word(want, "n"));
    expect_near("gumbel4 score", e.statistic, number(want, "score"), 0.051);
    expect_near("gumbel4 log10p", log10(e.peer_p), number(want, "log10p"), 0.051);
}

static void check_synthid30(const json_t *c, const json_t *want) {
    cm_text_evidence e = look_at("hf-synthid", "statistic=weighted keys=" SYNTHID_KEYS, c);
    uint64_t n = word(want, "n"); /* the peer counts windows of equal g-values that we drop */
    if (n < e.scored || n > e.scored + e.duplicates)
        mismatch("synthid30 n: want %llu, got %llu and %llu more", (unsigned long long)n,
                 (unsigned long long)e.scored, (unsigned long long)e.duplicates);
    expect_near("synthid30 wmean", e.statistic, number(want, "wmean"), 0.000051);
}

/* Unmarked answers are recorded with the scores of all three methods, others with their own. */
void check_smollm2_methods(const json_t *file, const json_t *c) {
    const char *method = text(c, "method");
    const json_t *det = field(c, "det");
    bool all = strcmp(method, "none") == 0;
    if (all || strcmp(method, "kgw25") == 0)
        check_kgw25(file, c, all ? field(det, "kgw25") : det);
    if (all || strcmp(method, "gumbel4") == 0)
        check_gumbel4(file, c, all ? field(det, "gumbel4") : det);
    if (all || strcmp(method, "synthid30") == 0)
        check_synthid30(c, all ? field(det, "synthid30") : det);
    if (!all && strcmp(method, "kgw25") != 0 && strcmp(method, "gumbel4") != 0 &&
        strcmp(method, "synthid30") != 0)
        mismatch("method %s isn't known", method);
}
