/* The tokens of a text that tell of its payload, and their scores under a message
 * (spec/text-mark.md §6.2). */
#ifndef CM_TEXT_NATIVE_HEARD_H
#define CM_TEXT_NATIVE_HEARD_H

#include "text/native.h"
#include "text/native_code.h"

typedef struct cm_heard {
    uint64_t token; /* of the text */
    uint32_t context[CM_NATIVE_CONTEXT];
    uint32_t word; /* the token's number before the message turns it */
    int stage;
} cm_heard;

/* What scoring needs. */
typedef struct cm_hearing {
    const cm_native *scheme;
    cm_native_prf *prf;
    const uint32_t *units; /* the score of each level of u by its highest 16 bits, in 1 /
                              CM_CODE_UNIT, rounded down */
} cm_hearing;

/* Scores of some tokens under a message. */
void cm_heard_scores(const cm_hearing *how, uint64_t message, const cm_heard *const *heard,
                     size_t count, double *score);

#endif
