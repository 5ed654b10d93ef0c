/* Whom an inspection trusts: the lists that its options name, in files and in a configuration. */
#ifndef CM_API_TRUST_LISTS_H
#define CM_API_TRUST_LISTS_H

#include <countermark/inspect.h>

#include "base/buf.h"
#include "sign/cert.h"

/* The texts of lists for one kind of trust. */
typedef struct cm_trust_texts {
    cm_buf anchors;  /* PEM */
    cm_buf allowed;  /* PEM, or hashes */
    cm_buf purposes; /* object identifiers */
} cm_trust_texts;

typedef struct cm_trust_lists {
    cm_trust *signers, *authorities, *identities; /* NULL: nobody; the first two may be the same */
} cm_trust_lists;

/* Reads everything that the options name. Each list is to be freed, also after a failure; equal
 * ones once. */
cm_code cm_trust_lists_read(const cm_inspect_options *options, const cm_limits *limits,
                            cm_trust_lists *out, cm_error *err);

/* Adds what a configuration (JSON, spec/manifest.md §8) names. */
cm_code cm_trust_config_read(const char *path, const cm_limits *limits, cm_trust_texts *signers,
                             cm_trust_texts *authorities, cm_trust_texts *identities,
                             cm_error *err);

/* Appends a file's text, and a line's end. */
cm_code cm_trust_text(const char *path, const cm_limits *limits, cm_buf *out, cm_error *err);

#endif
