/* A ring of keys: those named on the command line, and those of a list of paths. */
#ifndef TOOLS_RING_H
#define TOOLS_RING_H

#include "common.h"

typedef struct tool_ring {
    cm_key **keys;
    size_t count;
    const char *culprit; /* what couldn't be read: a key's path, or the list's */
    char path[4096];
} tool_ring;

/* Reads the keys; `list` is a file with one path a line, or NULL. Close it also after a failure. */
cm_code tool_ring_open(const tool_list *named, const char *list, tool_ring *out, cm_error *err);
void tool_ring_close(tool_ring *ring);

#endif
