/* The sampler inside llama.cpp's chains, against the marker alone. It needs a vocabulary, but no
 * model: logits are made up. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cm_llama.h"

enum { STEPS = 120, KEPT = 400, SPECIAL = 17, IM_END = 2 };

static struct llama_model *model;
static const struct llama_vocab *vocab;
static uint32_t vocabulary;
static cm_key *key;
static cm_error err;

/* ---- schemes of every kind: those that choose, and those that add to logits ---- */

typedef struct sort {
    const char *scheme, *param, *value;
} sort;

static const sort SORTS[] = {{"cm-text-1", "payload", "32"},
                             {"cm-text-1", "mode", "green"},
                             {"cm-text-1", "mode", "tournament"},
                             {"hf-kgw", NULL, NULL},
                             {"vllm-gumbel", "key", "42"}};
enum { SORT_COUNT = sizeof SORTS / sizeof *SORTS };

static cm_text_scheme *scheme_of(const sort *s, uint32_t size) {
    const cm_text_param param = {s->param, s->value};
    const cm_text_scheme_options options = {.name = s->scheme,
                                            .params = &param,
                                            .param_count = s->param != NULL ? 1 : 0,
                                            .key = strcmp(s->scheme, "cm-text-1") == 0 ? key : NULL,
                                            .vocabulary = size};
    cm_text_scheme *scheme = NULL;
    ck_assert_msg(cm_text_scheme_new(&options, &scheme, &err) == CM_OK, "%s", err.message);
    return scheme;
}

static struct llama_sampler *sampler_of(const cm_text_scheme *scheme) {
    struct llama_sampler *s = NULL;
    ck_assert_msg(cm_llama_new(scheme, NULL, vocab, &s, &err) == CM_OK, "%s", err.message);
    return s;
}

/* ---- candidates: some of the vocabulary, in no order ---- */

static llama_token_data pool[KEPT];

static uint64_t mix(uint64_t x) {
    x += 0x9e3779b97f4a7c15ull;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
    x = (x ^ x >> 27) * 0x94d049bb133111ebull;
    return x ^ x >> 31;
}

static llama_token_data_array candidates(uint64_t step) {
    for (uint64_t i = 0; i < KEPT; i++) {
        uint64_t r = mix(step * KEPT + i);
        /* One of each stretch, so that none comes twice; the first ids are special. */
        uint64_t stretch = (vocabulary - SPECIAL) / KEPT;
        llama_token id = (llama_token)(SPECIAL + i * stretch + r % stretch);
        pool[(i * 37) % KEPT] =
            (llama_token_data){.id = id, .logit = 6 * (float)(r >> 40) / (float)(1 << 24)};
    }
    return (llama_token_data_array){.data = pool, .size = KEPT, .selected = -1};
}

/* What the marker alone makes of the same candidates. */
static float *marked_alone(cm_text_marker *m, const llama_token_data_array *c) {
    float *logits = malloc(vocabulary * sizeof *logits);
    ck_assert_ptr_nonnull(logits);
    for (uint32_t i = 0; i < vocabulary; i++)
        logits[i] = -INFINITY;
    for (size_t i = 0; i < c->size; i++)
        logits[c->data[i].id] = c->data[i].logit;
    ck_assert_int_eq(cm_text_marker_step(m, logits, vocabulary, &err), CM_OK);
    return logits;
}

static struct llama_sampler *chain_of(struct llama_sampler *mark) {
    struct llama_sampler *chain = llama_sampler_chain_init(llama_sampler_chain_default_params());
    llama_sampler_chain_add(chain, llama_sampler_init_temp(0.9f));
    llama_sampler_chain_add(chain, llama_sampler_init_top_k(200));
    llama_sampler_chain_add(chain, mark);
    llama_sampler_chain_add(chain, llama_sampler_init_dist(5));
    return chain;
}

static llama_token take(struct llama_sampler *chain, uint64_t step) {
    llama_token_data_array c = candidates(step);
    llama_sampler_apply(chain, &c);
    ck_assert_int_ge(c.selected, 0);
    llama_token id = c.data[c.selected].id;
    llama_sampler_accept(chain, id);
    return id;
}

/* ---- tests ---- */

