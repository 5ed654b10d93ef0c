/* Runs of other people's own code (test/data/text), case by case. `make vectors` has the same
 * checks for sets that lie elsewhere. */
#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "fields.h"

static const char *file_now = "";
static size_t case_now;

static _Noreturn void give_up(const char *format, va_list arguments) {
    char message[512];
    vsnprintf(message, sizeof message, format, arguments);
    ck_abort_msg("%s, case %zu: %s", file_now, case_now, message);
    abort(); /* in case Check doesn't say that it never returns */
}

void mismatch(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    give_up(format, arguments);
}

void cannot_judge(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    give_up(format, arguments);
}

/* Those that are too large to be here, or need vocabularies. */
static bool is_elsewhere(const char *name) {
    return strcmp(name, "smollm2_kgw_runs") == 0 || strcmp(name, "smollm2_methods") == 0 ||
           strcmp(name, "tokenizers") == 0;
}

START_TEST(recorded_cases) {
    const vector_check *v = &VECTOR_CHECKS[_i];
    char path[128];
    json_error_t error;
    const json_t *c;
    if (is_elsewhere(v->file))
        return;
    file_now = v->file;
    snprintf(path, sizeof path, "test/data/text/%s.json", v->file);
    json_t *file = json_load_file(path, JSON_ALLOW_NUL, &error);
    ck_assert_msg(file != NULL, "%s: %s", path, error.text);
    const json_t *cases = field(file, v->cases);
    ck_assert_uint_gt(json_array_size(cases), 2);
    json_array_foreach(cases, case_now, c) v->check(file, c);
    json_decref(file);
}
END_TEST

START_TEST(names_of_files) {
    ck_assert_ptr_null(vector_check_of("README"));
    for (const vector_check *v = VECTOR_CHECKS; v->file != NULL; v++)
        ck_assert_ptr_eq(vector_check_of(v->file), v);
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
