/* Runs of other people's own code (test/data/text), case by case. `make vectors` has the same
 * checks for sets that lie elsewhere. */
#include <check.h>
#include <string.h>

#include "checks.h"
#include "text_vectors.h"

/* Those that are too large to be here, need vocabularies, or are pictures' (test_foreign.c). */
static bool is_elsewhere(const char *name) {
    return strcmp(name, "smollm2_kgw_runs") == 0 || strcmp(name, "smollm2_methods") == 0 ||
           strcmp(name, "tokenizers") == 0 || strcmp(name, "vector") == 0 ||
           strcmp(name, "numpy_vectors") == 0;
}

START_TEST(recorded_cases) {
    const vector_check *v = &VECTOR_CHECKS[_i];
    json_t *file;
    const json_t *c;
    size_t at;
    if (is_elsewhere(v->file))
        return;
    const json_t *cases = cases_in(v->file, v->cases, &file);
    json_array_foreach(cases, at, c) v->check(file, c);
    json_decref(file);
}
END_TEST

START_TEST(names_of_files) {
    ck_assert_ptr_null(vector_check_of("README"));
    for (const vector_check *v = VECTOR_CHECKS; v->file != NULL; v++)
        ck_assert_str_eq(vector_check_of(v->file)->file, v->file);
}
END_TEST

Suite *suite_text_vectors(void);
Suite *suite_text_vectors(void) {
    int count = 0;
    Suite *s = suite_create("text_vectors");
    TCase *t = tcase_create("vectors");
    while (VECTOR_CHECKS[count].file != NULL)
        count++;
    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, recorded_cases, 0, count);
    tcase_add_test(t, names_of_files);
    suite_add_tcase(s, t);
    return s;
}
