/* The contexts of a text that SynthID's step is making: zeros at first, then the answer's ids, and
 * whether one of the last so many was the same (spec/text-peers.md §5). Ids may be taken back. */
#ifndef CM_TEXT_SYNTHID_PAST_H
#define CM_TEXT_SYNTHID_PAST_H

#include <stdbool.h>

#include "text/scheme.h"

/* What the scheme says of it. */
typedef struct cm_synthid_history {
    uint64_t start; /* of the hashes */
    int width;      /* ids of context */
    uint32_t size;  /* contexts that are remembered */
    bool skip;      /* the first `width` steps do nothing, and aren't remembered */
} cm_synthid_history;

typedef struct cm_synthid_past {
    uint64_t *hash; /* of the context before each of the answer's tokens */
    size_t done;    /* how many of them hold */
} cm_synthid_past;

cm_code cm_synthid_past_open(cm_synthid_past *p, size_t capacity, cm_error *err);
void cm_synthid_past_close(cm_synthid_past *p);

/* False where the step does nothing: too early, or a context that was there. Else its hash. */
bool cm_synthid_past_fresh(cm_synthid_past *p, const cm_synthid_history *h,
                           const cm_text_past *past, uint64_t *context);

#endif
