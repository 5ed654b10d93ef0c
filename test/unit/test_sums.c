/* Exact tails of weighted sums, against sums over all outcomes and closed forms. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/sums.h"
#include "base/tails.h"
#include "text/laws.h"

static void check_close(double got, double want, const char *what) {
    ck_assert_msg(fabs(got - want) < 1e-9 * fmax(1, fabs(want)) || fabs(expm1(got - want)) < 1e-9,
                  "%s: %.15g, not %.15g", what, got, want);
}

/* P(a A + b B >= s) of one exponential each. */
START_TEST(two_exponentials) {
    for (double alpha = 0.05; alpha < 0.5; alpha += 0.1) {
        cm_law law = cm_law_two_exponentials(&alpha);
        double a = 1 - alpha, b = alpha;
        for (double s = 8; s < 600; s *= 1.7) {
            double want = -s / a + log((a - b * exp(s / a - s / b)) / (a - b));
            check_close(law.tail(law.with, 1, s), want, "n = 1");
        }
    }
}
END_TEST

/* Near equal shares the law is nearly Erlang's; and never above Chernoff's bound. */
START_TEST(two_exponentials_of_many) {
    double even = 0.5, nearly = 0.5 - 1e-9, uneven = 0.1;
    cm_law one = cm_law_two_exponentials(&even), other = cm_law_two_exponentials(&nearly),
           third = cm_law_two_exponentials(&uneven);
    for (uint64_t n = 2; n < 3000; n *= 3)
        for (double z = 3; z < 30; z *= 1.5) {
            double s = (double)n + z * sqrt((double)n / 2);
            double want = one.tail(one.with, n, s);
            ck_assert_double_eq_tol(other.tail(other.with, n, s), want, 1e-5 * fabs(want));
            double tail = third.tail(third.with, n, s), bound = third.quick(third.with, n, s);
            ck_assert(tail <= bound && tail > bound - 12);
        }
}
END_TEST

enum { DRAWS = 40, DEPTH = 6, MOST = DRAWS * 10 * DEPTH * (DEPTH - 1) };

/* The distribution of the sum by adding up all outcomes. */
static void enumerate(const uint32_t *weight, uint64_t n, double share, double *p) {
    memset(p, 0, (MOST + 1) * sizeof *p);
    p[0] = 1;
    for (uint64_t i = 0; i < n; i++)
        for (int l = 0; l < DEPTH; l++)
            for (size_t k = MOST + 1; k-- > 0;)
                p[k] = p[k] * (1 - share) + (k >= weight[l] ? p[k - weight[l]] * share : 0);
}

START_TEST(weighted_bits) {
    static double p[MOST + 1];
    uint32_t whole[DEPTH];
    cm_layers layers = {.depth = DEPTH, .share = 0.47};
    for (int l = 0; l < DEPTH; l++) {
        whole[l] = (uint32_t)(10 * (DEPTH - 1) - 9 * l);
        layers.weight[l] = 0.31 * whole[l];
    }
    cm_law law = cm_law_layers(&layers);
    for (uint64_t n = 1; n <= DRAWS; n += 13) {
        double tail = 0;
        int checked = 0;
        enumerate(whole, n, layers.share, p);
        for (size_t k = MOST + 1; k-- > 0;) {
            tail += p[k];
            if (p[k] == 0 || k % 7 != 0 || tail > 0.01)
                continue;
            check_close(law.tail(law.with, n, 0.31 * (double)k), log(tail), "bits");
            checked++;
        }
        ck_assert(n == 1 || checked > 20);
    }
}
END_TEST

/* Weights without a common unit: at least the tail, and below the bound. */
START_TEST(any_weights) {
    cm_layers layers = {.depth = 4, .share = 0.5, .weight = {1, 0.731, 0.5113, 0.2001}};
    cm_law law = cm_law_layers(&layers);
    for (uint64_t n = 80; n < 5000; n *= 4) {
        double s = (double)n * law.mean + 9 * sqrt((double)n * law.variance);
        double tail = law.tail(law.with, n, s), bound = law.quick(law.with, n, s);
        ck_assert(tail < bound - 1 && tail > bound - 12);
        ck_assert(tail > cm_log_normal_tail(9) - 0.2 * fabs(cm_log_normal_tail(9)));
    }
}
END_TEST

START_TEST(far_below_the_smallest_double) {
    cm_layers layers = {.depth = 30, .share = 0.5};
    for (int l = 0; l < 30; l++)
        layers.weight[l] = 10 - 9.0 * l / 29;
    cm_law law = cm_law_layers(&layers);
    double most = 30 * law.mean / 15, s = 0.93 * most * 300;
    double tail = law.tail(law.with, 300, s), bound = law.quick(law.with, 300, s);
    ck_assert(tail < -1500 && tail < bound - 1 && tail > bound - 15);
}
END_TEST

Suite *suite_sums(void);
Suite *suite_sums(void) {
    Suite *s = suite_create("sums");
    TCase *t = tcase_create("sums");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, two_exponentials);
    tcase_add_test(t, two_exponentials_of_many);
    tcase_add_test(t, weighted_bits);
    tcase_add_test(t, any_weights);
    tcase_add_test(t, far_below_the_smallest_double);
    suite_add_tcase(s, t);
    return s;
}
