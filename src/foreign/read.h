/* From what blocks say to bits. Block k speaks for bit k mod n. */
#ifndef CM_FOREIGN_READ_H
#define CM_FOREIGN_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The mean of what the blocks say of each of n bits, over `full`; NaN for a bit that no block
 * speaks for. */
void cm_read_means(const uint8_t *said, size_t blocks, double full, double *means, size_t n);

/* Bits as invisible-watermark reads them: a mean beyond a fixed half. */
void cm_read_fixed(const double *means, size_t n, uint8_t *bits);

/* Bits as blind_watermark reads them: means are split into two clusters (one-dimensional 2-means).
 * All zeros where all means are alike. Returns the share of the means' variance that lies between
 * the clusters, 0..1. */
double cm_read_clusters(const double *means, size_t n, uint8_t *bits);

#endif
