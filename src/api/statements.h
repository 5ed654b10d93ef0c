/* Assertions that the options ask for besides what a definition has: spec/labels.md §3. */
#ifndef CM_API_STATEMENTS_H
#define CM_API_STATEMENTS_H

#include <jansson.h>

#include "api/definition.h"
#include "api/labelling.h"

enum { CM_STATEMENTS_MAX = 3 };

typedef struct cm_statement_list {
    cm_extra_spec *extras; /* the definition's, then our own */
    size_t count;
    cm_buf content[CM_STATEMENTS_MAX]; /* of our own */
    size_t own;
} cm_statement_list;

/* `definition` may be NULL. CM_ERR_FORMAT, CM_ERR_ARGUMENT: a statement that isn't as it should be;
 * the message names its field. Free with cm_statements_free(), also after a failure. */
cm_code cm_statements_make(const cm_protect_options *options, const cm_labelling *labelling,
                           time_t when, const cm_definition *definition, cm_statement_list *out,
                           cm_error *err);
void cm_statements_free(cm_statement_list *list);

/* JSON of a file, as CBOR: {"attestations": [{…}]}, and c2pa.ai-disclosure's map. */
cm_code cm_attestations_put(json_t *root, cm_buf *out, cm_error *err);
cm_code cm_ai_disclosure_put(json_t *root, cm_buf *out, cm_error *err);

#endif
