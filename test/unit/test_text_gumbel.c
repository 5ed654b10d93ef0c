/* Gumbel marks and what shares their numbers, of vLLM, MarkLLM, TextSeal and Three bricks: marks
 * that are found, and p-values of unmarked text. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/tails.h"
#include "text/choice.h"
#include "text/gumbel.h"
#include "text/philox.h"
#include "text_peer.h"

enum { VOCABULARY = 300, LENGTH = 300, HUMAN = 200 };

/* One by one. */
static uint32_t slow_bits(const cm_vllm_context *c, uint32_t token) {
    uint32_t counter[4] = {token >> 2, c->state[0], c->state[1], c->state[2]};
    cm_philox(counter, c->key[0], c->key[1]);
    return counter[token & 3] >> 8;
}

/* Many at a time, and one by one. */
START_TEST(vllm_choices) {
    enum { IDS = 3001 };
    static float logits[IDS], uniform[IDS];
    uint32_t x = 3;
    for (int round = 0; round < 60; round++) {
        const int32_t context[] = {round, 2 * round, 7, -1};
        cm_vllm_context c = cm_vllm_context_of(42, context, 4);
        uint32_t count = IDS - (uint32_t)(round % 5) * 301;
        for (uint32_t t = 0; t < count; t++) {
            x = x * 1664525u + 1013904223u;
            logits[t] = round % 3 == 0 && x >> 30 != 0 ? -INFINITY : (float)(x >> 24) / 32;
            uniform[t] = cm_vllm_number(slow_bits(&c, t));
        }
        ck_assert_uint_eq(cm_vllm_choice(&c, logits, count),
                          cm_gumbel_choice(logits, uniform, count));
    }
    for (uint32_t t = 0; t < IDS; t++)
        logits[t] = -INFINITY;
    cm_vllm_context c = cm_vllm_context_of(1, (int32_t[]){1}, 1);
    ck_assert_uint_eq(cm_vllm_choice(&c, logits, IDS), IDS);
}
END_TEST

START_TEST(vllm_bits) {
    enum { IDS = 400 };
    static uint32_t room[CM_VLLM_WIDTH_MAX + IDS], at[IDS], bits[IDS];
    uint32_t x = 5, *ids = room + CM_VLLM_WIDTH_MAX;
    memset(room, 0xff, sizeof room); /* ids that are missing before the text */
    for (uint32_t i = 0; i < IDS; i++)
        ids[i] = x = (x * 1664525u + 1013904223u) >> (i % 16);
    for (uint32_t width = 1; width <= CM_VLLM_WIDTH_MAX; width += width < 9 ? 1 : 11) {
        uint64_t key = 0x123456789abcdef0u * width;
        uint32_t count = 0;
        for (uint32_t i = width % 3; i < IDS; i += 1 + i % 3)
            at[count++] = i;
        cm_vllm_bits_of(key, width, ids, at, count, bits);
        for (uint32_t i = 0; i < count; i++) {
            int32_t context[CM_VLLM_WIDTH_MAX];
            memcpy(context, ids + at[i] - width, width * sizeof *context);
            cm_vllm_context c = cm_vllm_context_of(key, context, width);
            ck_assert_uint_eq(bits[i], slow_bits(&c, ids[at[i]]));
        }
    }
}
END_TEST

/* Two keys choose; the sampler behind decides with their shares. */
START_TEST(vllm_two_keys) {
    enum { IDS = 500 };
    float logits[IDS];
    cm_text_scheme *s = scheme_of("vllm-gumbel", IDS, "key=9 mode=dual alpha=0.25");
    cm_text_marker *m;
    int apart = 0;
    ck_assert_int_eq(cm_text_marker_new(s, NULL, &m, NULL), CM_OK);
    for (uint32_t step = 0; step < 40; step++) {
        int left = 0;
        double sum = 0;
        memset(logits, 0, sizeof logits);
        ck_assert_int_eq(cm_text_marker_step(m, logits, IDS, NULL), CM_OK);
        for (int i = 0; i < IDS; i++) {
            left += logits[i] > -INFINITY;
            sum += exp((double)logits[i]);
        }
        ck_assert(left == 1 || left == 2);
        ck_assert_double_eq_tol(sum, 1, 1e-6);
        apart += left == 2;
        ck_assert_int_eq(cm_text_marker_accept(m, step, NULL), CM_OK);
    }
    ck_assert_int_gt(apart, 30);
    cm_text_marker_free(m);
    cm_text_scheme_free(s);
}
END_TEST

