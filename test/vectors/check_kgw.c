/* Transformers' green lists: seeds, lists, the processor and the detector. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "fields.h"
#include "scheme.h"
#include "text/kgw.h"

enum { SCORES_PERIOD = 1000003 };

static uint64_t seed_of(const json_t *c) {
    uint32_t window[WINDOW_MAX], *table = NULL;
    cm_error err = {0};
    int n = (int)ids_of(field(c, "context"), window);
    int width = (int)count_of(c, "context_width", WINDOW_MAX);
    uint64_t key = word(c, "key");
    if (n == 0)
        mismatch("an empty context");
    if (strcmp(text(c, "scheme"), "lefthash") == 0)
        return cm_kgw_lefthash(key, window[n - 1]);
    expect_text("scheme", "selfhash", text(c, "scheme"));
    expect_ok(cm_kgw_table(key, &table, &err), &err);
    int first = n > width ? n - width : 0;
    uint64_t seed = cm_kgw_selfhash(key, table, window + first, n - first);
    free(table);
    return seed;
}

/* simple_1 is transformers' lefthash: what that raises, the schemes raise. */
static void check_as_schemes(const json_t *c) {
    char params[200];
    uint32_t context[WINDOW_MAX], vocabulary = vocabulary_of(c);
    uint32_t n = ids_of(field(c, "context"), context);
    const char *const seeding[] = {"simple_1", "ff-additive_prf-1-False"};
    for (int i = 0; i < 2; i++) {
        snprintf(params, sizeof params, "seeding_scheme=%s hash_key=%llu gamma=%.17g", seeding[i],
                 (unsigned long long)word(c, "key"), number(c, "ratio"));
        cm_text_scheme *s = scheme_of("lmw", vocabulary, params);
        check_raised(seeding[i], s, vocabulary, 0, context, n, field(c, "sha256_sorted_i32"));
        cm_text_scheme_free(s);
    }
}

void check_hf_kgw_greenlist(const json_t *file, const json_t *c) {
    (void)file;
    uint32_t vocabulary = vocabulary_of(c);
    uint64_t seed = seed_of(c);
    uint32_t size = cm_kgw_size(vocabulary, number(c, "ratio"));
    expect_word("seed_u64", seed, word(c, "seed_u64"));
    expect_word("count", size, word(c, "count"));
    uint32_t *order = calloc(vocabulary, sizeof *order);
    uint8_t *green = calloc(vocabulary, 1);
    cm_kgw_list(seed, vocabulary, size, order, green);
    check_set("sha256_sorted_i32", green, vocabulary, field(c, "sha256_sorted_i32"));
    free(order);
    free(green);
    if (strcmp(text(c, "scheme"), "lefthash") == 0)
        check_as_schemes(c);
}

void check_hf_kgw_processor(const json_t *file, const json_t *c) {
    (void)file;
    char params[200];
    size_t n, raised = 0;
    uint32_t *ids = text_ids(field(c, "input_ids"), &n), vocabulary = vocabulary_of(c);
    uint64_t seed = word(c, "score_seed");
    float *scores = calloc(vocabulary, sizeof *scores),
          *before = calloc(vocabulary, sizeof *before);
    for (uint64_t i = 0; i < vocabulary; i++)
        before[i] = scores[i] =
            (float)((double)((i * 7919 + seed * 104729) % SCORES_PERIOD) / 50000.0);
    snprintf(params, sizeof params,
             "seeding_scheme=%s hashing_key=%llu greenlist_ratio=%.17g bias=%.17g context_width=%u",
             text(c, "scheme"), (unsigned long long)word(c, "key"), number(c, "ratio"),
             number(c, "bias"), count_of(c, "context_width", WINDOW_MAX));
    cm_text_scheme *s = scheme_of("hf-kgw", vocabulary, params);
    scheme_step(s, 0, ids, n, scores, vocabulary);
    for (uint32_t i = 0; i < vocabulary; i++)
        raised += scores[i] > before[i];
    expect_word("n_biased", raised, word(c, "n_biased"));
    check_digest("out_sha256_f32", scores, vocabulary * sizeof *scores, field(c, "out_sha256_f32"));
    cm_text_scheme_free(s);
    free(before);
    free(scores);
    free(ids);
}

/* What transformers of that release says of the text. The release's own count isn't in our
 * evidence, but z tells how many of how many are green. */
static void check_release(const json_t *c, const char *release, const char *mode,
                          const char *p_name) {
    char params[240];
    size_t n;
    uint32_t *ids = text_ids(field(c, "input_ids"), &n);
    size_t skip = n > 0 && ids[0] == word(c, "bos_token_id") ? 1 : 0;
    const json_t *want = field(c, mode);
    double ratio = number(c, "greenlist_ratio"), scored = number(want, "num_tokens_scored");
    snprintf(params, sizeof params,
             "seeding_scheme=%s hashing_key=%llu greenlist_ratio=%.17g context_width=%u "
             "transformers=%s",
             text(c, "seeding_scheme"), (unsigned long long)word(c, "hashing_key"), ratio,
             count_of(c, "context_width", WINDOW_MAX), release);
    cm_text_evidence e = look_under("hf-kgw", vocabulary_of(c), params, ids + skip, n - skip);
    double z = number(want, "z"), p = number(want, p_name);
    double green = e.statistic * sqrt(scored * ratio * (1 - ratio)) + ratio * scored;
    expect_near("z", e.statistic, z, 1e-12 * (1 + fabs(z)));
    expect_near("num_green_tokens", green, number(want, "num_green_tokens"), 1e-6);
    expect_near(p_name, e.peer_p, p, 1e-12 + 1e-10 * p);
    if (strcmp(mode, "all") == 0)
        expect_word("num_tokens_scored", e.scored + e.duplicates, word(want, "num_tokens_scored"));
    else if (e.scored > word(want, "num_tokens_scored"))
        mismatch("num_tokens_scored: more than %g", scored);
    free(ids);
}

void check_hf_kgw_detector(const json_t *file, const json_t *c) {
    (void)file;
    check_release(c, "4.40", "all", "p_legacy_formula");
    check_release(c, "5.19", "unique", "p_legacy_formula");
    check_release(c, "5.23", "unique", "p_v5_23_erfc");
}
