#include "text/synthid_g.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* A larger one would leave the cache that makes it worthwhile. */
enum { SUMS_MOST = 1 << 16 };

static bool is_power_of_two(uint32_t n) {
    return (n & (n - 1)) == 0;
}

static uint64_t computed(const cm_synthid_g *g, uint64_t context, uint32_t token) {
    uint64_t h = cm_synthid_hash(context, &token, 1);
    return g->reference ? cm_synthid_reference_bits(h, g->key, g->depth)
                        : cm_synthid_table_bits(h, g->key, g->depth, g->table, g->size);
}

/* With a power of two, what is taken from the table depends on the low bits of context + token
 * alone. */
static cm_code tabulate(cm_synthid_g *g, cm_error *err) {
    if (!is_power_of_two(g->size) || g->size > SUMS_MOST)
        return CM_OK;
    g->of_sum = cm_calloc(g->size, sizeof *g->of_sum);
    if (g->of_sum == NULL)
        return cm_fail_memory(err);
    for (uint32_t sum = 0; sum < g->size; sum++)
        g->of_sum[sum] = computed(g, sum, 0);
    return CM_OK;
}

cm_code cm_synthid_g_open_table(cm_synthid_g *g, uint64_t seed, uint32_t size, cm_error *err) {
    uint32_t ones = 0;
    g->start = 1;
    g->size = size;
    g->table = cm_calloc(size, 1);
    if (g->table == NULL)
        return cm_fail_memory(err);
    cm_synthid_table(seed, size, g->table);
    for (uint32_t i = 0; i < size; i++)
        ones += g->table[i];
    if (ones == 0 || ones == size)
        return cm_fail(err, CM_ERR_ARGUMENT, "a table of %u g-values that are all the same", size);
    g->share = (double)ones / size;
    return tabulate(g, err);
}

cm_code cm_synthid_g_open_reference(cm_synthid_g *g, cm_error *err) {
    g->reference = true;
    g->share = 0.5;
    return cm_synthid_iv(g->key, g->depth, &g->start, err);
}

void cm_synthid_g_close(cm_synthid_g *g) {
    free(g->table);
    free(g->of_sum);
}

uint64_t cm_synthid_g_word(const cm_synthid_g *g, uint64_t context, uint32_t token) {
    return g->of_sum != NULL ? g->of_sum[(context + token) & (g->size - 1)]
                             : computed(g, context, token);
}

/* Tokens in a row stand in a row in the table of sums. */
static void copy_words(const cm_synthid_g *g, uint64_t context, size_t n, uint64_t *words) {
    size_t from = (size_t)context & (g->size - 1);
    for (size_t done = 0, some; done < n; done += some, from = 0) {
        some = g->size - from < n - done ? g->size - from : n - done;
        memcpy(words + done, g->of_sum + from, some * sizeof *words);
    }
}

void cm_synthid_g_words(const cm_synthid_g *g, uint64_t context, const uint32_t *tokens, size_t n,
                        uint64_t *words) {
    if (tokens == NULL && g->of_sum != NULL) {
        copy_words(g, context, n, words);
        return;
    }
    for (size_t i = 0; i < n; i++)
        words[i] = cm_synthid_g_word(g, context, tokens != NULL ? tokens[i] : (uint32_t)i);
}
