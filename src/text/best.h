/* The tokens with the greatest scores. */
#ifndef CM_TEXT_BEST_H
#define CM_TEXT_BEST_H

#include <stdint.h>

/* The best scores' tokens, best first, the first one of equals: as many as `most`, or n where that
 * is less. Returns how many. */
uint32_t cm_best_scores(const float *scores, uint32_t n, uint32_t most, uint32_t *best);

#endif
