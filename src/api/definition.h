/* A manifest's definition, as people who know c2patool write it: a JSON file. spec/manifest.md §1.2
 * lists its fields. */
#ifndef CM_API_DEFINITION_H
#define CM_API_DEFINITION_H

#include <jansson.h>

#include "api/ingredient.h"

typedef struct cm_definition {
    json_t *root;    /* owns the texts */
    char *directory; /* that its paths are relative to, with a slash behind it; "" for none */
    const char *title, *instance;
    const char *generator, *generator_version;
    const char *source_type; /* of c2pa.created, or NULL */
    cm_cbor_map generator_more;
    cm_embedded generator_icon;
    cm_buf icon_bytes;
    cm_hash_alg hash;
    const char *alg, *tsa_url;
    char *chain, *sign_key; /* paths */
    cm_embedded thumbnail;
    cm_buf thumbnail_bytes;
    cm_ingredient *ingredients;
    const char **ids; /* what actions call each of them by, or NULL */
    size_t ingredient_count;
    cm_action_spec *actions;
    size_t **links; /* their lists of ingredients */
    cm_buf *icons;  /* of their agents */
    size_t action_count;
    bool has_actions;
    bool actions_complete;
    cm_extra_spec *extras;
    cm_buf *contents; /* of each */
    size_t extra_count;
    const char **redactions;
    size_t redaction_count;
} cm_definition;

/* Reads a definition and the files that it names. CM_ERR_FORMAT: not JSON, or a field that isn't
 * known or isn't what it should be; the message names it. Free with cm_definition_free(). */
cm_code cm_definition_read(const char *path, const cm_limits *limits, cm_definition **out,
                           cm_error *err);
void cm_definition_free(cm_definition *d); /* NULL is allowed */

#endif
