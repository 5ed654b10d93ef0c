/* The noise level of coefficients by radius: what they are divided by to weigh alike. */
#ifndef CM_DETECT_LEVELS_H
#define CM_DETECT_LEVELS_H

#include "mark/layout.h"

/* level[r] for r = 0 … CM_BAND_HIGH + 1: mean power of the message coefficients around radius r,
 * peaks clipped. Looks at magnitudes alone, so it says nothing of phases or signs. */
typedef struct cm_levels {
    float power[CM_BAND_HIGH + 2];
} cm_levels;

cm_levels cm_levels_of(const cm_layout *l, const cm_complex *message);

/* Interpolated square root of the level at a radius. */
float cm_level_root(const cm_levels *levels, float radius);

#endif
