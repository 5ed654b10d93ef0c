/* The measurement: chunks of every length, each judged as a text of its own. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/calibration.h"
#include "api/text_run.h"
#include "api/token_source.h"
#include "base/mem.h"

static const uint64_t LENGTHS[CM_BUCKETS] = {50, 100, 200, 400, 800, 1600};

/* One file's ids. */
typedef struct gathered {
    uint32_t *ids;
    size_t count, room;
} gathered;

static cm_code gather(void *user, const uint32_t *ids, const uint64_t *offsets, size_t n,
                      cm_error *err) {
    gathered *g = user;
    (void)offsets;
    if (g->room - g->count < n) {
        size_t room = 2 * g->room + n;
        uint32_t *more =
            room <= SIZE_MAX / sizeof *more ? realloc(g->ids, room * sizeof *more) : NULL;
        if (more == NULL)
            return cm_fail_memory(err);
        g->ids = more;
        g->room = room;
    }
    if (n > 0)
        memcpy(g->ids + g->count, ids, n * sizeof *ids);
    g->count += n;
    return CM_OK;
}

static cm_code judge(const cm_text_inspector *inspector, const uint32_t *ids,
                     cm_calibration_bucket *b, cm_error *err) {
    cm_text_run run;
    cm_text_evidence best;
    const cm_text_test *by;
    cm_code code = cm_text_run_open(inspector, &run, err);
    if (code == CM_OK)
        code = cm_text_run_feed(&run, ids, NULL, b->tokens, err);
    if (code == CM_OK)
        code = cm_text_run_finish(&run, &best, &by, err);
    if (code == CM_OK) {
        b->chunks++;
        for (int i = 0; i < CM_LEVELS; i++)
            b->hits[i] += best.log10_p <= -0.5 * (i + 1);
    }
    cm_text_run_close(&run);
    return code;
}

static cm_code judge_all(const cm_text_inspector *inspector, const gathered *g, cm_calibration *c,
                         cm_error *err) {
    cm_code code = CM_OK;
    for (int i = 0; i < CM_BUCKETS; i++)
        for (size_t at = 0; code == CM_OK && at + LENGTHS[i] <= g->count; at += LENGTHS[i])
            code = judge(inspector, g->ids + at, &c->buckets[i], err);
    c->tokens += g->count;
    return code;
}

static cm_code add_file(const cm_text_inspector *inspector, const char *path, cm_calibration *c,
                        cm_error *err) {
    cm_source *source = NULL;
    gathered g = {0};
    cm_code code = cm_source_open(path, &inspector->limits, &source, err);
    cm_token_source t = {
        .source = source, .options = &inspector->options, .sink = gather, .user = &g};
    if (code == CM_OK)
        code = cm_token_source_run(&t, err);
    cm_source_close(source);
    if (code == CM_OK)
        code = judge_all(inspector, &g, c, err);
    free(g.ids);
    return code;
}

cm_code cm_calibrate(const cm_text_inspector *inspector, const char *const *paths, size_t count,
                     cm_calibration **out, cm_error *err) {
    *out = NULL;
    cm_calibration *c = cm_calloc(1, sizeof *c);
    if (c == NULL)
        return cm_fail_memory(err);
    snprintf(c->scheme, sizeof c->scheme, "%s", cm_text_scheme_name(inspector->tests->scheme));
    memcpy(c->identity, inspector->identity, sizeof c->identity);
    for (int i = 0; i < CM_BUCKETS; i++)
        c->buckets[i].tokens = LENGTHS[i];
    cm_code code = CM_OK;
    for (size_t i = 0; code == CM_OK && i < count; i++)
        code = add_file(inspector, paths[i], c, err);
    if (code == CM_OK && c->buckets[0].chunks < 1000)
        code = cm_fail(err, CM_ERR_CAPACITY,
                       "%llu tokens are too few to calibrate on; 50,000 are the least, and "
                       "millions are better",
                       (unsigned long long)c->tokens);
    if (code != CM_OK) {
        free(c);
        return code;
    }
    *out = c;
    return CM_OK;
}

void cm_calibration_free(cm_calibration *c) {
    free(c);
}
