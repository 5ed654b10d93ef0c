/* Green lists that a few ids seed, whatever the seed is a function of and whichever generator makes
 * the list: the step that marks, and the windows' scores (spec/text-peers.md §4, §8, §10). */
#ifndef CM_TEXT_GREEN_H
#define CM_TEXT_GREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text/scheme.h"
#include "text/series.h"
#include "text/shuffle.h"

/* The seed for `width` ids. */
typedef uint64_t cm_green_seed(const void *scheme, const uint32_t *ids);

typedef struct cm_green {
    uint32_t vocabulary;
    int width;           /* ids that the seed is a function of, at most CM_GREEN_WIDTH_MAX */
    bool self_salt;      /* the candidate is the last of them */
    size_t least;        /* ids that must be there before a step marks */
    uint32_t candidates; /* so many of the best scores are tried; 0 for all tokens */
    float bias;
    bool philox;        /* §8's lists; else the first ones of a permutation, §1 */
    cm_shuffle shuffle; /* the permutation, and how many are green */
    uint32_t bound;     /* with Philox: of 2^31 */
    double share;       /* what a list has of the vocabulary, exactly */
    cm_green_seed *seed;
    const void *scheme;
} cm_green;

enum { CM_GREEN_WIDTH_MAX = 64, CM_GREEN_CANDIDATES_MAX = 1024 };

/* Sets shuffle, bound and share for the share `gamma` of the vocabulary. Close with
 * cm_green_close(), which zeroes allow as well. */
cm_code cm_green_open(cm_green *g, double gamma, cm_error *err);
void cm_green_close(cm_green *g);

bool cm_green_has(const cm_green *g, uint64_t seed, uint32_t token);

/* list[t] = 1 for green tokens, else 0. `order` is scratch, a word for each token. */
void cm_green_list(const cm_green *g, uint64_t seed, uint32_t *order, uint8_t *list);

/* One sequence's scratch memory: one allocation, freed with free(). */
cm_code cm_green_step_open(const cm_green *g, void **scratch, cm_error *err);

/* Adds the bias to green scores. */
void cm_green_step(const cm_green *g, void *scratch, const cm_text_past *past, float *scores);

/* The seed that decides about the token there, which has the ids before it. */
uint64_t cm_green_seed_at(const cm_green *g, const uint32_t *token);

/* For a cm_window_alike of permuted lists: torch takes 32 bits of the seed. */
uint64_t cm_green_permuted_alike(uint64_t seed, uint32_t token);

/* The windows that count: each list's each token once. */
cm_window_rule cm_green_windows(const cm_green *g);

/* 1 for each window whose token is green. */
cm_code cm_green_score(const cm_green *g, const cm_window_block *block, double *score,
                       cm_error *err);

/* How many are green without a mark: binomial for Philox, at most that for permutations. */
cm_law cm_green_law(const cm_green *g);

/* For tokens of permuted lists that have this share: binomial, and certainty below what that
 * bounds.
 */
cm_law cm_green_permuted_law(const double *share);

/* (green - gamma n) / sqrt(n gamma (1 - gamma)): normal to a first approximation. The peers' is for
 * the gamma asked for, not for the list that was rounded down. */
double cm_green_z(double green, double n, double gamma);

/* The normal law's tail, which peers report as the p-value of a z. */
double cm_green_normal_p(double z);

#endif
