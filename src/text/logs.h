/* Logarithms of many numbers at a time. */
#ifndef CM_TEXT_LOGS_H
#define CM_TEXT_LOGS_H

#include <stddef.h>
#include <stdint.h>

/* -ln(1 - word / 2^32): what a uniform number of 32 bits, rounded down, is as an exponential one.
 * Right to a unit in the last place or two. */
void cm_exponentials(const uint32_t *word, size_t n, double *out);

#endif
