/* What the verbs that sign may be told about the manifest. */
#ifndef TOOLS_MANIFEST_H
#define TOOLS_MANIFEST_H

#include "make.h"

enum { TOOL_SIGNING_OPTIONS = 27 }; /* most options that are appended */

/* Appends the options to a verb's own; returns how many there are then. */
size_t tool_manifest_options(tool_make *make, tool_option *options, size_t count);

/* Whether chain or key are still lacking, and no definition could name them. */
bool tool_manifest_lacks(const tool_make *make);

/* Turns what was given into the library's options: 0, or 2 after a usage error. */
int tool_manifest_convert(const tool_verb *verb, tool_make *make);

#endif
