/* Tables of image p-values: which share of trials lies at or below each level, and how far above an
 * exact p-value the bounds are. */
#ifndef CM_BENCH_CALIBRATION_TABLE_H
#define CM_BENCH_CALIBRATION_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CALIBRATION_KINDS = 32, CALIBRATION_KIND_LENGTH = 32 };

/* One key on one picture. Both logarithms are of p-values that are corrected for everything tried
 * but not cut at 1: what is reported is the lesser of them, or 0. */
typedef struct calibration_trial {
    uint32_t picture;
    bool whole; /* the whole search; else the fast one */
    uint32_t lattices;
    float pilots;  /* log10 */
    float message; /* log10 */
    float seconds;
} calibration_trial;

typedef struct calibration_picture {
    int kind; /* a place in calibration_set.kind */
    int side; /* the longer one, to the nearest power of two */
} calibration_picture;

typedef struct calibration_set {
    char kind[CALIBRATION_KINDS][CALIBRATION_KIND_LENGTH];
    int kinds;
    const calibration_picture *picture;
    const calibration_trial *trial;
    size_t trials;
} calibration_set;

/* Prints the tables of one way of searching, by kind, by size, and for all, as Markdown, and adds a
 * line for each kind and size to `path`. Returns whether every level holds in each row. */
bool calibration_show(const calibration_set *set, bool whole, const char *path);

#endif
