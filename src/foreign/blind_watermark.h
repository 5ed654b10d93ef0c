/* blind_watermark's marks, read with their two passwords (spec/image-peers.md §4). */
#ifndef CM_FOREIGN_BLIND_WATERMARK_H
#define CM_FOREIGN_BLIND_WATERMARK_H

#include "base/mt19937.h"
#include "foreign/approx.h"

/* The mean of what all blocks of all three channels say of each of n bits, 0..1, in the payload's
 * order. CM_ERR_CAPACITY for a picture that has no more blocks than bits. */
cm_code cm_blind_watermark_means(cm_foreign_pixels pixels, uint32_t password_picture,
                                 uint32_t password_payload, double *means, size_t n, cm_error *err);

/* The order in which a block's coefficients are taken; `mt` was seeded with the picture's password,
 * and gives one block's after the other's. */
void cm_blind_watermark_order(cm_mt *mt, uint8_t order[CM_BLOCK_SIZE]);

#endif
