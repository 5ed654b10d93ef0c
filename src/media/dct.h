/* The orthonormal 8x8 DCT of JPEG (ITU-T T.81, A.3.3) in floats, on blocks that lie in a strip of
 * eight rows. Results may differ in the last bit between compilers; nothing hangs on it. */
#ifndef CM_MEDIA_DCT_H
#define CM_MEDIA_DCT_H

#include <stddef.h>
#include <stdint.h>

enum { CM_DCT_SIDE = 8, CM_DCT_SIZE = 64 };

/* coefficients[8 * v + u] = DCT of the block whose rows start at `block`, `stride` floats apart. */
void cm_dct_forward(const float *block, size_t stride, float coefficients[CM_DCT_SIZE]);

/* block = inverse DCT of levels[i] * steps[i]. */
void cm_dct_inverse(const int16_t levels[CM_DCT_SIZE], const float steps[CM_DCT_SIZE], float *block,
                    size_t stride);

#endif
