/* Schemes through the public interface, as golden vectors ask for them. */
#ifndef VECTORS_SCHEME_H
#define VECTORS_SCHEME_H

#include <jansson.h>

#include <countermark/text.h>

/* A scheme with parameters "name=value …", blanks between them. */
cm_code scheme_make(const char *name, uint32_t vocabulary, const char *params, cm_text_scheme **out,
                    cm_error *err);

/* The same, where it must work. */
cm_text_scheme *scheme_of(const char *name, uint32_t vocabulary, const char *params);

/* Evidence of n ids, fed in two parts; without spans. */
cm_text_evidence scheme_look(const cm_text_scheme *scheme, const uint32_t *ids, size_t n);

/* scheme_look() under a scheme of its own. */
cm_text_evidence look_under(const char *name, uint32_t vocabulary, const char *params,
                            const uint32_t *ids, size_t n);

/* One step behind these ids. */
void scheme_step(const cm_text_scheme *scheme, uint64_t payload, const uint32_t *ids, size_t n,
                 float *scores, uint32_t vocabulary);

/* Against a digest: the tokens that a step behind these ids raises, all scores being 0. */
void check_raised(const char *what, const cm_text_scheme *scheme, uint32_t vocabulary,
                  uint64_t payload, const uint32_t *ids, size_t n, const json_t *want);

/* A list of numbers as "1,2,3"; in a buffer of its own until the next call. */
const char *number_list(const json_t *array);

#endif
