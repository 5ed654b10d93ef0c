/* The verbs, each in a file of its own. */
#ifndef TOOLS_VERBS_H
#define TOOLS_VERBS_H

#include "options.h"

extern const tool_verb tool_verb_keygen, tool_verb_cert, tool_verb_mark, tool_verb_check,
    tool_verb_embed, tool_verb_detect, tool_verb_sign, tool_verb_verify, tool_verb_tokenize,
    tool_verb_schemes, tool_verb_calibrate, tool_verb_explain, tool_verb_lint;

#endif
