/* What a model gives each token of a text, from a file. */
#ifndef CM_API_PROBABILITIES_H
#define CM_API_PROBABILITIES_H

#include <countermark/limits.h>

#include "base/error.h"

typedef struct cm_probabilities {
    float *values;
    size_t count;
} cm_probabilities;

/* A JSON array, an object with one under "probabilities", or 32-bit floats, little-endian; each
 * from 0 to 1. Free with cm_probabilities_free(), also after a failure. */
cm_code cm_probabilities_read(const char *path, const cm_limits *limits, cm_probabilities *out,
                              cm_error *err);
void cm_probabilities_free(cm_probabilities *p);

#endif
