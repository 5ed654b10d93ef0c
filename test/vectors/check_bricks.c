/* Three bricks: seeds, sums of every payload, and p-values. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "fields.h"
#include "scheme.h"
#include "text/bricks.h"
#include "text/instance.h"

static cm_text_scheme *bricks_of(const json_t *c) {
    char params[240];
    const char *detector = text(c, "detector");
    bool lists = strncmp(detector, "Maryland", strlen("Maryland")) == 0;
    snprintf(params, sizeof params,
             "method=%s law=%s scoring=%s seed=%llu salt_key=%llu ngram=%u payload_max=%d "
             "gamma=%.17g",
             lists ? "maryland" : "openai", strchr(detector, 'Z') != NULL ? "normal" : "exact",
             text(c, "scoring"), (unsigned long long)word(c, "seed"),
             (unsigned long long)word(c, "salt_key"), count_of(c, "ngram", CM_BRICKS_NGRAM_MAX),
             (int)word(c, "payload_max"), lists ? number(c, "gamma") : 0.5);
    return scheme_of("three-bricks", vocabulary_of(c), params);
}

static void check_payloads(const json_t *c, const cm_bricks *b, const double *sum, uint64_t count,
                           double peer_p, double best) {
    const json_t *sums = list(c, "score_sum"), *ps = list(c, "pvalues");
    bool picks = strcmp(text(c, "scoring"), "none") != 0; /* the statistic is the best payload's */
    for (size_t m = 0; m < json_array_size(sums) && m < b->payloads; m++) {
        double p = json_number_value(element(ps, m)), want = json_number_value(element(sums, m));
        expect_near("score_sum", sum[m], want, 1e-5 * (1 + want));
        expect_near("pvalues", cm_bricks_peer_p(b, count, sum[m]), p, 1e-5);
        if (picks && best > p + 1e-5)
            mismatch("least p: got %g, want at most %g", best, p);
    }
    expect_near("peer_p", peer_p, best, 1e-12);
}

void check_three_bricks(const json_t *file, const json_t *c) {
    (void)file;
    size_t n;
    uint64_t count;
    uint32_t *ids = text_ids(field(c, "input_ids"), &n);
    cm_text_scheme *s = bricks_of(c);
    cm_text_evidence e;
    cm_error err = {0};
    void *d;
    if (n <= word(c, "ngram"))
        mismatch("a text of %zu ids", n);
    expect_word("seed_first", cm_bricks_seed(s->self, ids + 1), word(c, "seed_first"));
    expect_ok(cm_bricks_detect_open(s->self, &d, &err), &err);
    expect_ok(cm_bricks_detect_feed(d, ids, NULL, n, &err), &err);
    expect_ok(cm_bricks_detect_finish(d, &e, &err), &err);
    const double *sum = cm_bricks_sums(d, &count);
    expect_word("n_scored", count, word(c, "n_scored"));
    check_payloads(c, s->self, sum, count, e.peer_p, cm_bricks_peer_p(s->self, count, e.statistic));
    cm_bricks_detect_close(d);
    cm_text_scheme_free(s);
    free(ids);
}
