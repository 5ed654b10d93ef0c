/* What signing takes besides the file: who signs, what the manifest shall say, who stamps the
 * time. */
#ifndef CM_API_SIGNING_H
#define CM_API_SIGNING_H

#include <countermark/protect.h>

#include "api/definition.h"
#include "api/labelling.h"
#include "api/statements.h"
#include "sign/tsa.h"

typedef struct cm_signing {
    cm_protect_options options; /* with what the definition says where the caller says nothing */
    cm_definition *definition;  /* or NULL */
    cm_signer *signer;          /* NULL: there is to be no manifest */
    cm_tsa *tsa;                /* or NULL */
    time_t when;                /* of what is done, as labels and actions say */
    cm_labelling labelling;
    cm_statement_list statements;
    cm_buf ocsp;
    size_t reserve; /* bytes of the signature for what goes with it */
    cm_cose_more more;
    cm_drawing *drawing; /* of names and salts */
} cm_signing;

/* CM_ERR_ARGUMENT for options that don't go together. Undo with cm_signing_close(), also after a
 * failure. */
cm_code cm_signing_open(const cm_protect_options *options, cm_signing *out, cm_error *err);
void cm_signing_close(cm_signing *s);

/* The ingredients of what is to be signed. */
typedef struct cm_ingredient_list {
    cm_ingredient_spec *specs; /* the definition's first, in its order */
    size_t count;
    cm_ingredient *own; /* those that the definition doesn't have */
    size_t own_count;
} cm_ingredient_list;

/* `before` is the file itself: its own manifest makes it the parent, unless another parent is
 * named. */
cm_code cm_ingredient_list_make(const cm_signing *s, const cm_source *before,
                                cm_ingredient_list *out, cm_error *err);
void cm_ingredient_list_free(cm_ingredient_list *l);

#endif
