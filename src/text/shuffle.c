#include "text/shuffle.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/mt19937.h"

/* The last element has no step of its own. */
static uint32_t steps(const cm_shuffle *s) {
    return s->count < s->n ? s->count : s->n - 1;
}

cm_code cm_shuffle_open(uint32_t n, uint32_t count, cm_shuffle *out, cm_error *err) {
    *out = (cm_shuffle){.n = n, .count = count};
    out->inverse = cm_calloc(count, sizeof *out->inverse);
    if (out->inverse == NULL)
        return cm_fail_memory(err);
    for (uint32_t i = 0; i < steps(out); i++)
        out->inverse[i] = (uint32_t)(((uint64_t)1 << 32) / (n - i));
    return CM_OK;
}

void cm_shuffle_close(cm_shuffle *s) {
    free(s->inverse);
    *s = (cm_shuffle){0};
}

/* What steps `first`, first + 1, … swap with. The product's upper half is the quotient or one less
 * than that; all numbers but the words are below 2^31, where signed comparisons are quicker. */
static void partners(const cm_shuffle *s, uint32_t first, uint32_t count, const uint32_t *word,
                     uint32_t *partner) {
    const uint32_t *inverse = s->inverse + first;
    uint32_t most = s->n - first;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t divisor = most - i;
        uint32_t quotient = (uint32_t)(((uint64_t)word[i] * inverse[i]) >> 32);
        uint32_t rest = word[i] - quotient * divisor;
        rest -= (int32_t)rest >= (int32_t)divisor ? divisor : 0;
        partner[i] = first + i + rest;
    }
}

static uint32_t next_block(const cm_shuffle *s, cm_mt *mt, uint32_t first, uint32_t *partner) {
    uint32_t word[CM_MT_WORDS], left = steps(s) - first;
    uint32_t count = left < CM_MT_WORDS ? left : CM_MT_WORDS;
    cm_mt_block(mt, word);
    partners(s, first, count, word, partner);
    return count;
}

static bool is_among(const uint32_t *partner, uint32_t count, uint32_t element) {
    uint32_t equal = 0;
    for (uint32_t i = 0; i < count; i++)
        equal |= partner[i] == element;
    return equal != 0;
}

/* Follows the element through the swaps as cm_mt_place() does; blocks where nothing happens to it
 * are passed over. */
uint32_t cm_shuffle_place(const cm_shuffle *s, uint64_t seed, uint32_t element) {
    uint32_t partner[CM_MT_WORDS], last = steps(s);
    cm_mt mt;
    cm_mt_seed(&mt, seed);
    for (uint32_t i = 0, count; i < last; i += count) {
        count = next_block(s, &mt, i, partner);
        if (element >= i + count && !is_among(partner, count, element))
            continue;
        for (uint32_t k = 0; k < count; k++) {
            if (partner[k] == element)
                return i + k;
            if (i + k == element)
                element = partner[k];
        }
    }
    return element;
}
