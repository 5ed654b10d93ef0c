#include <string.h>

#include "base/mem.h"
#include "text/best.h"
#include "text/green.h"
#include "text/kgw.h"
#include "base/mt19937.h"

/* `order` for lists that are permuted, `list` for Philox. */
typedef struct scratch {
    uint32_t best[CM_GREEN_CANDIDATES_MAX];
    uint32_t words[];
} scratch;

cm_code cm_green_step_open(const cm_green *g, void **out, cm_error *err) {
    *out = cm_calloc(1, sizeof(scratch) + g->vocabulary * sizeof(uint32_t));
    return *out != NULL ? CM_OK : cm_fail_memory(err);
}

static void try_token(const cm_green *g, uint32_t *window, uint32_t token, float *scores) {
    if (g->self_salt)
        window[g->width - 1] = token;
    if (cm_green_has(g, g->seed(g->scheme, window), token))
        scores[token] += g->bias;
}

/* Each candidate is found on its list without the list being made. */
static void step_some(const cm_green *g, scratch *s, uint32_t *window, float *scores) {
    if (g->candidates == 0 || g->candidates >= g->vocabulary) {
        for (uint32_t t = 0; t < g->vocabulary; t++)
            try_token(g, window, t, scores);
        return;
    }
    uint32_t count = cm_best_scores(scores, g->vocabulary, g->candidates, s->best);
    for (uint32_t i = 0; i < count; i++)
        try_token(g, window, s->best[i], scores);
}

static void step_list(const cm_green *g, scratch *s, uint64_t seed, float *scores) {
    if (g->philox) {
        uint8_t *list = (uint8_t *)s->words;
        cm_green_list(g, seed, NULL, list);
        for (uint32_t t = 0; t < g->vocabulary; t++)
            scores[t] += g->bias * list[t];
        return;
    }
    cm_mt_permutation(seed, g->vocabulary, g->shuffle.count, s->words);
    for (uint32_t i = 0; i < g->shuffle.count; i++)
        scores[s->words[i]] += g->bias;
}

void cm_green_step(const cm_green *g, void *memory, const cm_text_past *past, float *scores) {
    uint32_t window[CM_GREEN_WIDTH_MAX];
    size_t context = (size_t)g->width - g->self_salt;
    if (past->n < g->least || past->n < context)
        return;
    memcpy(window, past->ids + past->n - context, context * sizeof *window);
    if (g->self_salt || g->candidates != 0)
        step_some(g, memory, window, scores);
    else
        step_list(g, memory, g->seed(g->scheme, window), scores);
}
