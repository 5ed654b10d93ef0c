/* Other people's random numbers and green lists, against runs of their own code (test/data/text).
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "text/gumbel.h"
#include "text/kgw.h"
#include "text/lmw.h"
#include "text/mpac.h"
#include "text/mt19937.h"
#include "text/shuffle.h"
#include "text/synthid.h"
#include "text_vectors.h"

/* The quick way to an element's place and its plain twin, every place of small permutations. */
static void check_places(uint64_t seed, uint32_t n, uint32_t count, const uint32_t *order) {
    cm_shuffle shuffle;
    uint32_t step = n < 3000 ? 1 : n / 7 + 1;
    ck_assert_int_eq(cm_shuffle_open(n, count, &shuffle, NULL), CM_OK);
    for (uint32_t i = 0; i < n; i += step) {
        uint32_t plain = cm_mt_place(seed, n, count, order[i]);
        uint32_t quick = cm_shuffle_place(&shuffle, seed, order[i]);
        ck_assert(i < count ? plain == i && quick == i : plain >= count && quick >= count);
        ck_assert_int_eq(cm_shuffle_has(&shuffle, seed, order[i]), i < count);
    }
    ck_assert_int_eq(cm_shuffle_has(&shuffle, seed, order[n - 1]), count == n);
    cm_shuffle_close(&shuffle);
}

START_TEST(torch_generator) {
    json_t *file;
    const json_t *cases = cases_of("torch_rng", &file), *c;
    size_t at;
    json_array_foreach(cases, at, c) {
        uint32_t n = (uint32_t)word(c, "n");
        uint64_t seed = word(c, "seed");
        uint32_t *order = calloc(n, sizeof *order), *prefix = calloc(n, sizeof *prefix);
        cm_mt_permutation(seed, n, n, order);
        check_digest(order, n * sizeof *order, field(c, "ordered_sha256"));
        uint32_t count = n / 3;
        cm_mt_permutation(seed, n, count, prefix);
        ck_assert_mem_eq(prefix, order, count * sizeof *order);
        check_places(seed, n, count, order);
        check_places(seed, n, n, order);
        float numbers[8];
        cm_mt mt;
        cm_mt_seed(&mt, seed);
        for (int i = 0; i < 8; i++)
            numbers[i] = cm_mt_float(&mt);
        check_floats(numbers, 8, field(c, "rand_f32_8"));
        uint8_t bits[1000];
        cm_synthid_table(seed, sizeof bits, bits);
        for (size_t i = 0; i < 64; i++)
            ck_assert_int_eq(bits[i],
                             json_integer_value(json_array_get(field(c, "randint2_first64"), i)));
        free(order);
        free(prefix);
    }
    json_decref(file);
}
END_TEST

START_TEST(hugging_face_green_lists) {
    json_t *file;
    const json_t *cases = cases_of("hf_kgw_greenlist", &file), *c;
    uint32_t *table = NULL;
    uint64_t table_key = 0;
    size_t at;
    json_array_foreach(cases, at, c) {
        uint32_t window[WINDOW_MAX], vocabulary = (uint32_t)word(c, "vocab");
        int n = (int)ids_of(field(c, "context"), window);
        uint64_t key = word(c, "key"), seed;
        if (strcmp(json_string_value(field(c, "scheme")), "lefthash") == 0) {
            seed = cm_kgw_lefthash(key, window[n - 1]);
        } else {
            if (table == NULL || key != table_key) {
                free(table);
                ck_assert_int_eq(cm_kgw_table(key, &table, NULL), CM_OK);
                table_key = key;
            }
            int width = (int)word(c, "context_width");
            seed = cm_kgw_selfhash(key, table, window + (n > width ? n - width : 0),
                                   n > width ? width : n);
        }
        ck_assert_uint_eq(seed, word(c, "seed_u64"));
        uint32_t size = cm_kgw_size(vocabulary, json_number_value(field(c, "ratio")));
        ck_assert_uint_eq(size, word(c, "count"));
        uint32_t *order = calloc(vocabulary, sizeof *order);
        uint8_t *green = calloc(vocabulary, 1);
        cm_kgw_list(seed, vocabulary, size, order, green);
        check_set(green, vocabulary, field(c, "sha256_sorted_i32"));
        free(order);
        free(green);
    }
    free(table);
    json_decref(file);
}
END_TEST

