/* How likely a picture without a mark agrees with a payload as well (spec/statistics.md §11). */
#ifndef CM_FOREIGN_CHANCE_H
#define CM_FOREIGN_CHANCE_H

#include <stddef.h>
#include <stdint.h>

enum { CM_CHANCE_BITS_MAX = 256, CM_CHANCE_PERIOD_MAX = 8 };

/* ln of an upper bound of P(T >= t): t is the sum of the means of the bits that are one in the
 * payload, T the same for a random arrangement of the n means, each arrangement being as likely as
 * any other. Means change places only `period` places apart or a multiple of it. 0 where means are
 * alike, and where t is no more than is expected. n is at most
 * CM_CHANCE_BITS_MAX, `period` at least 1 and at most CM_CHANCE_PERIOD_MAX. */
double cm_chance_of_match(const double *means, const uint8_t *payload, size_t n, size_t period);

#endif
