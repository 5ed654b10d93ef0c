/* "Three bricks to consolidate watermarks for large language models" (Fernandez et al. 2023): green
 * lists and Gumbel from PyTorch's generator, with a payload that shifts the vocabulary
 * (spec/text-peers.md §13). */
#ifndef CM_TEXT_BRICKS_H
#define CM_TEXT_BRICKS_H

#include <stdbool.h>

#include "text/tally.h"

enum { CM_BRICKS_NGRAM_MAX = 64, CM_BRICKS_PAYLOAD_MAX = 65535 };

typedef enum cm_bricks_method { CM_BRICKS_MARYLAND, CM_BRICKS_OPENAI } cm_bricks_method;
typedef enum cm_bricks_scoring { CM_BRICKS_NONE, CM_BRICKS_V1, CM_BRICKS_V2 } cm_bricks_scoring;

typedef struct cm_bricks {
    cm_bricks_method method;
    cm_bricks_scoring scoring;
    uint64_t seed, salt;
    int ngram;
    uint32_t vocabulary;
    uint32_t payloads; /* 0 to payloads - 1 */
    double gamma;      /* as asked for */
    uint32_t green;    /* tokens of a green list */
    double share;      /* green / vocabulary */
    float delta;
    bool normal; /* the peer's p-value is that of a normal law */
    cm_law law;
} cm_bricks;

/* The generator's seed after `ngram` ids. */
uint64_t cm_bricks_seed(const cm_bricks *b, const uint32_t *context);

/* The number, 0 <= x < vocabulary, that belongs to a token under a payload. */
static inline uint32_t cm_bricks_entry(const cm_bricks *b, uint32_t token, uint32_t payload) {
    return (uint32_t)(((uint64_t)token + payload) % b->vocabulary);
}

/* Scores of all entries: 1 or 0, or the exponentials; `order` is scratch for a number each. */
void cm_bricks_flags(const cm_bricks *b, uint64_t seed, uint32_t *order, uint8_t *green);
void cm_bricks_uniforms(const cm_bricks *b, uint64_t seed, uint32_t count, float *uniform);

/* What the peer says of a sum over n tokens. */
double cm_bricks_peer_p(const cm_bricks *b, uint64_t n, double sum);

/* Sums of the windows that the peer counts, by payload, and how many these are: for tests. */
const double *cm_bricks_sums(const void *detector, uint64_t *n);

/* Entries of the table; `self` is a cm_bricks. */
cm_code cm_bricks_detect_open(const void *self, void **detector, cm_error *err);
cm_code cm_bricks_detect_feed(void *detector, const uint32_t *ids, const float *probability,
                              size_t n, cm_error *err);
cm_code cm_bricks_detect_finish(void *detector, cm_text_evidence *out, cm_error *err);
void cm_bricks_detect_close(void *detector);

#endif
