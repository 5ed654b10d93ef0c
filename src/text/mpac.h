/* Choices of MPAC, which carries a message in which of several lists is raised
 * (spec/text-peers.md §12). */
#ifndef CM_TEXT_MPAC_H
#define CM_TEXT_MPAC_H

#include <stdint.h>

#include "text/lmw_parse.h"
#include "text/scheme.h"
#include "text/series.h"
#include "text/shuffle.h"

/* The digit of the message, 1 to `positions`, that a token carries; `seed` is
 * cm_lmw_seed(CM_LMW_ANCHORED_MINHASH) of the last two ids. */
uint32_t cm_mpac_position(uint64_t seed, uint32_t positions);

/* Number of lists for a gamma, at least 1, and the length of all but the last one. */
uint32_t cm_mpac_lists(double gamma);
uint32_t cm_mpac_length(uint32_t vocabulary, uint32_t lists);

enum { CM_MPAC_BASE_MAX = 10, CM_MPAC_BITS_MAX = 64 };

/* The scheme. */
typedef struct cm_mpac {
    cm_lmw_config config;
    uint32_t vocabulary;
    double gamma;
    float delta;
    int base, bits;   /* of the message */
    int positions;    /* digits of the message */
    uint32_t length;  /* of a list */
    cm_shuffle lists; /* as many as tell the digits apart */
    uint32_t *table;  /* of the seeds */
    cm_window_rule windows;
} cm_mpac;

/* What decides about the token there, which has the ids before it: the lists' seed, and the digit
 * (from 1 on). `have`: ids before the token, of which one is enough for the digit. */
uint64_t cm_mpac_seed(const cm_mpac *m, const uint32_t *token);
int cm_mpac_digit(const cm_mpac *m, const uint32_t *token, size_t have);

/* A message's digits, the most significant first. */
void cm_mpac_digits(const cm_mpac *m, uint64_t message, uint8_t *digits);

/* False for digits that no message of so many bits has. */
bool cm_mpac_message(const cm_mpac *m, const uint8_t *digits, uint64_t *message);

cm_code cm_mpac_detector_open(const void *self, void **detector, cm_error *err);
cm_code cm_mpac_detector_feed(void *detector, const uint32_t *ids, const float *probability,
                              size_t n, cm_error *err);
cm_code cm_mpac_detector_finish(void *detector, cm_text_evidence *out, cm_error *err);
void cm_mpac_detector_close(void *detector);

#endif
