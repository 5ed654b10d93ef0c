#include "text/kgw_mark.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "text/kgw.h"
#include "text/mt19937.h"

enum { CANDIDATES = 40, CONTEXT_MAX = 64 };

struct cm_kgw {
    cm_kgw_config config;
    uint32_t size; /* of a green list */
    uint32_t *table;
    uint32_t *order;
};

cm_code cm_kgw_new(const cm_kgw_config *config, cm_kgw **out, cm_error *err) {
    *out = NULL;
    if (config->vocabulary == 0 || config->vocabulary > UINT32_MAX / 20 ||
        !(config->greenlist_ratio > 0 && config->greenlist_ratio < 1) ||
        config->context_width < 1 || config->context_width > CONTEXT_MAX)
        return cm_fail(err, CM_ERR_ARGUMENT,
                       "green list: a vocabulary, a ratio between 0 and 1 and a context width of "
                       "1 to %d are needed",
                       CONTEXT_MAX);
    cm_kgw *k = cm_calloc(1, sizeof *k);
    if (k == NULL)
        return cm_fail_memory(err);
    k->config = *config;
    k->size = cm_kgw_size(config->vocabulary, config->greenlist_ratio);
    k->order = cm_calloc(config->vocabulary, sizeof *k->order);
    cm_code code = k->order != NULL ? CM_OK : cm_fail_memory(err);
    if (code == CM_OK && config->selfhash)
        code = cm_kgw_table(config->hashing_key, &k->table, err);
    if (code != CM_OK) {
        cm_kgw_free(k);
        return code;
    }
    *out = k;
    return CM_OK;
}

void cm_kgw_free(cm_kgw *k) {
    if (k == NULL)
        return;
    free(k->table);
    free(k->order);
    free(k);
}

/* The best scores' tokens, best first. A list kept in order by insertion: nearly all tokens fail at
 * its last place. */
static int best_tokens(const float *scores, uint32_t n, uint32_t *best) {
    int count = 0;
    for (uint32_t t = 0; t < n; t++) {
        int at = count;
        if (count == CANDIDATES && !(scores[t] > scores[best[count - 1]]))
            continue;
        while (at > 0 && scores[t] > scores[best[at - 1]])
            at--;
        count += count < CANDIDATES;
        memmove(best + at + 1, best + at, (size_t)(count - 1 - at) * sizeof *best);
        best[at] = t;
    }
    return count;
}

static void step_selfhash(cm_kgw *k, const uint32_t *ids, size_t n, float *scores) {
    uint32_t best[CANDIDATES], window[CONTEXT_MAX];
    size_t width = (size_t)k->config.context_width;
    int count = best_tokens(scores, k->config.vocabulary, best);
    memcpy(window, ids + n - (width - 1), (width - 1) * sizeof *window);
    for (int i = 0; i < count; i++) {
        window[width - 1] = best[i];
        uint64_t seed =
            cm_kgw_selfhash(k->config.hashing_key, k->table, window, k->config.context_width);
        if (cm_mt_among_first(seed, k->config.vocabulary, k->size, best[i]))
            scores[best[i]] += k->config.bias;
    }
}

void cm_kgw_step(cm_kgw *k, const uint32_t *ids, size_t n, float *scores) {
    if (n < (size_t)k->config.context_width)
        return;
    if (k->config.selfhash) {
        step_selfhash(k, ids, n, scores);
        return;
    }
    cm_mt_permutation(cm_kgw_lefthash(k->config.hashing_key, ids[n - 1]), k->config.vocabulary,
                      k->size, k->order);
    for (uint32_t i = 0; i < k->size; i++)
        scores[k->order[i]] += k->config.bias;
}

bool cm_kgw_is_green(const cm_kgw *k, const uint32_t *window) {
    const cm_kgw_config *c = &k->config;
    uint32_t token = window[c->selfhash ? c->context_width - 1 : c->context_width];
    uint64_t seed = c->selfhash
                        ? cm_kgw_selfhash(c->hashing_key, k->table, window, c->context_width)
                        : cm_kgw_lefthash(c->hashing_key, window[c->context_width - 1]);
    return cm_mt_among_first(seed, c->vocabulary, k->size, token);
}

static bool is_green(const void *scheme, const uint32_t *window) {
    return cm_kgw_is_green(scheme, window);
}

cm_code cm_kgw_detect(const cm_kgw *k, const uint32_t *ids, size_t n, bool unique,
                      cm_green_count *out, cm_error *err) {
    const cm_green_job job = {.test = is_green,
                              .scheme = k,
                              .vocabulary = k->config.vocabulary,
                              .width =
                                  (size_t)k->config.context_width + (k->config.selfhash ? 0 : 1),
                              .unique = unique};
    return cm_green_count_text(&job, ids, n, NULL, out, err);
}

double cm_kgw_peer_p(double z) {
    return 0.5 * erfc(z / sqrt(2));
}

double cm_kgw_old_peer_p(double z) {
    double sign = z > 0 ? 1 : z < 0 ? -1 : 0;
    return 1 - 0.5 * (1 + sign * (1 - exp(-2 * z * z / 3.14159265358979323846)));
}
