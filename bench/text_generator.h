/* A stand-in for a language model: distributions of the next token from a family in which marks are
 * about as strong as in a small model's answers (spec/evaluation.md §6).
 *
 * Each step has Zipf's law over 49,152 ids: the k-th likeliest has a chance in proportion to k^-a.
 * A share of the steps is nearly certain, a about 8.2 at temperature 1; in the others a is about
 * 1.25. Around these, ln a has a deviation of 0.08 between steps, and one of 0.055 between whole
 * texts. A temperature T turns a into a/T. Which ids are likely is a matter of chance and starts
 * anew with each step, so that no context comes twice. */
#ifndef CM_BENCH_TEXT_GENERATOR_H
#define CM_BENCH_TEXT_GENERATOR_H

#include <stdint.h>

enum { GENERATOR_VOCABULARY = 49152 };

/* The laws at one temperature. */
typedef struct text_generator text_generator;

/* `certain` is the share of steps that are nearly certain. Free with text_generator_free(). */
text_generator *text_generator_new(double temperature, double certain);
void text_generator_free(text_generator *g);

/* One step's distribution: the k-th likeliest id, from 0, is stride * k + shift. */
typedef struct text_law {
    int level; /* of the exponents in the table */
    uint32_t stride, shift;
} text_law;

/* What a text has of its own. */
double text_draw_bias(uint64_t *random);

text_law text_draw_law(const text_generator *g, double bias, uint64_t *random);
uint32_t text_draw_id(const text_generator *g, const text_law *law, uint64_t *random);
float text_probability(const text_generator *g, const text_law *law, uint32_t id);

/* Of the whole vocabulary. */
void text_fill_logits(const text_generator *g, const text_law *law, float *logits);

/* The law's entropy in nats, and the likeliest id's probability. */
double text_entropy(const text_generator *g, const text_law *law);
double text_certainty(const text_generator *g, const text_law *law);

#endif
