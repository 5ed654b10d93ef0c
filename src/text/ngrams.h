/* Which n-grams of token ids have been seen: scores are independent only where each counts once. */
#ifndef CM_TEXT_NGRAMS_H
#define CM_TEXT_NGRAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

typedef struct cm_ngrams cm_ngrams;

/* A set of n-grams of `width` ids, for at most `most` different ones. Free with cm_ngrams_free().
 */
cm_code cm_ngrams_new(size_t most, size_t width, cm_ngrams **out, cm_error *err);
void cm_ngrams_free(cm_ngrams *s); /* NULL is allowed */

/* True when the n-gram is new, which it is only once. The ids must stay where they are. */
bool cm_ngrams_add(cm_ngrams *s, const uint32_t *ids);

#endif
