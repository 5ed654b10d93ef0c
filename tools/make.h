/* The verbs that make a protected file: mark, embed and sign differ in the layers that they put on
 * and in the options that they take. */
#ifndef TOOLS_MAKE_H
#define TOOLS_MAKE_H

#include "common.h"

typedef struct tool_make {
    const char *output;
    const char *key;
    const char *payload_bits, *payload;
    const char *layer;
    const char *strength;
    const char *survive;
    const char *threads;
    tool_list look_for; /* keys */
    const char *chain;
    const char *sign_key;
    const char *time;
    const char *binding;
    const char *labels;
    tool_list components, inputs, redactions;
    bool json;
    cm_protect_options options; /* what needs no conversion is parsed straight into it */
} tool_make;

/* Protects argv[first], the only file allowed, and says what was done. Returns the exit code. */
int tool_protect(const tool_verb *verb, tool_make *make, char **files, size_t count);

#endif
