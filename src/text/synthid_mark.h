/* SynthID's tournaments: what a step makes of probabilities (spec/text-peers.md §5). */
#ifndef CM_TEXT_SYNTHID_MARK_H
#define CM_TEXT_SYNTHID_MARK_H

#include <stddef.h>
#include <stdint.h>

#include "text/synthid.h"

/* Scores of n tokens to marked ones: log probabilities, `nothing` for the logarithm of 0. Bit l of
 * bits[t] is token t's g-value of layer l; what stands there afterwards means nothing. `leaves` is
 * 2, or 3 for the reference code's distortionary kind. `p` is scratch for n floats. */
void cm_synthid_update(float *scores, uint64_t *bits, uint32_t n, int depth, int leaves,
                       float nothing, float *p);

#endif