START_TEST(marks_as_the_marker_alone) {
    cm_text_scheme *scheme = scheme_of(&SORTS[_i], vocabulary);
    struct llama_sampler *s = sampler_of(scheme);
    cm_text_marker *m = NULL;
    const llama_token prompt[] = {1, 1000, 2000, 3000, 4000, 5000};
    const uint32_t same[] = {1000, 2000, 3000, 4000, 5000}; /* 1 is <|im_start|> */
    ck_assert_int_eq(cm_text_marker_new(scheme, NULL, &m, &err), CM_OK);
    ck_assert_int_eq(cm_text_marker_start(m, same, 5, &err), CM_OK);
    ck_assert_int_eq(cm_llama_start(s, prompt, 6, &err), CM_OK);
    int moved = 0;
    for (uint64_t step = 0; step < STEPS; step++) {
        llama_token_data_array c = candidates(step);
        float *logits = marked_alone(m, &c);
        llama_sampler_apply(s, &c);
        ck_assert(!c.sorted);
        size_t most = 0, left = 0;
        for (size_t i = 0; i < c.size; i++) {
            ck_assert(c.data[i].logit == logits[c.data[i].id]);
            left += c.data[i].logit > -INFINITY;
            most = c.data[i].logit > c.data[most].logit ? i : most;
        }
        ck_assert_int_eq(c.selected, left == 1 ? (int64_t)most : -1);
        llama_token_data_array before = candidates(step);
        moved += before.data[most].logit != logits[before.data[most].id];
        free(logits);
        uint32_t id = (uint32_t)before.data[most].id;
        llama_sampler_accept(s, (llama_token)id);
        ck_assert_int_eq(cm_text_marker_accept(m, id, &err), CM_OK);
        if (step == STEPS / 2) /* the end of a turn is no part of a text */
            llama_sampler_accept(s, IM_END);
    }
    ck_assert_int_gt(moved, STEPS / 2);
    ck_assert_int_eq(cm_llama_status(s, &err), CM_OK);
    llama_sampler_free(s);
    cm_text_marker_free(m);
    cm_text_scheme_free(scheme);
}
END_TEST

START_TEST(a_clone_goes_on_as_its_original) {
    cm_text_scheme *scheme = scheme_of(&SORTS[_i], vocabulary);
    struct llama_sampler *chain = chain_of(sampler_of(scheme));
    const llama_token prompt[] = {1, 100, 200};
    ck_assert_int_eq(cm_llama_start(llama_sampler_chain_get(chain, 2), prompt, 3, &err), CM_OK);
    for (uint64_t step = 0; step < STEPS / 2; step++)
        take(chain, step);
    struct llama_sampler *copy = llama_sampler_clone(chain);
    llama_token first[STEPS];
    for (uint64_t step = STEPS / 2; step < STEPS; step++)
        first[step] = take(chain, step);
    llama_sampler_free(chain);
    for (uint64_t step = STEPS / 2; step < STEPS; step++)
        ck_assert_int_eq(take(copy, step), first[step]);
    ck_assert_int_eq(cm_llama_status(llama_sampler_chain_get(copy, 2), &err), CM_OK);
    llama_sampler_free(copy);
    cm_text_scheme_free(scheme);
}
END_TEST

START_TEST(tokens_are_taken_back) {
    cm_text_scheme *scheme = scheme_of(&SORTS[_i], vocabulary);
    struct llama_sampler *s = sampler_of(scheme), *plain = sampler_of(scheme);
    for (llama_token id = 0; id < 30; id++) {
        llama_sampler_accept(s, 700 + id);
        llama_sampler_accept(plain, 700 + id);
    }
    for (llama_token id = 0; id < 8; id++) {
        llama_token_data_array c = candidates((uint64_t)id);
        llama_sampler_apply(s, &c);
        llama_sampler_accept(s, id == 4 ? IM_END : 9000 + id);
    }
    ck_assert_int_eq(cm_llama_rewind(s, 8, &err), CM_OK);
    ck_assert_int_eq(cm_llama_rewind(s, 31, &err), CM_ERR_ARGUMENT);
    struct llama_sampler *copy = llama_sampler_clone(s);
    struct llama_sampler *both[] = {s, copy};
    llama_token_data_array want = candidates(99);
    llama_sampler_apply(plain, &want);
    llama_token_data kept[KEPT];
    memcpy(kept, pool, sizeof kept);
    for (size_t i = 0; i < 2; i++) {
        llama_token_data_array c = candidates(99);
        llama_sampler_apply(both[i], &c);
        for (size_t k = 0; k < KEPT; k++)
            ck_assert(pool[k].logit == kept[k].logit);
    }
    llama_sampler_free(s);
    llama_sampler_free(copy);
    llama_sampler_free(plain);
    cm_text_scheme_free(scheme);
}
END_TEST

