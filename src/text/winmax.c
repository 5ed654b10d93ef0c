#include "text/winmax.h"

#include <math.h>

cm_winmax cm_winmax_of(const uint8_t *flags, size_t n, double gamma) {
    cm_winmax best = {.z = -INFINITY};
    for (size_t size = 1; size < n; size++) {
        double root = sqrt((double)size * gamma * (1 - gamma));
        uint64_t green = 0, most = 0;
        size_t where = 0;
        for (size_t i = 0; i < n; i++) {
            green += flags[i];
            if (i >= size)
                green -= flags[i - size];
            if (i + 1 >= size && (green > most || i + 1 == size)) {
                most = green;
                where = i + 1 - size;
            }
        }
        double z = ((double)most - gamma * (double)size) / root;
        if (z > best.z)
            best = (cm_winmax){.first = where, .size = size, .green = most, .z = z};
    }
    return best;
}
