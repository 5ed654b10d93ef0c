/* The shift trellis that carries cm-text-1's payload (spec/text-mark.md §5): which stage of the
 * message a context serves, and the most likely message of a text's scores. */
#ifndef CM_TEXT_NATIVE_CODE_H
#define CM_TEXT_NATIVE_CODE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* Scores are whole multiples of 1 / CM_CODE_UNIT. */
enum { CM_CODE_STAGES = 64, CM_CODE_WINDOW = 12, CM_CODE_UNIT = 2048, CM_CODE_PILOT = -1 };

/* Bits of the window for messages of so many bits. */
int cm_code_window(int bits);

/* The stage that a context serves by its role, 0 to bits - 1, or CM_CODE_PILOT. */
int cm_code_stage(uint32_t role, int bits);

/* The window's value at a stage. */
uint32_t cm_code_value(uint64_t message, int bits, int stage);

typedef struct cm_code_table {
    int bits, window;
    /* For each stage and value of the window: the sum of the scores, in units, that its contexts
     * would have; and of their log likelihood ratios against no mark. */
    uint32_t *score; /* [stage << window | value] */
    float *ratio;
    uint32_t count[CM_CODE_STAGES]; /* contexts of each stage */
} cm_code_table;

cm_code cm_code_open(int bits, cm_code_table *out, cm_error *err);
void cm_code_close(cm_code_table *t);

typedef struct cm_code_result {
    uint64_t message;
    double ratio;      /* ln of the likelihood ratio of the message */
    double score;      /* sum of its scores */
    double ratio_sum;  /* ln of at most the sum over all messages */
    double ratio_most; /* ln of at least that sum */
} cm_code_result;

/* Finds the message. */
cm_code cm_code_decode(const cm_code_table *t, cm_code_result *out, cm_error *err);

#endif
