/* What all JSON that we write has in common. */
#ifndef CM_API_JSON_H
#define CM_API_JSON_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"

/* NULL becomes null, and so does text that isn't UTF-8: a report never fails for a string in it. */
json_t *cm_json_or_null(const char *text);

/* Prints and frees the document, whose text can be shown anywhere (base/printable.h). Jansson
 * latches a failed allocation as a NULL that every later call passes on, so one check at the end is
 * enough; only an element lost from a list would go unseen, which `complete` denies. */
cm_code cm_json_print(json_t *root, bool complete, bool one_line, char **out, cm_error *err);

#endif
