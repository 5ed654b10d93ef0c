/* Statements of a manifest's signer, and labels, as reports show them. */
#ifndef CM_API_STATEMENTS_SHOW_H
#define CM_API_STATEMENTS_SHOW_H

#include <countermark/inspect.h>

#include <jansson.h>

#include "asset/declared.h"
#include "base/buf.h"

/* Sets "disclosure", "attestations" and "ai_disclosures" in the manifest's object; false when
 * memory is short. */
bool cm_statements_json(const cm_statements *s, json_t *manifest);

/* Appends lines for a person. */
void cm_statements_text(const cm_statements *s, cm_buf *out);

/* What a declaration means, in plain words; NULL when memory is short. Free with free(). */
char *cm_declared_meaning(const cm_declaration *d);

#endif