START_TEST(a_reset_forgets) {
    cm_text_scheme *scheme = scheme_of(&SORTS[_i], vocabulary);
    struct llama_sampler *chain = chain_of(sampler_of(scheme));
    llama_token first[STEPS];
    for (uint64_t step = 0; step < STEPS; step++)
        first[step] = take(chain, step);
    llama_sampler_reset(chain);
    for (uint64_t step = 0; step < STEPS; step++)
        ck_assert_int_eq(take(chain, step), first[step]);
    llama_sampler_free(chain);
    cm_text_scheme_free(scheme);
}
END_TEST

START_TEST(failures_mark_nothing_and_are_told) {
    cm_text_scheme *scheme = scheme_of(&SORTS[0], vocabulary);
    const cm_text_marker_options small = {.capacity = 3};
    struct llama_sampler *s = NULL;
    ck_assert_int_eq(cm_llama_new(scheme, &small, vocab, &s, &err), CM_OK);
    for (llama_token id = 0; id < 4; id++)
        llama_sampler_accept(s, 100 + id);
    ck_assert_int_eq(cm_llama_status(s, &err), CM_ERR_LIMIT);
    llama_token_data_array c = candidates(1);
    llama_token_data before[KEPT];
    memcpy(before, pool, sizeof before);
    llama_sampler_apply(s, &c);
    ck_assert_mem_eq(before, pool, sizeof before);
    llama_sampler_reset(s);
    ck_assert_int_eq(cm_llama_status(s, &err), CM_OK);
    const llama_token wrong[] = {-1}, many[] = {1000, 1001, 1002, 1003};
    ck_assert_int_eq(cm_llama_start(s, wrong, 1, &err), CM_ERR_ARGUMENT);
    ck_assert_int_eq(cm_llama_status(s, &err), CM_ERR_ARGUMENT);
    ck_assert_int_eq(cm_llama_start(s, many, 4, &err), CM_ERR_LIMIT);
    llama_sampler_free(s);
    cm_text_scheme_free(scheme);
}
END_TEST

START_TEST(what_does_not_go_together_is_refused) {
    cm_text_scheme *large = scheme_of(&SORTS[0], vocabulary + 1);
    struct llama_sampler *s = NULL, *other = llama_sampler_init_greedy();
    ck_assert_int_eq(cm_llama_new(large, NULL, vocab, &s, &err), CM_ERR_ARGUMENT);
    ck_assert_ptr_null(s);
    ck_assert_int_eq(cm_llama_start(other, NULL, 0, &err), CM_ERR_ARGUMENT);
    ck_assert_int_eq(cm_llama_rewind(other, 0, &err), CM_ERR_ARGUMENT);
    ck_assert_int_eq(cm_llama_status(other, NULL), CM_ERR_ARGUMENT);
    llama_sampler_free(other);
    cm_text_scheme_free(large);
}
END_TEST

static void quiet(enum ggml_log_level level, const char *text, void *user) {
    (void)level;
    (void)text;
    (void)user;
}

static Suite *suite(void) {
    Suite *s = suite_create("sampler");
    TCase *t = tcase_create("sampler");
    tcase_set_timeout(t, 300);
    tcase_add_loop_test(t, marks_as_the_marker_alone, 0, SORT_COUNT);
    tcase_add_loop_test(t, a_clone_goes_on_as_its_original, 0, SORT_COUNT);
    tcase_add_loop_test(t, tokens_are_taken_back, 0, SORT_COUNT);
    tcase_add_loop_test(t, a_reset_forgets, 0, SORT_COUNT);
    tcase_add_test(t, failures_mark_nothing_and_are_told);
    tcase_add_test(t, what_does_not_go_together_is_refused);
    suite_add_tcase(s, t);
    return s;
}

int main(void) {
    const cm_key_options options = {.name = "Test"};
    struct llama_model_params p = llama_model_default_params();
    p.vocab_only = true;
    llama_log_set(quiet, NULL);
    llama_backend_init();
    model = llama_model_load_from_file("build/llama/smollm2.gguf", p);
    if (model == NULL || cm_key_generate(&options, &key, &err) != CM_OK)
        return EXIT_FAILURE;
    vocab = llama_model_get_vocab(model);
    vocabulary = (uint32_t)llama_vocab_n_tokens(vocab);
    SRunner *runner = srunner_create(suite());
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    cm_key_free(key);
    llama_model_free(model);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
