/* A stretch of a file. */
#ifndef CM_BASE_SPAN_H
#define CM_BASE_SPAN_H

#include <stdint.h>

/* Bytes start to start + length - 1. Whoever makes one sees to it that the sum doesn't overflow. */
typedef struct cm_span {
    uint64_t start;
    uint64_t length;
} cm_span;

#endif
