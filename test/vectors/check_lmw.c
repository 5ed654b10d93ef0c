/* lm-watermarking: seeds, z and WinMax. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "fields.h"
#include "scheme.h"
#include "text/lmw.h"
#include "text/winmax.h"

void check_lmw_prf(const json_t *file, const json_t *c) {
    (void)file;
    uint32_t ids[WINDOW_MAX], *table = NULL;
    cm_error err = {0};
    cm_lmw_function f = 0;
    int n = (int)ids_of(field(c, "context"), ids);
    while (f < CM_LMW_FUNCTIONS && strcmp(cm_lmw_name(f), text(c, "prf")) != 0)
        f++;
    if (f == CM_LMW_FUNCTIONS || n == 0)
        mismatch("prf %s of %d ids", text(c, "prf"), n);
    expect_ok(cm_lmw_table(&table, &err), &err);
    expect_word("seed_mod", cm_lmw_seed(f, word(c, "key"), table, ids, n), word(c, "seed_mod"));
    free(table);
}

/* With WinMax as the statistic, p remains that of the text. */
static void check_text(const json_t *c, const char *mode, const char *ignore) {
    char params[240];
    size_t n, used;
    uint32_t *ids = text_ids(field(c, "input_ids"), &n), vocabulary = vocabulary_of(c);
    size_t skip = n > 0 && ids[0] == word(c, "bos") ? 1 : 0;
    const json_t *want = field(c, mode), *winmax = field(want, "winmax");
    used = (size_t)snprintf(params, sizeof params,
                            "seeding_scheme=%s gamma=%.17g ignore_repeated_ngrams=%s peer_p=yes",
                            text(c, "scheme"), number(c, "gamma"), ignore);
    cm_text_evidence e = look_under("lmw", vocabulary, params, ids + skip, n - skip);
    expect_near("z", e.statistic, number(want, "z"), 1e-9);
    expect_near("p", e.peer_p, number(want, "p"), 1e-9);
    if (used >= sizeof params)
        mismatch("scheme's name is too long");
    snprintf(params + used, sizeof params - used, " statistic=winmax");
    cm_text_evidence best = look_under("lmw", vocabulary, params, ids + skip, n - skip);
    expect_text("statistic", best.statistic_name, "z_max");
    expect_near("winmax z", best.statistic, number(winmax, "z"), 1e-6); /* a float there */
    expect_near("log10 p", best.log10_p, e.log10_p, 0);
    free(ids);
}

static void check_run(const json_t *c) {
    const json_t *all = field(c, "all"), *want = field(all, "winmax");
    const char *mask = text(all, "mask");
    size_t n = strlen(mask), green = 0;
    uint8_t *flags = calloc(n + 1, 1);
    for (size_t i = 0; i < n; i++)
        green += flags[i] = mask[i] == '1';
    cm_winmax best = cm_winmax_of(flags, n, number(c, "gamma"));
    expect_word("num_tokens_scored", n, word(all, "num_tokens_scored"));
    expect_word("num_green_tokens", green, word(all, "num_green_tokens"));
    expect_near("winmax z", best.z, number(want, "z"), 1e-6);
    expect_word("winmax size", best.size, word(want, "size"));
    expect_word("winmax green", best.green, word(want, "green"));
    free(flags);
}

void check_lmw_detector(const json_t *file, const json_t *c) {
    (void)file;
    check_text(c, "unique", "True");
    check_text(c, "all", "False");
    check_run(c);
}
