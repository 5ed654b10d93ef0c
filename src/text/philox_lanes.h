/* Philox (philox.h) of many counters at a time, each under a key of its own. */
#ifndef CM_TEXT_PHILOX_LANES_H
#define CM_TEXT_PHILOX_LANES_H

#include <stddef.h>
#include <stdint.h>

enum { CM_PHILOX_LANES = 64 };

/* A row for each word of the counters, and for each of the keys. */
typedef struct cm_philox_batch {
    uint32_t counter[4][CM_PHILOX_LANES];
    uint32_t key[2][CM_PHILOX_LANES];
} cm_philox_batch;

/* Images of the first `count` counters: the four words of the i-th at out[4 * i]. What stands in
 * `out` beyond, as far as 4 * CM_PHILOX_LANES, may change. */
void cm_philox_lanes(const cm_philox_batch *batch, size_t count, uint32_t *out);

#endif
