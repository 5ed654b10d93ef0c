#include "mark/few_words.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/wide.h"

enum { WORDS = 1 << CM_SHORT_BITS };

/* Words of 64 bits keep off those of fewer by this correlation, of 1. */
static const double TOO_NEAR = 0.5;

/* A code bit is a constant plus the parity of some of the payload's bits. So the correlations of
 * all words are the Walsh-Hadamard transform of the soft values, each put where its payload bits
 * say. */
struct cm_few_words {
    uint16_t mask[CM_CODE_BITS];
    uint8_t constant[CM_CODE_BITS];
    float correlation[WORDS];
};

cm_code cm_few_words_new(cm_few_words **out, cm_error *err) {
    cm_few_words *w = cm_alloc_aligned(1, sizeof *w);
    *out = w;
    if (w == NULL)
        return cm_fail_memory(err);
    memset(w->mask, 0, sizeof w->mask);
    cm_code_encode((cm_payload){.bits = CM_SHORT_BITS}, w->constant);
    for (int bit = 0; bit < CM_SHORT_BITS; bit++) {
        uint8_t code[CM_CODE_BITS];
        cm_code_encode((cm_payload){.bits = CM_SHORT_BITS, .value = (uint64_t)1 << bit}, code);
        for (int i = 0; i < CM_CODE_BITS; i++)
            w->mask[i] |= (uint16_t)((code[i] ^ w->constant[i]) << bit);
    }
    return CM_OK;
}

void cm_few_words_free(cm_few_words *w) {
    free(w);
}

CM_WIDE static void butterflies(float *restrict low, float *restrict high, int n) {
    for (int i = 0; i < n; i++) {
        float a = low[i], b = high[i];
        low[i] = a + b;
        high[i] = a - b;
    }
}

/* The shortest steps, within eight values. */
CM_WIDE static void within_eights(float *at) {
    for (int i = 0; i < WORDS; i += 8)
        for (int half = 1; half < 8; half *= 2)
            for (int k = 0; k < 4; k++) {
                float *low = at + i + k / half * 2 * half + k % half, a = *low, b = low[half];
                *low = a + b;
                low[half] = a - b;
            }
}

static void transform(float *at) {
    within_eights(at);
    for (int half = 8; half < WORDS; half *= 2)
        for (int i = 0; i < WORDS; i += 2 * half)
            butterflies(at + i, at + i + half, half);
}

static double correlate(const uint8_t *code, const float *soft) {
    double sum = 0;
    for (int i = 0; i < CM_CODE_BITS; i++)
        sum += (double)(code[i] ? -soft[i] : soft[i]);
    return sum;
}

static void describe(cm_payload payload, const float *soft, cm_decoded *out) {
    *out = (cm_decoded){.valid = true, .payload = payload};
    cm_code_encode(payload, out->code);
    out->correlation = correlate(out->code, soft);
}

void cm_few_words_short(cm_few_words *w, const float *soft, cm_decoded *out) {
    memset(w->correlation, 0, sizeof w->correlation);
    for (int i = 0; i < CM_CODE_BITS; i++)
        w->correlation[w->mask[i]] += w->constant[i] ? -soft[i] : soft[i];
    transform(w->correlation);
    unsigned best = 0;
    for (unsigned v = 1; v < WORDS; v++)
        if (w->correlation[v] > w->correlation[best])
            best = v;
    describe((cm_payload){.bits = CM_SHORT_BITS, .value = best}, soft, out);
}

void cm_few_words_presence(const float *soft, cm_decoded *out) {
    describe((cm_payload){.bits = 0}, soft, out);
}

cm_code cm_few_words_keep_off(cm_payload payload, cm_error *err) {
    uint8_t code[CM_CODE_BITS];
    float soft[CM_CODE_BITS];
    cm_few_words *w = NULL;
    cm_decoded few, none;
    if (payload.bits != CM_PAYLOAD_BITS)
        return CM_OK;
    cm_code result = cm_few_words_new(&w, err);
    if (result != CM_OK)
        return result;
    cm_code_encode(payload, code);
    for (int i = 0; i < CM_CODE_BITS; i++)
        soft[i] = code[i] ? -1 : 1;
    cm_few_words_short(w, soft, &few);
    cm_few_words_presence(soft, &none);
    cm_few_words_free(w);
    if (few.correlation < TOO_NEAR * CM_CODE_BITS && none.correlation < TOO_NEAR * CM_CODE_BITS)
        return CM_OK;
    return cm_fail(err, CM_ERR_ARGUMENT,
                   "this payload's word is too near to one of a shorter payload: choose another");
}
