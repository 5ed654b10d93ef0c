/* Runs every suite. The Makefile lists them in suites.h from the file names: test_NAME.c must
 * define suite_NAME(). A name as argument runs that suite alone; --list names them all. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SUITE(name) Suite *suite_##name(void);
#include "suites.h"
#undef SUITE

static const struct {
    const char *name;
    Suite *(*make)(void);
} SUITES[] = {
#define SUITE(name) {#name, suite_##name},
#include "suites.h"
#undef SUITE
};

static int list(void) {
    for (size_t i = 0; i < sizeof SUITES / sizeof SUITES[0]; i++)
        puts(SUITES[i].name);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv) {
    SRunner *runner = NULL;
    if (argc > 1 && strcmp(argv[1], "--list") == 0)
        return list();
    for (size_t i = 0; i < sizeof SUITES / sizeof SUITES[0]; i++) {
        if (argc > 1 && strcmp(argv[1], SUITES[i].name) != 0)
            continue;
        if (runner == NULL)
            runner = srunner_create(SUITES[i].make());
        else
            srunner_add_suite(runner, SUITES[i].make());
    }
    if (runner == NULL) {
        fprintf(stderr, "no suite called %s\n", argv[1]);
        return EXIT_FAILURE;
    }
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
