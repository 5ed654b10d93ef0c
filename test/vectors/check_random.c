/* Random numbers of PyTorch, vLLM and TextSeal. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "fields.h"
#include "scheme.h"
#include "text/gumbel.h"
#include "base/mt19937.h"
#include "text/shuffle.h"
#include "text/synthid.h"

enum { PERMUTATION_MAX = 1 << 22, BITS = 1000 };

/* The quick way to an element's place and its plain twin, every place of small permutations. */
static void check_places(uint64_t seed, uint32_t n, uint32_t count, const uint32_t *order) {
    cm_shuffle shuffle;
    cm_error err = {0};
    uint32_t step = n < 3000 ? 1 : n / 7 + 1;
    expect_ok(cm_shuffle_open(n, count, &shuffle, &err), &err);
    for (uint32_t i = 0; i < n; i += step) {
        uint32_t plain = cm_mt_place(seed, n, count, order[i]);
        uint32_t quick = cm_shuffle_place(&shuffle, seed, order[i]);
        if (i < count ? plain != i || quick != i : plain < count || quick < count)
            mismatch("place of %u: got %u and %u, want %u", order[i], plain, quick, i);
        expect_word("among the first", cm_shuffle_has(&shuffle, seed, order[i]), i < count);
    }
    expect_word("the last among the first", cm_shuffle_has(&shuffle, seed, order[n - 1]),
                count == n);
    cm_shuffle_close(&shuffle);
}

static void check_permutation(uint64_t seed, uint32_t n, const json_t *c) {
    uint32_t count = n / 3, *order = calloc(n, sizeof *order), *prefix = calloc(n, sizeof *prefix);
    const json_t *first = list(c, "first20");
    cm_mt_permutation(seed, n, n, order);
    for (size_t i = 0; i < json_array_size(first) && i < n; i++)
        expect_word("first20", order[i], word_of(element(first, i)));
    check_digest("ordered_sha256", order, n * sizeof *order, field(c, "ordered_sha256"));
    cm_mt_permutation(seed, n, count, prefix);
    if (memcmp(prefix, order, count * sizeof *order) != 0)
        mismatch("a permutation's first third differs from the whole");
    check_places(seed, n, count, order);
    check_places(seed, n, n, order);
    free(order);
    free(prefix);
}

void check_torch_rng(const json_t *file, const json_t *c) {
    (void)file;
    uint64_t seed = word(c, "seed");
    float numbers[8];
    uint8_t bits[BITS];
    cm_mt mt;
    const json_t *first = list(c, "randint2_first64");
    check_permutation(seed, count_of(c, "n", PERMUTATION_MAX), c);
    cm_mt_seed(&mt, seed);
    for (int i = 0; i < 8; i++)
        numbers[i] = cm_mt_float(&mt);
    check_floats("rand_f32_8", numbers, 8, field(c, "rand_f32_8"));
    cm_synthid_table(seed, BITS, bits);
    for (size_t i = 0; i < json_array_size(first) && i < BITS; i++)
        expect_word("randint2_first64", bits[i], word_of(element(first, i)));
    check_digest("randint2_1000_sha256", bits, BITS, field(c, "randint2_1000_sha256"));
}

void check_vllm_philox_prf(const json_t *file, const json_t *c) {
    (void)file;
    const json_t *context;
    size_t row;
    json_array_foreach(list(c, "contexts"), row, context) {
        uint32_t ids[WINDOW_MAX + 1] = {0}, tokens[WINDOW_MAX], bits;
        uint32_t n = ids_of(context, ids), count = ids_of(field(c, "tokens"), tokens);
        float numbers[WINDOW_MAX];
        for (uint32_t i = 0; i < count; i++) {
            ids[n] = tokens[i];
            cm_vllm_bits_of(word(c, "key"), n, ids, &n, 1, &bits);
            numbers[i] = cm_vllm_number(bits);
        }
        check_floats("uniform_f32", numbers, count, element(list(c, "uniform_f32"), row));
    }
}

/* A window as a text: the first token that is scored stands behind ngram + 1 others. */
static void check_textseal_text(const cm_text_scheme *lists, const cm_text_scheme *levels,
                                const json_t *c, size_t row, uint32_t level) {
    uint32_t ids[WINDOW_MAX + 2] = {1};
    uint32_t n = 1 + ids_of(element(list(c, "windows"), row), ids + 1);
    ids[n++] = (uint32_t)word_of(element(list(c, "targets"), row));
    cm_text_evidence e = scheme_look(lists, ids, n);
    expect_word("scored", e.scored, 1);
    expect_near("binary_gamma025", e.statistic,
                (double)word_of(element(list(c, "binary_gamma025"), row)), 0);
    e = scheme_look(levels, ids, n);
    expect_near("score", e.statistic, -log1p(-(double)level / CM_TEXTSEAL_LEVELS), 1e-12);
}

void check_textseal_prf(const json_t *file, const json_t *c) {
    (void)file;
    char params[120];
    long long key = (long long)word(c, "secret_key");
    int ngram = (int)count_of(c, "ngram", WINDOW_MAX);
    size_t count = json_array_size(list(c, "windows"));
    float *numbers = calloc(count + 1, sizeof *numbers);
    snprintf(params, sizeof params, "secret_key=%lld ngram=%d gamma=0.25", key, ngram);
    cm_text_scheme *lists = scheme_of("textseal", 1 << 20, params);
    snprintf(params, sizeof params, "watermark_type=gumbelmax secret_key=%lld ngram=%d", key,
             ngram);
    cm_text_scheme *levels = scheme_of("textseal", 1 << 20, params);
    for (size_t row = 0; row < count; row++) {
        uint32_t ids[WINDOW_MAX];
        int n = (int)ids_of(element(list(c, "windows"), row), ids);
        uint32_t target = (uint32_t)word_of(element(list(c, "targets"), row));
        uint32_t level = cm_textseal_level((uint64_t)key, ids, n, target);
        expect_word("uniform_times_8191", level,
                    word_of(element(list(c, "uniform_times_8191"), row)));
        numbers[row] = cm_textseal_uniform(level);
        check_textseal_text(lists, levels, c, row, level);
    }
    check_floats("uniform_f32", numbers, count, field(c, "uniform_f32"));
    cm_text_scheme_free(levels);
    cm_text_scheme_free(lists);
    free(numbers);
}
