/* Choices of MPAC, which carries a message in which of several lists is raised
 * (spec/text-peers.md §12). */
#ifndef CM_TEXT_MPAC_H
#define CM_TEXT_MPAC_H

#include <stdint.h>

/* The digit of the message, 1 to `positions`, that a token carries; `seed` is
 * cm_lmw_seed(CM_LMW_ANCHORED_MINHASH) of the last two ids. */
uint32_t cm_mpac_position(uint64_t seed, uint32_t positions);

/* Number of lists for a gamma, at least 1. */
uint32_t cm_mpac_lists(double gamma);

/* The list, from 0 on, that a token is on under the context's seed. */
uint32_t cm_mpac_colour(uint64_t seed, uint32_t vocabulary, uint32_t lists, uint32_t token);

#endif
