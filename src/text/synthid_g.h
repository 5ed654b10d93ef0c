/* g-values of a SynthID scheme, as steps and detectors need them: of many tokens after one context,
 * or of a window (spec/text-peers.md §5). */
#ifndef CM_TEXT_SYNTHID_G_H
#define CM_TEXT_SYNTHID_G_H

#include <stdbool.h>
#include <stddef.h>

#include "text/synthid.h"

typedef struct cm_synthid_g {
    int64_t key[CM_SYNTHID_DEPTH_MAX];
    int depth;
    bool reference;   /* computed, as the reference code does; else from the table */
    uint64_t start;   /* of the contexts' hashes */
    uint8_t *table;   /* transformers': one g-value for each residue; NULL for the reference */
    uint32_t size;    /* of the table */
    double share;     /* of ones in it; 1/2 for the reference */
    uint64_t *of_sum; /* all layers' g-values by (context + token) mod size; NULL unless the size
                         is a power of two of up to 2^16 */
} cm_synthid_g;

/* Both take the keys and depth that g holds. Close with cm_synthid_g_close(). */
cm_code cm_synthid_g_open_table(cm_synthid_g *g, uint64_t seed, uint32_t size, cm_error *err);
cm_code cm_synthid_g_open_reference(cm_synthid_g *g, cm_error *err);
void cm_synthid_g_close(cm_synthid_g *g);

/* g-values of a token after a context, which is the hash of its ids: bit l is layer l's. */
uint64_t cm_synthid_g_word(const cm_synthid_g *g, uint64_t context, uint32_t token);

/* Of n tokens, or of tokens 0 to n - 1 where `tokens` is NULL. */
void cm_synthid_g_words(const cm_synthid_g *g, uint64_t context, const uint32_t *tokens, size_t n,
                        uint64_t *words);

/* Windows that share this number have the same g-values. */
static inline uint64_t cm_synthid_g_class(const cm_synthid_g *g, uint64_t context, uint32_t token) {
    uint64_t sum = context + token;
    return g->reference || (g->size & (g->size - 1)) != 0 ? sum : sum & (g->size - 1);
}

#endif
