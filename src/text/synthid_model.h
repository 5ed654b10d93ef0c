/* A trained detector of SynthID's Bayesian kind, as JSON (spec/text-peers.md §5). */
#ifndef CM_TEXT_SYNTHID_MODEL_H
#define CM_TEXT_SYNTHID_MODEL_H

#include "text/synthid_score.h"

/* `where`: the path of a JSON file, or the JSON itself where it begins with a brace. An object with
 * "beta", of `depth` numbers, "delta", of depth rows of depth, and "prior"; or with the names and
 * shapes that transformers' BayesianDetectorModel gives them. CM_ERR_FORMAT for anything else. */
cm_code cm_synthid_model_read(const char *where, int depth, cm_synthid_model *out, cm_error *err);

#endif