START_TEST(lm_watermarking_seeds) {
    json_t *file;
    const json_t *cases = cases_of("lmw_prf", &file), *c;
    uint32_t *table = NULL, seen = 0;
    size_t at;
    ck_assert_int_eq(cm_lmw_table(&table, NULL), CM_OK);
    json_array_foreach(cases, at, c) {
        uint32_t ids[WINDOW_MAX];
        int n = (int)ids_of(field(c, "context"), ids);
        const char *name = json_string_value(field(c, "prf"));
        cm_lmw_function f = 0;
        while (f < CM_LMW_FUNCTIONS && strcmp(cm_lmw_name(f), name) != 0)
            f++;
        ck_assert_msg(f < CM_LMW_FUNCTIONS, "%s is not known", name);
        seen |= 1u << f;
        uint64_t seed = cm_lmw_seed(f, word(c, "key"), table, ids, n);
        ck_assert_msg(seed == word(c, "seed_mod"), "%s, case %zu", name, at);
    }
    ck_assert_uint_eq(seen, (1u << CM_LMW_FUNCTIONS) - 1);
    free(table);
    json_decref(file);
}
END_TEST

START_TEST(mpac_choices) {
    json_t *file;
    const json_t *cases = cases_of("mpac", &file), *c;
    uint32_t *table = NULL;
    size_t at;
    ck_assert_int_eq(cm_lmw_table(&table, NULL), CM_OK);
    json_array_foreach(cases, at, c) {
        uint32_t ids[WINDOW_MAX], vocabulary = (uint32_t)word(c, "vocab");
        uint32_t n = ids_of(field(c, "context"), ids);
        uint64_t last_two = cm_lmw_seed(CM_LMW_ANCHORED_MINHASH, 15485863, table, ids + n - 2, 2);
        ck_assert_uint_eq(cm_mpac_position(last_two, (uint32_t)word(c, "n_positions")),
                          word(c, "position_1based"));
        bool simple = strcmp(json_string_value(field(c, "scheme")), "simple_1") == 0;
        uint64_t seed = simple ? cm_lmw_seed(CM_LMW_ADDITIVE, 15485863, table, ids + n - 1, 1)
                               : cm_lmw_seed(CM_LMW_ANCHORED_MINHASH, 15485863, table, ids, (int)n);
        uint32_t lists = cm_mpac_lists(json_number_value(field(c, "gamma")));
        const json_t *want = field(c, "lists_sha256_sorted"), *first = field(c, "first10");
        ck_assert_uint_eq(json_array_size(field(c, "list_sizes")), lists);
        uint32_t *order = calloc(vocabulary, sizeof *order);
        uint32_t length = (uint32_t)word_of(json_array_get(field(c, "list_sizes"), 0));
        ck_assert_uint_eq(length, cm_mpac_length(vocabulary, lists));
        uint8_t *member = calloc(vocabulary, 1);
        cm_mt_permutation(seed, vocabulary, vocabulary, order);
        for (uint32_t l = 0; l < json_array_size(want); l++) { /* those that digits name */
            for (uint32_t i = 0; i < vocabulary; i++)
                member[order[i]] = i / length == l;
            check_set(member, vocabulary, json_array_get(want, l));
            for (size_t i = 0; i < 10; i++) {
                const json_t *token = json_array_get(json_array_get(first, l), i);
                uint32_t place =
                    cm_mt_place(seed, vocabulary, vocabulary, (uint32_t)word_of(token));
                ck_assert_uint_eq(place / length, l);
            }
        }
        free(member);
        free(order);
    }
    free(table);
    json_decref(file);
}
END_TEST

START_TEST(vllm_uniform_numbers) {
    json_t *file;
    const json_t *cases = cases_of("vllm_philox_prf", &file), *c, *context;
    size_t at, row;
    json_array_foreach(cases, at, c) {
        json_array_foreach(field(c, "contexts"), row, context) {
            uint32_t ids[WINDOW_MAX], tokens[WINDOW_MAX];
            int32_t signed_ids[WINDOW_MAX];
            uint32_t n = ids_of(context, ids), count = ids_of(field(c, "tokens"), tokens);
            memcpy(signed_ids, ids, sizeof ids);
            cm_vllm_context state = cm_vllm_context_of(word(c, "key"), signed_ids, n);
            float numbers[WINDOW_MAX];
            for (uint32_t i = 0; i < count; i++)
                numbers[i] = cm_vllm_uniform(&state, tokens[i]);
            check_floats(numbers, count, json_array_get(field(c, "uniform_f32"), row));
        }
    }
    json_decref(file);
}
END_TEST

