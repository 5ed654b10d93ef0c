/* The taps of a separable resampling along one axis. */
#ifndef CM_DSP_AXIS_H
#define CM_DSP_AXIS_H

#include <stdbool.h>

/* Output sample i reads `taps` input samples from `first[i]` on, with weights weight[i * taps …].
 */
typedef struct cm_axis {
    int taps;
    int *first;
    float *weight;
} cm_axis;

/* From `in` to `out` samples: area means (out <= in); cubic interpolation, a = -0.75; linear
 * interpolation. The two align sample centres and repeat the borders. False when memory is short;
 * give the axis to cm_axis_free() in any case. */
bool cm_axis_area(int in, int out, cm_axis *a);
bool cm_axis_cubic(int in, int out, cm_axis *a);
bool cm_axis_linear(int in, int out, cm_axis *a);
void cm_axis_free(cm_axis *a);

#endif
