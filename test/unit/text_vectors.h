/* Reading test/data/text: cases of other people's code, and how they write their results. */
#ifndef TEXT_VECTORS_H
#define TEXT_VECTORS_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

enum { WINDOW_MAX = 64 };

/* The cases of a file; the caller decrefs *file. */
const json_t *cases_of(const char *name, json_t **file);

const json_t *field(const json_t *o, const char *name);

/* Integers of up to 64 bits, of either sign, as numbers or (what JSON can't hold) as text. */
uint64_t word_of(const json_t *value);
uint64_t word(const json_t *o, const char *name);

/* At most WINDOW_MAX ids. */
uint32_t ids_of(const json_t *array, uint32_t *out);

/* Against the hexadecimal SHA-256. */
void check_digest(const void *bytes, size_t n, const json_t *want);

/* Such a list as check_floats() compares with. */
void read_floats(const json_t *list, size_t n, float *out);

/* A list of floats, written as the hexadecimal digits of their little-endian bytes. */
void check_floats(const float *got, size_t n, const json_t *want);

/* Logarithms of probabilities that may differ by `tolerance`. */
void check_log_probabilities(const float *got, size_t n, const json_t *want, double tolerance);

/* Digest of the ids of marked tokens, in ascending order, as 32-bit words. */
void check_set(const uint8_t *member, uint32_t n, const json_t *want);

#endif
