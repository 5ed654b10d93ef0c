#include "text/choice.h"

#include <math.h>

/* What -ln(-ln u) can be at most for 24 bits of u: -ln(2^-24). */
static const float NOISE_MOST = 16.7f;

/* Tokens whose logit is too low to win with any noise are passed over before the logarithms: with a
 * peaked distribution nearly all of them. */
uint32_t cm_gumbel_choice(const float *logits, const float *uniform, uint32_t count) {
    uint32_t chosen = count;
    float best = -INFINITY;
    for (uint32_t t = 0; t < count; t++) {
        if (!(logits[t] + NOISE_MOST > best))
            continue;
        float value = logits[t] - logf(-logf(uniform[t]));
        if (value > best) {
            best = value;
            chosen = t;
        }
    }
    return chosen;
}

void cm_choose_only(float *logits, uint32_t count, uint32_t token) {
    for (uint32_t t = 0; t < count; t++)
        logits[t] = -INFINITY;
    logits[token] = 0;
}
