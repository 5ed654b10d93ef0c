/* The contexts that a text in the making had before: where one comes back, the step leaves the
 * logits alone, so that texts don't run in circles and each context carries its mark once
 * (spec/text-mark.md §3). Ids may be taken back. */
#ifndef CM_TEXT_NATIVE_PAST_H
#define CM_TEXT_NATIVE_PAST_H

#include "text/scheme.h"

typedef struct cm_native_past {
    uint32_t *slot; /* 1 + the position of the token after a context, by the context's hash */
    size_t slots, used;
    size_t done; /* positions below have been entered */
} cm_native_past;

cm_code cm_native_past_open(cm_native_past *p, size_t capacity, cm_error *err);
void cm_native_past_close(cm_native_past *p);

/* Whether the next token has a whole context of `width` ids of the answer that is there for the
 * first time. */
bool cm_native_past_is_fresh(cm_native_past *p, const cm_text_past *past, int width);

#endif
