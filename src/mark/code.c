#include "mark/code.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/wide.h"

enum {
    MEMORY = 13, /* constraint length 14 */
    STATES = 1 << MEMORY,
    LAPS = 3,
    LIST = 16 /* end states followed back after each lap but the first */
};

/* Generators of greatest free distance (36) for rate 1/4, octal as tabulated by Larsen (1973) and
 * in Proakis, Digital Communications, table 8-2-3. Each has its first and last tap set, which the
 * butterfly below relies on. */
static const uint16_t GENERATORS[CM_CODE_RATE] = {021113, 023175, 035527, 035537};

/* The four code bits (generator 0 in bit 0) of a register of 14 bits, newest bit on top. */
static unsigned outputs(unsigned reg) {
    unsigned out = 0;
    for (int g = 0; g < CM_CODE_RATE; g++)
        out |= ((unsigned)__builtin_popcount(reg & GENERATORS[g]) & 1u) << g;
    return out;
}

static void encode_bits(const uint8_t *info, uint8_t *code) {
    unsigned state = 0;
    for (int i = CM_INFO_BITS - MEMORY; i < CM_INFO_BITS; i++)
        state = state >> 1 | (unsigned)info[i] << (MEMORY - 1);
    for (int i = 0; i < CM_INFO_BITS; i++) {
        unsigned reg = (unsigned)info[i] << MEMORY | state;
        unsigned out = outputs(reg);
        for (int g = 0; g < CM_CODE_RATE; g++)
            code[CM_CODE_RATE * i + g] = out >> g & 1;
        state = reg >> 1;
    }
}

void cm_code_encode(cm_payload payload, uint8_t *code) {
    uint8_t info[CM_INFO_BITS];
    cm_payload_write(payload, info);
    encode_bits(info, code);
}

/* Registers are taken in groups: the code is linear, so that what a register of a group puts out is
 * what its first one does, xor what depends on the place in the group alone. */
enum { GROUP = 16, GROUPS = STATES / 2 / GROUP, OUTPUTS = 1 << CM_CODE_RATE };

struct cm_decoder {
    float metric[2][STATES];
    float branch[OUTPUTS][GROUP];       /* of a group, by what its first register puts out */
    uint8_t group[GROUPS];              /* outputs of register (0, 2 * GROUP * g) */
    uint8_t place[GROUP];               /* outputs of register (0, 2 * i) */
    uint8_t from[CM_INFO_BITS][STATES]; /* 1: came from the odd one of the two predecessors */
};

cm_code cm_decoder_new(cm_decoder **out, cm_error *err) {
    cm_decoder *d = cm_alloc_aligned(1, sizeof *d);
    *out = d;
    if (d == NULL)
        return cm_fail_memory(err);
    for (unsigned g = 0; g < GROUPS; g++)
        d->group[g] = (uint8_t)outputs(2 * GROUP * g);
    for (unsigned i = 0; i < GROUP; i++)
        d->place[i] = (uint8_t)outputs(2 * i);
    return CM_OK;
}

void cm_decoder_free(cm_decoder *d) {
    free(d);
}

/* One trellis step. State = the last 13 bits, newest on top; 2j and 2j+1 lead to j (bit 0) and
 * j + STATES/2 (bit 1). First and last taps are set in all generators, so that the four branches of
 * a butterfly carry just one metric, with either sign. */
CM_WIDE static void step(const cm_decoder *d, const float *restrict metric, float *restrict next,
                         uint8_t *restrict from) {
    for (int g = 0; g < GROUPS; g++) {
        const float *branch = d->branch[d->group[g]];
        for (int i = 0; i < GROUP; i++) {
            int j = GROUP * g + i;
            float even = metric[2 * j], odd = metric[2 * j + 1], m = branch[i];
            float zero[2] = {even + m, odd - m}, one[2] = {even - m, odd + m};
            next[j] = zero[0] >= zero[1] ? zero[0] : zero[1];
            from[j] = zero[0] < zero[1];
            next[j + STATES / 2] = one[0] >= one[1] ? one[0] : one[1];
            from[j + STATES / 2] = one[0] < one[1];
        }
    }
}

/* Correlation of the soft values of one step with what the registers put out. */
static void fill_branches(cm_decoder *d, const float *soft) {
    float table[OUTPUTS];
    for (unsigned o = 0; o < OUTPUTS; o++) {
        table[o] = 0;
        for (int g = 0; g < CM_CODE_RATE; g++)
            table[o] += o >> g & 1 ? -soft[g] : soft[g];
    }
    for (int o = 0; o < OUTPUTS; o++)
        for (int i = 0; i < GROUP; i++)
            d->branch[o][i] = table[o ^ d->place[i]];
}

static void lap(cm_decoder *d, const float *soft, int *current) {
    for (int t = 0; t < CM_INFO_BITS; t++) {
        fill_branches(d, soft + CM_CODE_RATE * t);
        step(d, d->metric[*current], d->metric[!*current], d->from[t]);
        *current = !*current;
    }
}

/* The LIST end states of greatest metric, best first. */
static void best_states(const float *metric, unsigned *best) {
    int count = 0;
    for (unsigned s = 0; s < STATES; s++) {
        if (count == LIST && metric[s] <= metric[best[LIST - 1]])
            continue;
        int at = count < LIST ? count++ : LIST - 1;
        for (; at > 0 && metric[best[at - 1]] < metric[s]; at--)
            best[at] = best[at - 1];
        best[at] = s;
    }
}

static void follow_back(const cm_decoder *d, unsigned state, uint8_t *info) {
    for (int t = CM_INFO_BITS - 1; t >= 0; t--) {
        info[t] = (uint8_t)(state >> (MEMORY - 1));
        state = (state << 1 & (STATES - 1)) | d->from[t][state];
    }
}

/* Weighs the word that ends in `state` against the best so far. The path need not close on itself:
 * its bits are encoded anew, and what counts is how the codeword correlates. */
static void consider(const cm_decoder *d, unsigned state, const float *soft, cm_decoded *best) {
    uint8_t info[CM_INFO_BITS];
    cm_decoded word = {0};
    follow_back(d, state, info);
    encode_bits(info, word.code);
    for (int i = 0; i < CM_CODE_BITS; i++)
        word.correlation += (double)(word.code[i] ? -soft[i] : soft[i]);
    word.valid = cm_payload_read(info, &word.payload);
    if (word.valid != best->valid ? word.valid : word.correlation > best->correlation)
        *best = word;
}

void cm_decoder_run(cm_decoder *d, const float *soft, cm_decoded *out) {
    int current = 0;
    *out = (cm_decoded){.correlation = -1e300};
    memset(d->metric, 0, sizeof d->metric);
    for (int i = 0; i < LAPS; i++) {
        unsigned best[LIST];
        lap(d, soft, &current);
        if (i == 0)
            continue; /* starts are not settled yet */
        best_states(d->metric[current], best);
        for (int k = 0; k < LIST; k++)
            consider(d, best[k], soft, out);
        if (out->valid)
            return;
    }
}
