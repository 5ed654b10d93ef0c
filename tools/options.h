/* Options of a verb: one table says how they are parsed and how --help shows them. */
#ifndef TOOLS_OPTIONS_H
#define TOOLS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

enum { TOOL_LIST_MAX = 256, TOOL_OPTIONS_MAX = 48 };

/* Values of an option that may be given more than once. */
typedef struct tool_list {
    const char *items[TOOL_LIST_MAX];
    int at[TOOL_LIST_MAX]; /* where each stood on the command line, for options that go together */
    size_t count;
} tool_list;

typedef struct tool_option {
    const char *name;  /* without its dashes */
    char letter;       /* 0: none */
    const char *value; /* what --help calls its value; NULL: a flag */
    /* Where it goes; exactly one is set. */
    bool *flag;
    const char **text;
    tool_list *list;
    const char *help;
} tool_option;

/* What a verb is, for dispatch and for --help. */
typedef struct tool_verb {
    const char *name;
    const char *summary;
    const char *usage; /* after "countermark VERB" */
    const char *about; /* some lines */
    const char *example;
    int (*run)(const struct tool_verb *verb, int argc, char **argv);
} tool_verb;

enum { TOOL_GO_ON = -1 };

/* Parses argv[1..]; what isn't an option stands at argv[*first..argc-1] afterwards. Returns
 * TOOL_GO_ON, or the exit code when there is nothing more to do: 0 after --help, 2 after a usage
 * error, which has been printed. */
int tool_parse(const tool_verb *verb, const tool_option *options, size_t count, int argc,
               char **argv, int *first);

/* Prints "countermark VERB: message" and where to find help; returns 2. */
int tool_usage(const tool_verb *verb, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
