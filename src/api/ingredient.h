/* A file as an ingredient of another one: its manifest store, judged, and what it is called. */
#ifndef CM_API_INGREDIENT_H
#define CM_API_INGREDIENT_H

#include "asset/asset.h"
#include "sign/manifest.h"

typedef struct cm_ingredient {
    cm_ingredient_spec spec; /* points into what follows, and to what the caller keeps */
    char *title;
    cm_asset_manifest found;
    bool invalid; /* it has a store, and that doesn't hold */
    bool unfit;   /* it has a store that can't be taken over; why is the error */
    cm_buf findings;
    cm_buf thumbnail, data; /* bytes that the caller loaded for the specification */
} cm_ingredient;

/* Reads the file's store, if it has one, and judges it. Nobody is trusted here: trust is for
 * whoever verifies the result to decide. A file that is no picture becomes an ingredient without a
 * format. CM_ERR_FORMAT, CM_ERR_LIMIT: the file, or a store that is `unfit`. Free with
 * cm_ingredient_free(), also after a failure. */
cm_code cm_ingredient_read(const char *path, cm_relation relation, const cm_limits *limits,
                           cm_ingredient *out, cm_error *err);

/* The same from a source that is open, without a title. */
cm_code cm_ingredient_take(const cm_source *source, cm_relation relation, const cm_limits *limits,
                           cm_ingredient *out, cm_error *err);
void cm_ingredient_free(cm_ingredient *i);

#endif
