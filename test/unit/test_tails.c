/* Tails against 50-digit references, and at their edges. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/tails.h"

/* The promise of tails.h. A probability near 1 is held to it by its complement. */
static double allowed(double want, double largest_argument) {
    double absolute = largest_argument > 1e4 ? 2e-12 : 1e-13;
    if (fabs(want) < 0.1)
        return fabs(want) * (absolute + 2e-15 * fabs(log(fabs(want))));
    return absolute + 2e-15 * fabs(want);
}

static double evaluate(const char *name, const double *x) {
    if (strcmp(name, "binomial") == 0)
        return cm_log_binomial_tail((uint64_t)x[0], (uint64_t)x[1], x[2]);
    if (strcmp(name, "gamma") == 0)
        return cm_log_gamma_tail(x[0], x[1]);
    if (strcmp(name, "beta") == 0)
        return cm_log_beta(x[0], x[1], x[2]);
    if (strcmp(name, "normal") == 0)
        return cm_log_normal_tail(x[0]);
    if (strcmp(name, "loggamma") == 0)
        return cm_log_gamma(x[0]);
    if (strcmp(name, "log1mexp") == 0)
        return cm_log1mexp(x[0]);
    ck_abort_msg("no function \"%s\"", name);
    return NAN;
}

static void check_line(const char *line) {
    char name[16];
    char args[3][40];
    char value[60];
    double x[3] = {0};
    double largest = 0;
    ck_assert_int_eq(
        sscanf(line, "%15s %39s %39s %39s %59s", name, args[0], args[1], args[2], value), 5);
    for (int i = 0; i < 3; i++) {
        x[i] = args[i][0] == '-' && args[i][1] == '\0' ? 0 : strtod(args[i], NULL);
        largest = fmax(largest, fabs(x[i]));
    }
    double want = strtod(value, NULL);
    double got = evaluate(name, x);
    if (got == want)
        return;
    double limit = allowed(want, largest);
    if (strcmp(name, "loggamma") == 0)
        limit = 1e-14 + 4e-16 * fabs(want);
    ck_assert_msg(fabs(got - want) <= limit, "%s: got %.17g, error %.2g, allowed %.2g", line, got,
                  fabs(got - want), limit);
}

START_TEST(the_table_is_met) {
    char line[256];
    int lines = 0;
    FILE *f = fopen("test/data/tails.tsv", "r");
    ck_assert_ptr_nonnull(f);
    while (fgets(line, sizeof line, f) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        check_line(line);
        lines++;
    }
    (void)fclose(f);
    ck_assert_int_gt(lines, 400);
}
END_TEST

START_TEST(binomial_edges) {
    ck_assert(cm_log_binomial_tail(0, 0, 0.5) == 0);
    ck_assert(cm_log_binomial_tail(0, 10, 0) == 0);
    ck_assert(cm_log_binomial_tail(1, 0, 0.5) == -INFINITY);
    ck_assert(cm_log_binomial_tail(11, 10, 0.5) == -INFINITY);
    ck_assert(cm_log_binomial_tail(1, 10, 0) == -INFINITY);
    ck_assert(cm_log_binomial_tail(10, 10, 0) == -INFINITY);
    ck_assert(cm_log_binomial_tail(3, 10, 1) == 0);
    ck_assert(cm_log_binomial_tail(10, 10, 1) == 0);
    ck_assert(cm_log_binomial_tail(4096, 4096, 0.5) == 4096 * log(0.5));
    ck_assert(isnan(cm_log_binomial_tail(1, 10, NAN)));
}
END_TEST

START_TEST(continuous_edges) {
    ck_assert(cm_log_gamma_tail(3, 0) == 0);
    ck_assert(cm_log_gamma_tail(3, -1) == 0);
    ck_assert(cm_log_gamma_tail(3, INFINITY) == -INFINITY);
    ck_assert(isnan(cm_log_gamma_tail(0, 1)));
    ck_assert(isnan(cm_log_gamma_tail(1, NAN)));
    ck_assert(cm_log_beta(2, 3, 0) == -INFINITY);
    ck_assert(cm_log_beta(2, 3, 1) == 0);
    ck_assert(isnan(cm_log_beta(-1, 3, 0.5)));
    ck_assert(cm_log_normal_tail(INFINITY) == -INFINITY);
    ck_assert(cm_log_normal_tail(-INFINITY) == 0);
    ck_assert(isnan(cm_log_normal_tail(NAN)));
    ck_assert(isnan(cm_log_gamma_tail(1e300, 1e300)));
    ck_assert(isnan(cm_log_beta(1, 1e13, 0.5)));
    ck_assert(isnan(cm_log_binomial_tail(1, UINT64_MAX, 0.5)));
    ck_assert(isnan(cm_log_gamma(0)));
    ck_assert(cm_log1mexp(0) == -INFINITY);
    ck_assert(cm_log1mexp(-INFINITY) == 0);
}
END_TEST

START_TEST(sums_of_logarithms) {
    const double values[] = {-1000, -1000 + log(2), -INFINITY};
    ck_assert(fabs(cm_log_sum(values, 3) - (log(3) - 1000)) < 1e-12);
    ck_assert(cm_log_sum(values, 0) == -INFINITY);
    ck_assert(cm_log_sum(values + 2, 1) == -INFINITY);
    ck_assert(fabs(cm_log_add(-2000, -2000) - (log(2) - 2000)) < 1e-12);
    ck_assert(cm_log_add(-INFINITY, -INFINITY) == -INFINITY);
    ck_assert(cm_log_add(-INFINITY, -3) == -3);
    ck_assert(isnan(cm_log_add(NAN, 1)));
}
END_TEST

/* What a p-value must never do: grow as the evidence grows. */
START_TEST(tails_fall) {
    double last = 0;
    for (uint64_t k = 0; k <= 3000; k++) {
        double now = cm_log_binomial_tail(k, 3000, 0.25);
        ck_assert(now <= last);
        last = now;
    }
    last = 0;
    for (double x = 0; x < 5000; x += 0.37) {
        double now = cm_log_gamma_tail(1234.5, x);
        ck_assert(now <= last);
        last = now;
    }
    last = 0;
    for (double z = -12; z < 60; z += 0.003) {
        double now = cm_log_normal_tail(z);
        ck_assert(now <= last);
        last = now;
    }
}
END_TEST

Suite *suite_tails(void);
Suite *suite_tails(void) {
    Suite *s = suite_create("tails");
    TCase *tc = tcase_create("tails");
    tcase_add_test(tc, the_table_is_met);
    tcase_add_test(tc, binomial_edges);
    tcase_add_test(tc, continuous_edges);
    tcase_add_test(tc, sums_of_logarithms);
    tcase_add_test(tc, tails_fall);
    suite_add_tcase(s, tc);
    return s;
}