START_TEST(textseal_uniform_numbers) {
    json_t *file;
    const json_t *cases = cases_of("textseal_prf", &file), *c, *window;
    size_t at, row;
    json_array_foreach(cases, at, c) {
        float numbers[WINDOW_MAX];
        size_t count = json_array_size(field(c, "targets"));
        json_array_foreach(field(c, "windows"), row, window) {
            uint32_t ids[WINDOW_MAX];
            int n = (int)ids_of(window, ids);
            uint32_t token = (uint32_t)word_of(json_array_get(field(c, "targets"), row));
            uint32_t level = cm_textseal_level(word(c, "secret_key"), ids, n, token);
            ck_assert_uint_eq(level, word_of(json_array_get(field(c, "uniform_times_8191"), row)));
            numbers[row] = cm_textseal_uniform(level);
        }
        check_floats(numbers, count, field(c, "uniform_f32"));
    }
    json_decref(file);
}
END_TEST

static int keys_of(const json_t *c, int64_t *keys) {
    const json_t *array = field(c, "keys");
    int n = (int)json_array_size(array);
    ck_assert(n <= CM_SYNTHID_DEPTH_MAX);
    for (int i = 0; i < n; i++)
        keys[i] = (int64_t)word_of(json_array_get(array, (size_t)i));
    return n;
}

static void check_bits(uint64_t bits, int depth, const json_t *want) {
    const char *text = json_string_value(want);
    ck_assert_uint_eq(strlen(text), (size_t)depth);
    for (int l = 0; l < depth; l++)
        ck_assert_int_eq((int)(bits >> l & 1), text[l] - '0');
}

static void check_g_values(const json_t *c, const int64_t *keys, int depth, uint64_t start,
                           const uint8_t *table, uint32_t size) {
    const json_t *ids = field(c, "input_ids"), *want;
    int n = (int)word(c, "ngram_len");
    size_t at;
    json_array_foreach(field(c, "g_values"), at, want) {
        uint32_t ngram[WINDOW_MAX];
        for (int i = 0; i < n; i++)
            ngram[i] = (uint32_t)word_of(json_array_get(ids, at + (size_t)i));
        uint64_t h = cm_synthid_hash(start, ngram, n);
        check_bits(table != NULL ? cm_synthid_table_bits(h, keys, depth, table, size)
                                 : cm_synthid_reference_bits(h, keys, depth),
                   depth, want);
    }
}

START_TEST(hugging_face_g_values) {
    json_t *file;
    const json_t *cases = cases_of("hf_synthid_gvalues", &file), *c;
    size_t at;
    json_array_foreach(cases, at, c) {
        int64_t keys[CM_SYNTHID_DEPTH_MAX];
        int depth = keys_of(c, keys);
        uint32_t size = (uint32_t)word(c, "sampling_table_size");
        uint8_t *table = calloc(size, 1);
        cm_synthid_table(word(c, "sampling_table_seed"), size, table);
        check_digest(table, size, field(c, "table_sha256_u8"));
        check_g_values(c, keys, depth, 1, table, size);
        free(table);
    }
    json_decref(file);
}
END_TEST

START_TEST(reference_g_values) {
    json_t *file;
    const json_t *cases = cases_of("dm_synthid_gvalues", &file), *c;
    size_t at;
    json_array_foreach(cases, at, c) {
        int64_t keys[CM_SYNTHID_DEPTH_MAX];
        int depth = keys_of(c, keys);
        uint64_t start;
        ck_assert_int_eq(cm_synthid_iv(keys, depth, &start, NULL), CM_OK);
        ck_assert_uint_eq(start, word(c, "hash_iv"));
        check_g_values(c, keys, depth, start, NULL, 0);
    }
    ck_assert_int_eq(cm_synthid_iv((int64_t[]){1}, 0, &(uint64_t){0}, NULL), CM_ERR_ARGUMENT);
    json_decref(file);
}
END_TEST

Suite *suite_text_random(void);
Suite *suite_text_random(void) {
    Suite *s = suite_create("text_random");
    TCase *t = tcase_create("peers");
    tcase_add_test(t, torch_generator);
    tcase_add_test(t, hugging_face_green_lists);
    tcase_add_test(t, lm_watermarking_seeds);
    tcase_add_test(t, mpac_choices);
    tcase_add_test(t, vllm_uniform_numbers);
    tcase_add_test(t, textseal_uniform_numbers);
    tcase_add_test(t, hugging_face_g_values);
    tcase_add_test(t, reference_g_values);
    suite_add_tcase(s, t);
    return s;
}
