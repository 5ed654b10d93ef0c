/* Golden vectors in unit tests: what mismatch() says fails the test. */
#ifndef TEXT_VECTORS_H
#define TEXT_VECTORS_H

#include "fields.h"

/* The cases of a file of test/data/text, in its field `list_name`; the caller decrefs *file. */
const json_t *cases_in(const char *name, const char *list_name, json_t **file);

/* Those in "cases". */
const json_t *cases_of(const char *name, json_t **file);

#endif
