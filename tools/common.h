/* What the verbs share: keys from wherever they are kept, messages, progress, exit codes. */
#ifndef TOOLS_COMMON_H
#define TOOLS_COMMON_H

#include <countermark.h>

#include "options.h"

/* The exit code for a question that could not be answered. */
enum { TOOL_EXIT_ERROR = 2 };

/* Of two exit codes the graver, as a batch reports it: 2, 3, 4, 5, 1, 0 from grave to good. */
int tool_worse(int a, int b);

/* Prints "countermark VERB: FILE: message" to stderr, and with `json` the error object to stdout;
 * returns TOOL_EXIT_ERROR. `file` may be NULL. */
int tool_failed(const tool_verb *verb, const char *file, const cm_error *what);
int tool_failed_json(const tool_verb *verb, const char *file, const cm_error *what, bool one_line);

/* Reads a key: a file, "-" or /dev/fd/N, or "env:NAME" for the text of a key file in an environment
 * variable. */
cm_code tool_key(const char *from, cm_key **out, cm_error *err);

/* What --threads asks for, as the library's options have it: 0 is all processors, none (NULL) one.
 * False for what is no number of threads. */
bool tool_threads(const char *text, int *out);

/* Shows on stderr, when that is a terminal, how much of the work on `file` is done, 0..1.
 * tool_progress_end() wipes it. */
void tool_progress(const char *file, double done);
void tool_progress_end(void);

/* Prints a text that free() releases, and a newline where it doesn't end in one. 0, or 2 when
 * stdout can't be written. */
int tool_print(char *text);

#endif
