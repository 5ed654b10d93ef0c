/* The remainder in which a mark's bit lies. */
#ifndef CM_FOREIGN_FOLD_H
#define CM_FOREIGN_FOLD_H

#include <math.h>

/* fmod(value, step) for 0 <= value < 2^40, quicker: where the division rounds up to a whole number,
 * one step is put back. */
static inline double cm_fold(double value, double step) {
    double rest = value - step * floor(value / step);
    return rest < 0 ? rest + step : rest;
}

#endif
