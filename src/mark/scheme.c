#include "mark/scheme.h"

#include <math.h>

double cm_canonical_scale(int w, int h) {
    return fmax(1.0, sqrt((double)w * (double)h) / CM_CANONICAL_SIDE);
}
