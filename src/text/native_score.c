/* The scores of cm-text-1's windows. */
#include <math.h>

#include "base/wide.h"
#include "text/logs.h"
#include "text/native.h"

enum { BATCH = 256, BLOCK = 16 };

double cm_native_exponential(uint32_t word) {
    return -log((4294967296.0 - word) * 0x1p-32);
}

CM_WIDE static void count_ones(const uint32_t *words, uint32_t mask, size_t n, double *out) {
    for (size_t i = 0; i < n; i++) {
        uint32_t v = words[i] & mask;
        v -= v >> 1 & 0x55555555u;
        v = (v & 0x33333333u) + (v >> 2 & 0x33333333u);
        out[i] = (double)(int32_t)(((v + (v >> 4)) & 0x0f0f0f0fu) * 0x01010101u >> 24);
    }
}

/* A number for each token of the batch; `words` is scratch. */
static void scores_of(const cm_native *n, const cm_window_block *b, size_t from, size_t count,
                      const uint8_t *blocks, uint32_t *words, double *score) {
    uint32_t mask = n->depth < 32 ? (1u << n->depth) - 1 : UINT32_MAX;
    if (n->mode == CM_NATIVE_MODE_GREEN) {
        for (size_t i = 0; i < count; i++)
            score[i] = blocks[BLOCK * i + b->ids[b->at[from + i]] % BLOCK] < n->green;
        return;
    }
    for (size_t i = 0; i < count; i++)
        words[i] = cm_native_word(blocks + BLOCK * i, b->ids[b->at[from + i]] % 4);
    if (n->mode == CM_NATIVE_MODE_GUMBEL)
        cm_exponentials(words, count, score);
    else
        count_ones(words, mask, count, score);
}

static void score_batch(const cm_native *n, cm_native_prf *prf, const cm_window_block *b,
                        size_t from, size_t count, double *score) {
    static const cm_native_use USE[] = {CM_NATIVE_GUMBEL, CM_NATIVE_GREEN, CM_NATIVE_LAYERS};
    cm_native_seed seeds[BATCH] = {0};
    uint32_t index[BATCH] = {0};
    uint8_t blocks[BATCH * BLOCK];
    uint32_t tokens = n->mode == CM_NATIVE_MODE_GREEN ? BLOCK : 4;
    for (size_t i = 0; i < count; i++) {
        const uint32_t *at = b->ids + b->at[from + i];
        seeds[i] = cm_native_seed_of(at, n->width, USE[n->mode], 0);
        index[i] = *at / tokens;
    }
    cm_native_each(prf, seeds, index, count, blocks);
    scores_of(n, b, from, count, blocks, index, score + from);
}

cm_code cm_native_score(const void *self, const cm_window_block *block, double *score,
                        cm_error *err) {
    const cm_native *n = self;
    cm_native_prf *prf = NULL;
    cm_code code = cm_native_prf_open(n->key, &prf, err);
    for (size_t at = 0; code == CM_OK && at < block->count; at += BATCH) {
        size_t left = block->count - at;
        score_batch(n, prf, block, at, left < BATCH ? left : BATCH, score);
    }
    cm_native_prf_close(prf);
    return code;
}
