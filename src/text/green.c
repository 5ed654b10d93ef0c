#include "text/green.h"

#include <math.h>

#include "base/tails.h"
#include "text/kgw.h"
#include "text/laws.h"
#include "text/sbw.h"
#include "text/seen.h"

cm_code cm_green_open(cm_green *g, double gamma, cm_error *err) {
    g->bound = cm_sbw_bound(gamma);
    if (g->philox) {
        g->share = g->bound / 2147483648.0;
        return CM_OK;
    }
    uint32_t size = cm_kgw_size(g->vocabulary, gamma);
    g->share = (double)size / g->vocabulary;
    return cm_shuffle_open(g->vocabulary, size, &g->shuffle, err);
}

void cm_green_close(cm_green *g) {
    cm_shuffle_close(&g->shuffle);
}

bool cm_green_has(const cm_green *g, uint64_t seed, uint32_t token) {
    return g->philox ? cm_sbw_green(seed, g->bound, token)
                     : cm_shuffle_has(&g->shuffle, seed, token);
}

void cm_green_list(const cm_green *g, uint64_t seed, uint32_t *order, uint8_t *list) {
    if (g->philox)
        cm_sbw_list(seed, g->bound, g->vocabulary, list);
    else
        cm_kgw_list(seed, g->vocabulary, g->shuffle.count, order, list);
}

uint64_t cm_green_seed_at(const cm_green *g, const uint32_t *token) {
    return g->seed(g->scheme, token + g->self_salt - g->width);
}

/* A seed of 0 comes from ids whose product with the key is 0: one list under all keys, whose tokens
 * say nothing about a key. No window of ids is hashed as such four words are, for CM_NO_ID isn't
 * one. */
static uint64_t alike(uint32_t low, uint32_t high, uint32_t token) {
    if (low == 0 && high == 0)
        return CM_WINDOW_WORTHLESS;
    return cm_seen_hash((const uint32_t[]){CM_NO_ID, low, high, token}, 4);
}

uint64_t cm_green_permuted_alike(uint64_t seed, uint32_t token) {
    return alike((uint32_t)seed, 0, token);
}

static uint64_t green_alike(const void *green, const uint32_t *token) {
    const cm_green *g = green;
    uint64_t seed = cm_green_seed_at(g, token);
    return g->philox ? alike((uint32_t)seed, (uint32_t)(seed >> 32), *token)
                     : cm_green_permuted_alike(seed, *token);
}

cm_window_rule cm_green_windows(const cm_green *g) {
    return (cm_window_rule){.vocabulary = g->vocabulary,
                            .width = (size_t)g->width + !g->self_salt,
                            .alike = green_alike,
                            .scheme = g};
}

/* Tokens of one permuted list are drawn without replacement. Their number is one of so many
 * independent draws with the same mean (Vatutin and Mikhailov 1982), and from one above the mean on
 * no such sum has a heavier tail than the binomial law (Hoeffding 1956). */
static double permuted_tail(const void *with, uint64_t n, double sum) {
    const double *share = with;
    return sum >= (double)n * *share + 1 ? cm_log_binomial_tail((uint64_t)sum, n, *share) : 0;
}

cm_law cm_green_permuted_law(const double *share) {
    cm_law law = cm_law_green(share);
    law.tail = permuted_tail;
    return law;
}

cm_law cm_green_law(const cm_green *g) {
    return g->philox ? cm_law_green(&g->share) : cm_green_permuted_law(&g->share);
}

double cm_green_z(double green, double n, double gamma) {
    return (green - gamma * n) / sqrt(n * gamma * (1 - gamma));
}

double cm_green_normal_p(double z) {
    return 0.5 * erfc(z / sqrt(2));
}
