/* What the colours of a text's tokens say about MPAC: whether there is a message, and which
 * (spec/text-peers.md §12). */
#ifndef CM_TEXT_MPAC_LAW_H
#define CM_TEXT_MPAC_LAW_H

#include <stdint.h>

#include "text/mpac.h"

typedef struct cm_mpac_counts {
    int base, positions;
    uint32_t scored[CM_MPAC_BITS_MAX]; /* tokens of each digit */
    uint32_t coloured[CM_MPAC_BITS_MAX][CM_MPAC_BASE_MAX + 1];
} cm_mpac_counts;

/* The digits with the most tokens of their colour, the lowest of equals; returns how many tokens
 * those are in all. */
uint64_t cm_mpac_best(const cm_mpac_counts *c, uint8_t *digits);

/* The most that the probability of a colour can be for a token, whatever the colours of the others:
 * a list is drawn without replacement, and at most `together` tokens are of one permutation. */
double cm_mpac_share(uint32_t length, uint32_t vocabulary, uint32_t together);

/* ln of a bound of P(the best message has >= hits tokens of its colours) without a mark.
 * CM_ERR_MEMORY. */
cm_code cm_mpac_tail(const cm_mpac_counts *c, double share, uint64_t hits, double *out,
                     cm_error *err);

/* The probability that this is the message: against all others, and against no mark at odds of 1 in
 * 1000 for one, the strength of the mark being anything. `share`: of a list. */
double cm_mpac_posterior(const cm_mpac_counts *c, double share, const uint8_t *digits);

#endif
