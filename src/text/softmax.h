/* Softmax of a whole vocabulary and the logarithms back: exponentials and logarithms that compilers
 * turn into vectors, right to about a unit in the last place. */
#ifndef CM_TEXT_SOFTMAX_H
#define CM_TEXT_SOFTMAX_H

#include <stddef.h>

/* The greatest of n numbers; -INFINITY of none. NaN is passed over. */
float cm_greatest(const float *v, size_t n);

/* x[i] becomes e^x[i], for x[i] <= 0; below -87, where floats end, 0. */
void cm_powers_of_e(float *x, size_t n);

/* p[i] = e^(scores[i] - most) over their sum, where `most` is the greatest score. Differences below
 * -87 give 0, where floats end. With no score above -INFINITY all are 0. */
void cm_softmax(const float *scores, size_t n, float *p);

/* ln p[i], and `nothing` where p[i] isn't positive. */
void cm_logarithms(const float *p, size_t n, float nothing, float *out);

#endif
