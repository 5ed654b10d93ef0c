/* What the parts of reading a definition share. */
#ifndef CM_API_DEFINITION_INTERNAL_H
#define CM_API_DEFINITION_INTERNAL_H

#include "api/definition.h"

/* CM_ERR_FORMAT when the object has a member that isn't in the list, which ends with NULL, or isn't
 * an object. `where` is what the message calls it. */
cm_code cm_json_only(json_t *object, const char *where, const char *const *known, cm_error *err);

/* A member that must be a text if it is there. */
cm_code cm_json_text(json_t *object, const char *key, const char **out, cm_error *err);

/* A member that must be an array if it is there; NULL otherwise. */
cm_code cm_json_list(json_t *object, const char *key, json_t **out, cm_error *err);

/* A path of the definition, relative to its directory. NULL when memory is short. */
char *cm_definition_path(const cm_definition *d, const char *path);

/* {format, identifier}: a file and its media type, loaded into `bytes`. */
cm_code cm_definition_file(const cm_definition *d, json_t *object, const char *where,
                           const cm_limits *limits, cm_embedded *out, cm_buf *bytes, cm_error *err);

/* The parts. */
cm_code cm_definition_ingredients(cm_definition *d, json_t *list, const cm_limits *limits,
                                  cm_error *err);
cm_code cm_definition_assertions(cm_definition *d, json_t *list, const cm_limits *limits,
                                 cm_error *err);
cm_code cm_definition_actions(cm_definition *d, json_t *data, const cm_limits *limits,
                              cm_error *err);

#endif
