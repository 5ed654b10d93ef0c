#include "text_vectors.h"

#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

__attribute__((format(printf, 1, 0))) static _Noreturn void give_up(const char *format,
                                                                    va_list arguments) {
    char message[512];
    vsnprintf(message, sizeof message, format, arguments);
    ck_abort_msg("%s", message);
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

const json_t *cases_in(const char *name, const char *list_name, json_t **file) {
    char path[128];
    json_error_t error;
    snprintf(path, sizeof path, "test/data/text/%s.json", name);
    *file = json_load_file(path, JSON_ALLOW_NUL, &error);
    ck_assert_msg(*file != NULL, "%s: %s", path, error.text);
    const json_t *cases = list(*file, list_name);
    ck_assert_uint_gt(json_array_size(cases), 2);
    return cases;
}

const json_t *cases_of(const char *name, json_t **file) {
    return cases_in(name, "cases", file);
}
