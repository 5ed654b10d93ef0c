/* Judging a manifest store against the asset that it stands in or beside (C2PA 2.2 §15, with 2.4's
 * changes). spec/manifest.md §5 lists the checks and the rulings where the specification is silent
 * or validators differ. */
#ifndef CM_SIGN_VERIFY_H
#define CM_SIGN_VERIFY_H

#include <countermark/limits.h>

#include "base/span.h"
#include "base/stream.h"
#include "sign/cert.h"
#include "sign/cert_cache.h"
#include "sign/report.h"

/* A box of the asset, under the name that C2PA gives it (2.2 §18.7, annex A). */
typedef struct cm_verify_box {
    const char *name; /* "SOI", "IHDR", …; "C2PA" for the store's container */
    cm_span where;
} cm_verify_box;

/* How an asset's data hash is bound to it. */
typedef enum cm_verify_as {
    CM_VERIFY_BYTES = 0,
    CM_VERIFY_TEXT_BYTES, /* a text, all of which shows: nothing but the store may be excluded */
    CM_VERIFY_TEXT_NFC    /* so too, by exactly `where`, and the rest is hashed in Unicode's form C
                           * (2.4 §15.12.1.3) */
} cm_verify_as;

typedef struct cm_verify_input {
    cm_bytes store;
    const cm_source *asset; /* NULL: a sidecar on its own; its binding can't be judged then */
    cm_span where;          /* of a store's container in the asset, headers and padding included;
                             * length 0 when the asset holds none */
    cm_span spelt;          /* within `where`: the store's own bytes, where these may be excluded
                             * alone (SVG); else length 0 */
    bool detached;          /* `store` doesn't come from there, but from a sidecar */
    cm_bytes embedded;      /* detached: the store that the asset holds at `where`, if any */
    const cm_verify_box *boxes; /* all of the asset, in order; NULL when its format has none */
    size_t box_count;
    const char *fault;       /* what is wrong with the container, or NULL */
    cm_status_id fault_code; /* the failure that this is; any other code stands for general.error */
    cm_verify_as as;
} cm_verify_input;

/* The version of the specification by which is judged (spec/manifest.md §7: where they differ). */
typedef enum cm_c2pa {
    CM_C2PA_NEWEST = 0,
    CM_C2PA_2_2 = 22,
    CM_C2PA_2_4 = 24,
    CM_C2PA_2_5 = 25
} cm_c2pa;

typedef struct cm_verify_options {
    const cm_trust *signers;     /* NULL: nobody is trusted */
    const cm_trust *authorities; /* time-stamp authorities, the same */
    const cm_trust *identities;  /* who vouches for identity assertions, the same */
    time_t now;
    const cm_limits *limits; /* NULL: the default */
    cm_memo *certificates;   /* shared between verifications; NULL: none */
    cm_c2pa policy;
} cm_verify_options;

/* Always gives a report unless the question itself could not be put: CM_ERR_MEMORY, CM_ERR_IO from
 * the asset, CM_ERR_CRYPTO. Free the report with cm_report_free(). */
cm_code cm_verify(const cm_verify_input *input, const cm_verify_options *options, cm_report **out,
                  cm_error *err);

#endif
