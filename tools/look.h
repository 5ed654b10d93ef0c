/* The verbs that look at files: check, detect and verify differ in the layers that they ask for and
 * in the options that they take. */
#ifndef TOOLS_LOOK_H
#define TOOLS_LOOK_H

#include "common.h"

typedef struct tool_look {
    unsigned layers; /* CM_LOOK_… */
    tool_list keys;
    tool_list trust;
    const char *sidecar;
    const char *heatmap;
    const char *files_from; /* a file with one path a line, "-" for standard input */
    bool fast;
    bool json;
    bool ndjson;
} tool_look;

/* Inspects the files and prints a report for each; returns the gravest exit code. */
int tool_look_at(const tool_verb *verb, const tool_look *look, char **files, size_t count);

#endif