/* Contexts of the same ids in another order have the same numbers. */
START_TEST(exp_counts_a_seed_once) {
    const uint32_t ids[] = {3, 5, 7, 5, 3, 7, 3, 5};
    cm_text_scheme *s = scheme_of("exp", 50, "prefix_length=2");
    cm_text_evidence e = scheme_look(s, ids, 8);
    ck_assert_uint_eq(e.scored, 3); /* after 3 5, 5 7 and 3 7 */
    ck_assert_uint_eq(e.duplicates, 3);
    cm_text_scheme_free(s);
}
END_TEST

/* A level's score is never more likely to be great than an exponential variable's. */
START_TEST(textseal_levels_are_conservative) {
    for (int k = 0; k < CM_TEXTSEAL_LEVELS; k++) {
        double score = -log1p(-(double)k / CM_TEXTSEAL_LEVELS);
        double chance = (double)(CM_TEXTSEAL_LEVELS - k) / CM_TEXTSEAL_LEVELS;
        ck_assert(chance <= exp(-score) * (1 + 1e-12));
    }
    cm_text_scheme *s = scheme_of("textseal", 100, "");
    const uint32_t ids[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    cm_text_evidence e = scheme_look(s, ids, 12);
    double up = exp(cm_log_binomial_tail((uint64_t)e.statistic, 10, 0.5));
    double over = exp(cm_log_binomial_tail((uint64_t)e.statistic + 1, 10, 0.5));
    ck_assert_double_eq_tol(e.peer_p, (up + over) / 2, 1e-12);
    cm_text_scheme_free(s);
}
END_TEST

static const struct {
    const char *scheme, *params, *wrong_key;
    uint64_t payload;
    double most;
} MARKS[] = {
    {"vllm-gumbel", "key=42", "key=43", 0, -40},
    {"vllm-gumbel", "key=42 mode=dual", "key=43 mode=dual", 0, -20},
    {"exp", "prefix_length=3", "hash_key=15485865 prefix_length=3", 0, -30},
    {"textseal", "watermark_type=gumbelmax ngram=2",
     "watermark_type=gumbelmax ngram=2 secret_key=43", 0, -30},
    {"textseal", "ngram=2 delta=3", "ngram=2 secret_key=43", 0, -10},
    {"three-bricks", "payload_max=7", "payload_max=7 seed=1", 6, -30},
    {"three-bricks", "payload_max=20", "payload_max=20 seed=1", 11, -30},
    {"three-bricks", "method=maryland payload_max=3", "method=maryland payload_max=3 seed=1", 2,
     -10},
};

START_TEST(what_is_marked_is_found) {
    uint32_t ids[LENGTH];
    cm_text_scheme *s = scheme_of(MARKS[_i].scheme, VOCABULARY, MARKS[_i].params);
    cm_text_scheme *other = scheme_of(MARKS[_i].scheme, VOCABULARY, MARKS[_i].wrong_key);
    peer_write(s, VOCABULARY, MARKS[_i].payload, 3, ids, LENGTH);
    cm_text_evidence e = scheme_look(s, ids, LENGTH);
    ck_assert_msg(e.log10_p < MARKS[_i].most, "%g", e.log10_p);
    if (strcmp(MARKS[_i].scheme, "three-bricks") == 0) {
        ck_assert_int_eq(e.payload_state, CM_TEXT_PAYLOAD_READ);
        ck_assert_uint_eq(e.payload, MARKS[_i].payload);
    }
    e = scheme_look(other, ids, LENGTH);
    ck_assert_msg(e.log10_p > -4, "%g", e.log10_p);
    ck_assert_int_eq(e.payload_state, CM_TEXT_PAYLOAD_NONE);
    cm_text_scheme_free(other);
    cm_text_scheme_free(s);
}
END_TEST

static const char *const KEYS[][2] = {
    {"vllm-gumbel", "key="},
    {"vllm-gumbel", "mode=dual key="},
    {"exp", "prefix_length=2 hash_key="},
    {"textseal", "watermark_type=gumbelmax ngram=3 secret_key="},
    {"textseal", "ngram=2 scoring_method=v1 secret_key="},
    {"three-bricks", "payload_max=3 seed="},
    {"three-bricks", "method=maryland scoring=v1 seed="},
};

/* The levels that p-values of unmarked text reach under random keys. */
START_TEST(other_keys_find_nothing) {
    enum { TRIALS = 60 };
    uint32_t ids[HUMAN], x = 5, hits = 0;
    peer_human(ids);
    for (int trial = 0; trial < TRIALS; trial++) {
        char params[100];
        x = x * 1664525u + 1013904223u;
        ck_assert_int_gt(snprintf(params, sizeof params, "%s%u", KEYS[_i][1], x), 0);
        cm_text_scheme *s = scheme_of(KEYS[_i][0], 49152, params);
        hits += scheme_look(s, ids, HUMAN).log10_p <= -1;
        cm_text_scheme_free(s);
    }
    /* 6 are expected at most; 16 would come by chance less than once in 2000 times. */
    ck_assert_uint_lt(hits, 16);
}
END_TEST

START_TEST(nonsense_is_refused) {
    static const char *const bad[][2] = {
        {"vllm-gumbel", ""},
        {"vllm-gumbel", "key=1 context_width=0"},
        {"vllm-gumbel", "key=1 context_width=65"},
        {"vllm-gumbel", "key=1 mode=triple"},
        {"vllm-gumbel", "key=1 mode=dual alpha=1.5"},
        {"vllm-gumbel", "key=1 deduplicate_contexts=1"},
        {"exp", "hash_key=x"},
        {"exp", "prefix_length=0"},
        {"textseal", "watermark_type=synthid"},
        {"textseal", "ngram=11"},
        {"textseal", "gamma=1"},
        {"textseal", "scoring_method=v3"},
        {"three-bricks", "method=maryland gamma=0"},
        {"three-bricks", "scoring=all"},
        {"three-bricks", "ngram=0"},
        {"three-bricks", "payload_max=100"},
        {"three-bricks", "law=student"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        ck_assert_msg(peer_refusal(bad[i][0], 100, bad[i][1]) == CM_ERR_ARGUMENT, "%s", bad[i][1]);
    const cm_text_marker_options options = {.payload = 4};
    cm_text_scheme *s = scheme_of("three-bricks", 100, "payload_max=6");
    cm_text_marker *m;
    ck_assert_int_eq(cm_text_marker_new(s, &options, &m, NULL), CM_ERR_ARGUMENT);
    cm_text_scheme_free(s);
}
END_TEST

Suite *suite_text_gumbel(void);
Suite *suite_text_gumbel(void) {
    Suite *s = suite_create("text_gumbel");
    TCase *t = tcase_create("gumbel");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, vllm_choices);
    tcase_add_test(t, vllm_bits);
    tcase_add_test(t, vllm_two_keys);
    tcase_add_test(t, exp_counts_a_seed_once);
    tcase_add_test(t, textseal_levels_are_conservative);
    tcase_add_loop_test(t, what_is_marked_is_found, 0, sizeof MARKS / sizeof MARKS[0]);
    tcase_add_loop_test(t, other_keys_find_nothing, 0, sizeof KEYS / sizeof KEYS[0]);
    tcase_add_test(t, nonsense_is_refused);
    suite_add_tcase(s, t);
    return s;
}
