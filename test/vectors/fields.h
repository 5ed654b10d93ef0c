/* Reading golden vectors, and holding what we have against what they say. Whatever is missing,
 * isn't of its kind or differs ends the case in mismatch(). */
#ifndef VECTORS_FIELDS_H
#define VECTORS_FIELDS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <countermark/error.h>

enum { WINDOW_MAX = 64 };

/* Says what is wrong with a case, and ends it: whoever runs the checks defines it. */
_Noreturn void mismatch(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Ends a case that can't be judged here. */
_Noreturn void cannot_judge(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---- fields ---- */

const json_t *field(const json_t *o, const char *name);
const json_t *list(const json_t *o, const char *name);
const char *text(const json_t *o, const char *name);
double number(const json_t *o, const char *name);
bool flag(const json_t *o, const char *name);

/* An element of a list, which must be there, and the text that one is. */
const json_t *element(const json_t *array, size_t at);
const char *text_element(const json_t *array, size_t at);

/* Integers of up to 64 bits, of either sign, as numbers or (what JSON can't hold) as text. */
uint64_t word_of(const json_t *value);
uint64_t word(const json_t *o, const char *name);

/* A number of things, from 1 to `most`. */
uint32_t count_of(const json_t *o, const char *name, uint32_t most);

/* A vocabulary that fits in memory. */
uint32_t vocabulary_of(const json_t *o);

/* At most WINDOW_MAX ids. */
uint32_t ids_of(const json_t *array, uint32_t *out);

/* All ids of a text. Free with free(). */
uint32_t *text_ids(const json_t *array, size_t *n);

/* Such a list as check_floats() compares with. */
void read_floats(const json_t *list, size_t n, float *out);

/* Bit l of the result: digit l of a text of `depth` zeros and ones. */
uint64_t read_bits(const char *digits, int depth);

/* ---- comparing ---- */

void expect_ok(cm_code code, const cm_error *err);
void expect_word(const char *name, uint64_t got, uint64_t want);
void expect_text(const char *name, const char *got, const char *want);
void expect_near(const char *name, double got, double want, double tolerance);

/* Against the hexadecimal SHA-256. */
void check_digest(const char *name, const void *bytes, size_t n, const json_t *want);

/* A list of floats, written as the hexadecimal digits of their little-endian bytes. */
void check_floats(const char *name, const float *got, size_t n, const json_t *want);

/* Logarithms of probabilities that may differ by `tolerance`. */
void check_log_probabilities(const char *name, const float *got, size_t n, const json_t *want,
                             double tolerance);

/* Digest of the ids of marked tokens, in ascending order, as 32-bit words. */
void check_set(const char *name, const uint8_t *member, uint32_t n, const json_t *want);

#endif
