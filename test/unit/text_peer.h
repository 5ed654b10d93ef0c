/* Schemes through the public interface: refusing, and marking pseudo-texts. */
#ifndef TEXT_PEER_H
#define TEXT_PEER_H

#include <countermark/text.h>
#include "scheme.h"

/* What making it says. */
cm_code peer_refusal(const char *name, uint32_t vocabulary, const char *params);

/* n tokens of an answer under pseudo-logits, chosen from what each step leaves. Every few tokens
 * some are taken back, and must come again. */
void peer_write(const cm_text_scheme *scheme, uint32_t vocabulary, uint64_t payload, uint32_t seed,
                uint32_t *ids, size_t n);

/* The unmarked answer of test/data/text/smollm2.json, 200 ids below 49152. */
void peer_human(uint32_t *ids);

#endif
