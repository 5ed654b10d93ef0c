/* China's label for generated content (GB 45438-2025, appendix E): seven texts as JSON. */
#ifndef CM_API_AIGC_H
#define CM_API_AIGC_H

#include <stdbool.h>

#include "base/error.h"

enum {
    CM_AIGC_LABEL,
    CM_AIGC_PRODUCER,
    CM_AIGC_PRODUCE_ID,
    CM_AIGC_RESERVED_1,
    CM_AIGC_PROPAGATOR,
    CM_AIGC_PROPAGATE_ID,
    CM_AIGC_RESERVED_2,
    CM_AIGC_FIELDS
};

/* "Label", "ContentProducer", …, in that order. */
extern const char *const cm_aigc_names[CM_AIGC_FIELDS];

/* The texts as JSON, on one line; ASCII alone where asked for; within {"AIGC": …} where `wrapped`,
 * as carriers have it that don't bear that name. Free with free(). */
cm_code cm_aigc_write(const char *const fields[static CM_AIGC_FIELDS], bool ascii, bool wrapped,
                      char **out, cm_error *err);

/* A label as it was read; NULL for what it lacks. */
typedef struct cm_aigc {
    char *fields[CM_AIGC_FIELDS];
} cm_aigc;

/* Reads a label, wrapped or not. False when it is none; numbers count as texts, since some writers
 * have Label as one. Free with cm_aigc_free(), also then. */
bool cm_aigc_read(const char *text, cm_aigc *out);
void cm_aigc_free(cm_aigc *label);

#endif
