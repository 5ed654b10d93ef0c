#include "text/synthid_scheme.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "text/synthid_mark.h"

enum { NGRAM_MAX = 64, HISTORY_MAX = 1 << 20 };

static const char *const kinds[] = {"mean", "weighted", "bayesian", NULL};

/* Whole numbers with commas or blanks between them. */
static cm_code read_keys(const char *text, cm_synthid_g *g, cm_error *err) {
    const char *at = text;
    for (g->depth = 0; *at != 0; g->depth++) {
        char *end = NULL;
        long long key = strtoll(at, &end, 0);
        if (end == at || g->depth == CM_SYNTHID_DEPTH_MAX)
            break;
        g->key[g->depth] = key;
        for (at = end; *at == ',' || *at == ' ';)
            at++;
    }
    if (*at == 0 && g->depth > 0)
        return CM_OK;
    return cm_fail(err, CM_ERR_ARGUMENT,
                   "keys=%s: 1 to %d whole numbers with commas between them are needed", text,
                   CM_SYNTHID_DEPTH_MAX);
}

static cm_code read_eos(const char *text, uint32_t vocabulary, int64_t *out, cm_error *err) {
    uint64_t id = 0;
    *out = -1;
    if (text[0] == 0)
        return CM_OK;
    cm_code code = cm_param_u64("eos", text, 0, vocabulary - 1, &id, err);
    *out = (int64_t)id;
    return code;
}

cm_code cm_synthid_read(const cm_synthid_texts *t, uint32_t vocabulary, cm_synthid *s,
                        cm_error *err) {
    static const char *const truth[] = {"false", "true", NULL};
    int ngram = 0, history = 0, skip = 0;
    cm_code code = read_keys(t->keys, &s->g, err);
    if (code == CM_OK)
        code = cm_param_int("ngram_len", t->ngram_len, 2, NGRAM_MAX, &ngram, err);
    if (code == CM_OK)
        code = cm_param_int("context_history_size", t->context_history_size, 1, HISTORY_MAX,
                            &history, err);
    if (code == CM_OK)
        code =
            cm_param_choice("skip_first_ngram_calls", t->skip_first_ngram_calls, truth, &skip, err);
    if (code == CM_OK)
        code = read_eos(t->eos, vocabulary, &s->rule.eos, err);
    s->rule.vocabulary = vocabulary;
    s->rule.width = s->history.width = ngram - 1;
    s->rule.history = s->history.size = (uint32_t)history;
    s->history.skip = skip != 0;
    return code;
}

/* Positive numbers, as many as there are layers. */
static cm_code read_weights(const char *text, int depth, double *out, cm_error *err) {
    const char *at = text;
    int count = 0;
    for (; *at != 0 && count < depth; count++) {
        char *end = NULL;
        out[count] = strtod(at, &end);
        if (end == at || !(out[count] > 0 && out[count] <= 1e6))
            break;
        for (at = end; *at == ',' || *at == ' ';)
            at++;
    }
    if (*at == 0 && count == depth)
        return CM_OK;
    return cm_fail(err, CM_ERR_ARGUMENT, "weights=%s: %d positive numbers are needed", text, depth);
}

cm_code cm_synthid_complete(const cm_synthid_texts *t, cm_synthid *s, cm_error *err) {
    static const char *const names[] = {"mean", "weighted mean", "posterior"};
    double weights[CM_SYNTHID_DEPTH_MAX];
    int kind = 0;
    cm_code code = cm_param_choice("statistic", t->statistic, kinds, &kind, err);
    if (code == CM_OK && kind == CM_SYNTHID_BAYESIAN && t->model[0] == 0)
        code = cm_fail(err, CM_ERR_ARGUMENT, "statistic=bayesian needs model=FILE");
    if (code == CM_OK && kind == CM_SYNTHID_BAYESIAN)
        code = cm_synthid_model_read(t->model, s->g.depth, &s->model, err);
    bool own = kind == CM_SYNTHID_WEIGHTED && t->weights[0] != 0;
    if (code == CM_OK && own)
        code = read_weights(t->weights, s->g.depth, weights, err);
    if (code != CM_OK)
        return code;
    cm_synthid_score_set(&s->score, (cm_synthid_kind)kind, &s->g, own ? weights : NULL, &s->model);
    s->history.start = s->g.start;
    s->rule.g = &s->g;
    s->rule.score = &s->score;
    s->rule.statistic_name = names[kind];
    return CM_OK;
}

