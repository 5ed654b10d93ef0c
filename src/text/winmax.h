/* WinMax, lm-watermarking's scan for a marked part (spec/text-peers.md §10). */
#ifndef CM_TEXT_WINMAX_H
#define CM_TEXT_WINMAX_H

#include <stddef.h>
#include <stdint.h>

typedef struct cm_winmax {
    size_t first, size;
    uint64_t green;
    double z;
} cm_winmax;

/* The run of flags with the greatest z, of sizes 1 to n - 1 (the whole is left out, as by the
 * peer); of equals the shortest, then the first. Its z is no statistic of a single test: n (n - 1)
 * / 2 runs were tried. Takes n^2 steps. */
cm_winmax cm_winmax_of(const uint8_t *flags, size_t n, double gamma);

#endif
