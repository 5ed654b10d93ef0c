/* A calibration's numbers, and what follows from them. */
#ifndef CM_API_CALIBRATION_H
#define CM_API_CALIBRATION_H

#include <countermark/calibrate.h>

#include "api/text_inspector.h"
#include "base/error.h"

/* Levels are 10^(-i/2), i = 1 … CM_LEVELS. */
enum { CM_LEVELS = 12, CM_BUCKETS = 6, CM_IDENTITY_SIZE = 5, CM_CALIBRATED_SIZE = 65 };

typedef struct cm_calibration_bucket {
    uint64_t tokens; /* of a chunk */
    uint64_t chunks;
    uint64_t hits[CM_LEVELS];
} cm_calibration_bucket;

struct cm_calibration {
    char scheme[CM_CALIBRATED_SIZE];
    char identity[CM_IDENTITY_SIZE]; /* of scheme, parameters and keys */
    uint64_t tokens;                 /* of the corpus */
    cm_calibration_bucket buckets[CM_BUCKETS];
};

/* Upper bound, at 95 % confidence, of a rate of which `hits` of `n` were seen (Clopper and Pearson
 * 1934). */
double cm_rate_upper(uint64_t hits, uint64_t n);

/* The power c <= 1 so that p^c bounds the rate at every level that has been measured; it is taken
 * to do so below. */
double cm_calibration_power(const cm_calibration_bucket *b);

/* The power for a text of so many tokens: of the two buckets around it the lesser, at the ends the
 * nearest one's. */
double cm_calibration_power_at(const cm_calibration *c, uint64_t tokens);

/* Whether a calibration is of these tests. */
bool cm_calibration_fits(const cm_calibration *c, const cm_text_inspector *inspector);

#endif