void cm_synthid_free(void *self) {
    cm_synthid *s = self;
    cm_synthid_g_close(&s->g);
    free(s);
}

/* ---- marking ---- */

typedef struct sequence {
    cm_synthid_past past;
    uint32_t *token; /* that can be taken */
    float *score;    /* theirs */
    uint64_t *bits;
    float *probability;
} sequence;

void cm_synthid_close(void *state) {
    sequence *q = state;
    cm_synthid_past_close(&q->past);
    free(q->token);
    free(q->score);
    free(q->bits);
    free(q->probability);
    free(q);
}

cm_code cm_synthid_open(const void *self, size_t capacity, void **out, cm_error *err) {
    const cm_synthid *s = self;
    uint32_t n = s->rule.vocabulary;
    *out = NULL;
    sequence *q = cm_calloc(1, sizeof *q);
    if (q == NULL)
        return cm_fail_memory(err);
    cm_code code = cm_synthid_past_open(&q->past, capacity, err);
    q->token = cm_calloc(n, sizeof *q->token);
    q->score = cm_calloc(n, sizeof *q->score);
    q->bits = cm_calloc(n, sizeof *q->bits);
    q->probability = cm_calloc(n, sizeof *q->probability);
    if (code == CM_OK &&
        (q->token == NULL || q->score == NULL || q->bits == NULL || q->probability == NULL))
        code = cm_fail_memory(err);
    if (code != CM_OK) {
        cm_synthid_close(q);
        return code;
    }
    *out = q;
    return CM_OK;
}

/* After top-k or top-p few tokens are left. */
static uint32_t gather(const float *scores, uint32_t n, sequence *q) {
    uint32_t count = 0;
    for (uint32_t t = 0; t < n; t++) {
        q->token[count] = t;
        q->score[count] = scores[t];
        count += scores[t] > -INFINITY;
    }
    return count;
}

bool cm_synthid_step(const void *self, void *state, const cm_text_past *past, float *scores) {
    const cm_synthid *s = self;
    sequence *q = state;
    uint64_t context;
    uint32_t n = s->rule.vocabulary;
    if (!cm_synthid_past_fresh(&q->past, &s->history, past, &context))
        return false;
    uint32_t count = gather(scores, n, q);
    if (count == n) {
        cm_synthid_g_words(&s->g, context, NULL, n, q->bits);
        cm_synthid_update(scores, q->bits, n, s->g.depth, s->leaves, s->nothing, q->probability);
        return false;
    }
    cm_synthid_g_words(&s->g, context, q->token, count, q->bits);
    cm_synthid_update(q->score, q->bits, count, s->g.depth, s->leaves, s->nothing, q->probability);
    for (uint32_t t = 0; t < n; t++)
        scores[t] = s->nothing;
    for (uint32_t i = 0; i < count; i++)
        scores[q->token[i]] = q->score[i];
    return false;
}

/* ---- detecting ---- */

cm_code cm_synthid_detect_open(const void *self, void **detector, cm_error *err) {
    const cm_synthid *s = self;
    cm_synthid_detector *d = NULL;
    cm_code code = cm_synthid_detector_open(&s->rule, &d, err);
    *detector = d;
    return code;
}

cm_code cm_synthid_detect_feed(void *detector, const uint32_t *ids, const float *probability,
                               size_t n, cm_error *err) {
    (void)probability;
    return cm_synthid_detector_feed(detector, ids, n, err);
}

cm_code cm_synthid_detect_finish(void *detector, cm_text_evidence *out, cm_error *err) {
    return cm_synthid_detector_finish(detector, out, err);
}

void cm_synthid_detect_close(void *detector) {
    cm_synthid_detector_close(detector);
}
