/* Judging a manifest store against the asset that it stands in or beside (C2PA 2.2 §15, with 2.4's
 * changes). spec/manifest.md §5 lists the checks and the rulings where the specification is silent
 * or validators differ. */
#ifndef CM_SIGN_VERIFY_H
#define CM_SIGN_VERIFY_H

#include <countermark/limits.h>

#include "base/sniff.h"
#include "base/span.h"
#include "base/stream.h"
#include "sign/cert.h"
#include "sign/report.h"

typedef struct cm_verify_input {
    cm_bytes store;
    const cm_source *asset; /* NULL: a sidecar on its own; its binding can't be judged then */
    cm_format format;       /* the asset's */
    cm_span where;          /* of a store's container in the asset, headers and padding included;
                             * length 0 when the asset holds none */
    bool detached;          /* `store` doesn't come from there, but from a sidecar */
    cm_bytes embedded;      /* detached: the store that the asset holds at `where`, if any */
    const char *fault;      /* what is wrong with the container, or NULL */
} cm_verify_input;

typedef struct cm_verify_options {
    const cm_trust *signers;     /* NULL: nobody is trusted */
    const cm_trust *authorities; /* time-stamp authorities, the same */
    time_t now;
    const cm_limits *limits; /* NULL: the default */
} cm_verify_options;

/* Always gives a report unless the question itself could not be put: CM_ERR_MEMORY, CM_ERR_IO from
 * the asset, CM_ERR_CRYPTO. Free the report with cm_report_free(). */
cm_code cm_verify(const cm_verify_input *input, const cm_verify_options *options, cm_report **out,
                  cm_error *err);

#endif
