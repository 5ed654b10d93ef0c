/* Lists of MPAC, SBW and Unigram. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "fields.h"
#include "scheme.h"
#include "text/lmw.h"
#include "text/mpac.h"
#include "base/mt19937.h"
#include "text/pcg64.h"

enum { MPAC_KEY = 15485863 }; /* the peer's default: the cases don't say theirs */

static uint64_t mpac_seed(const json_t *c, const uint32_t *ids, uint32_t n) {
    uint32_t *table = NULL, positions = count_of(c, "n_positions", 64);
    cm_error err = {0};
    bool simple = strcmp(text(c, "scheme"), "simple_1") == 0;
    if (n < 2)
        mismatch("a context of %u ids", n);
    expect_ok(cm_lmw_table(&table, &err), &err);
    uint64_t last_two = cm_lmw_seed(CM_LMW_ANCHORED_MINHASH, MPAC_KEY, table, ids + n - 2, 2);
    expect_word("position_1based", cm_mpac_position(last_two, positions),
                word(c, "position_1based"));
    uint64_t seed = simple ? cm_lmw_seed(CM_LMW_ADDITIVE, MPAC_KEY, table, ids + n - 1, 1)
                           : cm_lmw_seed(CM_LMW_ANCHORED_MINHASH, MPAC_KEY, table, ids, (int)n);
    free(table);
    return seed;
}

static void check_mpac_places(const json_t *first, uint64_t seed, uint32_t vocabulary,
                              uint32_t length, uint32_t l) {
    size_t at;
    const json_t *token;
    json_array_foreach(first, at, token) {
        uint32_t place = cm_mt_place(seed, vocabulary, vocabulary, (uint32_t)word_of(token));
        expect_word("list of a token of first10", place / length, l);
    }
}

/* Each value of the digit that the context picks, all other digits being 0. */
static void check_mpac_scheme(const json_t *c, const uint32_t *ids, uint32_t n) {
    char params[200];
    uint32_t vocabulary = vocabulary_of(c);
    uint64_t base = count_of(c, "base", CM_MPAC_BASE_MAX), weight = 1;
    snprintf(params, sizeof params, "gamma=%.17g base=%llu message_length=%llu", number(c, "gamma"),
             (unsigned long long)base, (unsigned long long)word(c, "message_length"));
    cm_text_scheme *s = scheme_of("mpac", vocabulary, params);
    for (uint64_t p = word(c, "n_positions"); p > word(c, "position_1based"); p--)
        weight *= base;
    for (uint64_t digit = 0; digit < base; digit++)
        check_raised("what a step raises", s, vocabulary, digit * weight, ids, n,
                     element(list(c, "lists_sha256_sorted"), digit));
    cm_text_scheme_free(s);
}

void check_mpac(const json_t *file, const json_t *c) {
    (void)file;
    uint32_t ids[WINDOW_MAX], vocabulary = vocabulary_of(c);
    uint32_t n = ids_of(field(c, "context"), ids), lists = cm_mpac_lists(number(c, "gamma"));
    uint64_t seed = mpac_seed(c, ids, n);
    const json_t *sizes = list(c, "list_sizes"), *want = list(c, "lists_sha256_sorted");
    uint32_t length = cm_mpac_length(vocabulary, lists);
    expect_word("number of list_sizes", lists, json_array_size(sizes));
    expect_word("list_sizes[0]", length, word_of(element(sizes, 0)));
    uint32_t *order = calloc(vocabulary, sizeof *order);
    uint8_t *member = calloc(vocabulary, 1);
    cm_mt_permutation(seed, vocabulary, vocabulary, order);
    for (uint32_t l = 0; l < json_array_size(want); l++) { /* those that digits name */
        for (uint32_t i = 0; i < vocabulary; i++)
            member[order[i]] = i / length == l;
        check_set("lists_sha256_sorted", member, vocabulary, element(want, l));
        check_mpac_places(element(list(c, "first10"), l), seed, vocabulary, length, l);
    }
    free(member);
    free(order);
    if (strcmp(text(c, "scheme"), "simple_1") == 0)
        check_mpac_scheme(c, ids, n);
}

void check_sbw_greenlist(const json_t *file, const json_t *c) {
    (void)file;
    char params[160];
    uint32_t ids[WINDOW_MAX], n = ids_of(field(c, "context"), ids), vocabulary = vocabulary_of(c);
    bool additive = strcmp(text(c, "scheme"), "lefthash_additive") == 0;
    snprintf(params, sizeof params, "seeding_scheme=%s hash_key=%llu gamma=%.17g",
             !additive ? "gpu-fused-selfhash-fullvocab"
             : n == 1  ? "gpu-simple_1"
                       : "gpu-fused-simple_4",
             (unsigned long long)word(c, "key"), number(c, "gamma"));
    cm_text_scheme *s = scheme_of("sbw", vocabulary, params);
    check_raised("sha256_sorted_i32", s, vocabulary, 0, ids, n, field(c, "sha256_sorted_i32"));
    cm_text_scheme_free(s);
}

void check_unigram(const json_t *file, const json_t *c) {
    (void)file;
    char params[160];
    uint32_t vocabulary = vocabulary_of(c), size = count_of(c, "n_green", vocabulary);
    uint8_t *green = calloc(vocabulary, 1);
    cm_pcg64 generator;
    memset(green, 1, size);
    cm_pcg64_seed(&generator, (uint32_t)word(c, "rng_seed"));
    cm_pcg64_shuffle(&generator, green, vocabulary);
    check_set("sha256_sorted_i32", green, vocabulary, field(c, "sha256_sorted_i32"));
    snprintf(params, sizeof params, "watermark_key=%lld fraction=%.17g",
             (long long)word(c, "hash_key"), number(c, "gamma"));
    cm_text_scheme *s = scheme_of("unigram", vocabulary, params);
    check_raised("what a step raises", s, vocabulary, 0, NULL, 0, field(c, "sha256_sorted_i32"));
    cm_text_scheme_free(s);
    free(green);
}
