/* The 8x8 DCT of JPEG (ITU-T T.81, A.3.3) in floats, on blocks that lie in a strip of eight rows.
 *
 * The algorithm (Arai, Agui, Nakajima, "A fast DCT-SQ scheme for images", 1988) leaves a factor for
 * each coefficient to whoever quantises anyway. Results may differ in the last bits between
 * compilers; nothing hangs on them. */
#ifndef CM_MEDIA_DCT_H
#define CM_MEDIA_DCT_H

#include <stddef.h>
#include <stdint.h>

enum { CM_DCT_SIDE = 8, CM_DCT_SIZE = 64 };

/* scaled[8 * v + u] is what cm_dct_forward()'s output is to be multiplied by to get coefficients of
 * the orthonormal DCT. */
void cm_dct_forward_scale(float scaled[CM_DCT_SIZE]);

/* What an orthonormal coefficient is to be multiplied by for cm_dct_inverse(). */
void cm_dct_inverse_scale(float scaled[CM_DCT_SIZE]);

/* basis[u][x]: wave u of the orthonormal DCT of eight samples. */
void cm_dct_basis(float basis[CM_DCT_SIDE][CM_DCT_SIDE]);

/* The unscaled DCT of the block whose rows start at `block`, `stride` floats apart. */
void cm_dct_forward(const float *block, size_t stride, float coefficients[CM_DCT_SIZE]);

/* block = inverse DCT of levels[i] * steps[i], the steps having been scaled. */
void cm_dct_inverse(const int16_t levels[CM_DCT_SIZE], const float steps[CM_DCT_SIZE], float *block,
                    size_t stride);

#endif
