/* Schemes through the public interface: making them, marking pseudo-texts, looking at texts. */
#ifndef TEXT_PEER_H
#define TEXT_PEER_H

#include <countermark/text.h>
#include <jansson.h>

/* A scheme with parameters "name=value …", blanks between them. Fails the test where it can't be
 * made. */
cm_text_scheme *peer_scheme(const char *name, uint32_t vocabulary, const char *params);

/* What making it says. */
cm_code peer_refusal(const char *name, uint32_t vocabulary, const char *params);

/* Evidence of n ids, fed in two parts; without spans. */
cm_text_evidence peer_look(const cm_text_scheme *scheme, const uint32_t *ids, size_t n);

/* All ids of a text. Free with free(). */
uint32_t *peer_ids(const json_t *array, size_t *n);

/* A list of numbers as "1,2,3"; in a buffer of its own until the next call. */
const char *peer_list(const json_t *array);

/* n tokens of an answer under pseudo-logits, chosen from what each step leaves. Every few tokens
 * some are taken back, and must come again. */
void peer_write(const cm_text_scheme *scheme, uint32_t vocabulary, uint64_t payload, uint32_t seed,
                uint32_t *ids, size_t n);

/* The unmarked answer of test/data/text/smollm2.json, 200 ids below 49152. */
void peer_human(uint32_t *ids);

#endif
