#include "detect/lattice.h"

#include <math.h>

double cm_lattice_distance(cm_lattice a, cm_lattice b) {
    double x = fmax(fabs(a.xx - b.xx), fabs(a.xy - b.xy));
    double y = fmax(fabs(a.yx - b.yx), fabs(a.yy - b.yy));
    return fmax(x, y);
}
