/* Counting green tokens: what the detectors of all green lists have in common. */
#ifndef CM_TEXT_GREEN_COUNT_H
#define CM_TEXT_GREEN_COUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Whether the last id of a window is green. */
typedef bool cm_green_test(const void *scheme, const uint32_t *window);

/* Which windows of a text count, and how. */
typedef struct cm_green_job {
    cm_green_test *test;
    const void *scheme;
    uint32_t vocabulary;
    size_t width; /* ids of a window, the scored one included */
    bool unique;  /* each window counts once, without which no p-value holds */
} cm_green_job;

typedef struct cm_green_count {
    uint64_t scored;
    uint64_t green;
} cm_green_count;

/* `hits`, which may be NULL, has room for a flag for each window: the first out->scored are set, 1
 * for green. CM_ERR_ARGUMENT for ids beyond the vocabulary. */
cm_code cm_green_count_text(const cm_green_job *job, const uint32_t *ids, size_t n, uint8_t *hits,
                            cm_green_count *out, cm_error *err);

/* (green - ratio scored) / sqrt(scored ratio (1 - ratio)): normal to a first approximation. */
double cm_green_z(const cm_green_count *c, double ratio);

#endif
