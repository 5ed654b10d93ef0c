/* lm-watermarking's seeding schemes by name, and SBW's, which are theirs (spec/text-peers.md §8,
 * §10). */
#ifndef CM_TEXT_LMW_PARSE_H
#define CM_TEXT_LMW_PARSE_H

#include <stdbool.h>

#include "text/lmw.h"

typedef struct cm_lmw_config {
    cm_lmw_function function;
    int context_width;
    bool self_salt; /* the candidate is part of its own context */
    bool has_key;   /* the scheme's text has one */
    uint64_t key;
    bool table;          /* SBW: ids go through the table, not through its hash */
    uint32_t candidates; /* SBW: best scores that are tried; 0 for all */
} cm_lmw_config;

/* CM_ERR_ARGUMENT for a scheme that the peer doesn't know either. */
cm_code cm_lmw_parse(const char *scheme, cm_lmw_config *out, cm_error *err);

/* "gpu-…", whose lists are Philox's; the others' are lm-watermarking's. */
cm_code cm_sbw_parse(const char *scheme, cm_lmw_config *out, cm_error *err);

#endif
