/* Exponential sampling: the token that a Gumbel mark chooses (Aaronson 2022). */
#ifndef CM_TEXT_CHOICE_H
#define CM_TEXT_CHOICE_H

#include <stdint.h>

/* The token with the greatest logit - ln(-ln u), 0 < u < 1, the first one of equals; `count` where
 * no logit is above -INFINITY. With softmax p that is the greatest ln(u) / p, and chance gives each
 * token its p. */
uint32_t cm_gumbel_choice(const float *logits, const float *uniform, uint32_t count);

/* Leaves 0 for the token and -INFINITY for the others. */
void cm_choose_only(float *logits, uint32_t count, uint32_t token);

#endif
