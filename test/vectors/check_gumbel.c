/* vLLM's Gumbel mark and MarkLLM's EXP. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "fields.h"
#include "scheme.h"
#include "text/gumbel.h"

enum { VLLM_IDS = 1000, ANY = 1 << 20 };

/* The peer's numbers are floats before they are summed. */
static void check_vllm(const json_t *c, const char *mode, const char *which, bool all) {
    char params[160];
    size_t n;
    uint32_t *ids = text_ids(field(c, "input_ids"), &n);
    const json_t *want = field(c, which);
    snprintf(params, sizeof params, "key=%llu context_width=%u mode=%s deduplicate_contexts=%s",
             (unsigned long long)word(c, "key"), count_of(c, "context_width", WINDOW_MAX), mode,
             all ? "false" : "true");
    cm_text_evidence e = look_under("vllm-gumbel", ANY, params, ids, n);
    double score = number(want, "score"), p = number(want, "p");
    expect_word("n", e.scored + (all ? e.duplicates : 0), word(want, "n"));
    expect_near("score", e.statistic, score, 1e-6 * score);
    if (p > 0)
        expect_near("ln p", log(e.peer_p), log(p), 1e-4 + 1e-5 * fabs(log(p)));
    else if (e.peer_p > 1e-300)
        mismatch("p: got %g, want 0", e.peer_p);
    free(ids);
}

/* The tokens that vLLM's own sampler took. */
static void check_vllm_steps(const json_t *c) {
    char params[80];
    float logits[VLLM_IDS];
    size_t n;
    uint32_t *ids = text_ids(field(c, "input_ids"), &n);
    cm_text_marker *m;
    cm_error err = {0};
    snprintf(params, sizeof params, "key=%llu context_width=%d", (unsigned long long)word(c, "key"),
             (int)word(c, "context_width"));
    cm_text_scheme *s = scheme_of("vllm-gumbel", VLLM_IDS, params);
    expect_ok(cm_text_marker_new(s, NULL, &m, &err), &err);
    for (size_t step = 0; step < n; step++) {
        for (uint64_t i = 0; i < VLLM_IDS; i++)
            logits[i] = (float)((double)((i * 7919 + step * 104729) % 1000003) / 200000.0);
        expect_ok(cm_text_marker_step(m, logits, VLLM_IDS, &err), &err);
        for (uint32_t i = 0; i < VLLM_IDS; i++)
            if (logits[i] != (i == ids[step] ? 0 : -INFINITY))
                mismatch("step %zu: logit of %u is %g, where %u was taken", step, i,
                         (double)logits[i], ids[step]);
        expect_ok(cm_text_marker_accept(m, ids[step], &err), &err);
    }
    cm_text_marker_free(m);
    cm_text_scheme_free(s);
    free(ids);
}

void check_vllm_gumbel_detector(const json_t *file, const json_t *c) {
    (void)file;
    uint64_t keys[2];
    cm_error err = {0};
    check_vllm(c, "single", "dedup", false);
    check_vllm(c, "single", "all", true);
    check_vllm(c, "dual", "dual_dedup", false);
    check_vllm(c, "dual", "dual_all", true);
    expect_ok(cm_vllm_dual_keys(word(c, "key"), keys, &err), &err);
    expect_word("derived_key_a", keys[0], word(c, "derived_key_a"));
    expect_word("derived_key_b", keys[1], word(c, "derived_key_b"));
    if (strcmp(text(c, "kind"), "marked") == 0)
        check_vllm_steps(c);
}

void check_exp_markllm(const json_t *file, const json_t *c) {
    (void)file;
    char params[80];
    size_t n;
    uint32_t *ids = text_ids(field(c, "input_ids"), &n);
    snprintf(params, sizeof params, "hash_key=%llu prefix_length=%u",
             (unsigned long long)word(c, "hash_key"), count_of(c, "prefix_length", WINDOW_MAX));
    cm_text_evidence e = look_under("exp", vocabulary_of(c), params, ids, n);
    expect_word("number of r", e.scored + e.duplicates, json_array_size(list(c, "r")));
    expect_near("score", e.statistic, number(c, "score"), 1e-5);
    expect_near("log10 p", log10(e.peer_p), log10(number(c, "p")), 1e-5);
    free(ids);
}
