/* What the speed of text marks is measured on: schemes with their parameters, one step each on the
 * logits of a large vocabulary, and detection in a long text. */
#ifndef CM_BENCH_TEXT_CASES_H
#define CM_BENCH_TEXT_CASES_H

#include <countermark/text.h>

enum { TEXT_VOCABULARY = 151936, TEXT_PARAMS = 4 }; /* the vocabulary of the Qwen models */

typedef struct text_case {
    const char *name;
    const char *scheme;
    cm_text_param params[TEXT_PARAMS]; /* until one without a name */
} text_case;

extern const text_case text_cases[];
extern const size_t text_case_count;

/* NULL for a name that isn't there. */
const text_case *text_case_named(const char *name);

/* One sequence under a scheme, stepping through a text. */
typedef struct text_stepper {
    cm_text_scheme *scheme;
    cm_text_marker *marker;
    const uint32_t *ids;
    size_t at;
} text_stepper;

/* False where this library has no such scheme. */
bool text_stepper_open(const text_case *c, const uint32_t *ids, text_stepper *out);
void text_stepper_close(text_stepper *s);

/* Seconds of one step on a fresh copy of the logits, which ends in `scores`. */
double text_stepper_time(text_stepper *s, const float *logits, float *scores);

cm_text_scheme *text_scheme(const text_case *c);

/* Seconds of one detection, from ids to the evidence. */
double text_detect_time(const cm_text_scheme *scheme, const uint32_t *ids, size_t n,
                        cm_text_evidence *out);

/* Bytes of the heap in use once `times` copies of the text were fed. */
size_t text_detect_heap(const cm_text_scheme *scheme, const uint32_t *ids, size_t n, int times);

/* Ids with about the frequencies of words: the k-th has the share 1 / (k ln V). */
void text_make_ids(uint32_t *ids, size_t n, uint64_t seed);

/* Logits as a language model's last layer has them: a bell curve of deviation 2.5. */
void text_make_logits(float *logits, uint64_t seed);

#endif
