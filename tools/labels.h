/* What the verbs that make a file may be told about labels. */
#ifndef TOOLS_LABELS_H
#define TOOLS_LABELS_H

#include <stdio.h>

#include "make.h"

enum { TOOL_LABEL_OPTIONS = 8 };

/* Appends the options to a verb's own; returns how many there are then. */
size_t tool_label_options(tool_make *make, tool_option *options, size_t count);

/* "eu,ca,cn" as the library has it; false for anything else. */
bool tool_label_kinds(const char *text, unsigned *kinds);

/* Turns what was given into the library's options: 0, or 2 after a usage error. */
int tool_label_convert(const tool_verb *verb, tool_make *make);

/* Says which labels were written. */
void tool_describe_labels(FILE *to, const cm_protection *done);

#endif
