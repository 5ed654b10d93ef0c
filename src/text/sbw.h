/* Lists of the stateless Bernoulli mark, SBW (spec/text-peers.md §8): Philox tells for each token
 * by itself whether it is green. */
#ifndef CM_TEXT_SBW_H
#define CM_TEXT_SBW_H

#include <stdbool.h>
#include <stdint.h>

/* Of 2^31, for the share gamma. */
uint32_t cm_sbw_bound(double gamma);

bool cm_sbw_green(uint64_t seed, uint32_t bound, uint32_t token);

/* list[t] = 1 for the green ones of `count` tokens, else 0. */
void cm_sbw_list(uint64_t seed, uint32_t bound, uint32_t count, uint8_t *list);

/* Jenkins's hash of 32 bits, as a signed number. */
int64_t cm_sbw_hash(uint64_t value);

#endif
