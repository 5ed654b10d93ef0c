/* countermark explain: what C2PA's status codes mean. */
#include <countermark/explain.h>

#include <stdio.h>
#include <string.h>

#include "common.h"
#include "verbs.h"

static void print_one(const cm_explanation *e) {
    printf("%s\n  %s, C2PA %s\n  %s\n", e->code, e->kind, e->clause, e->meaning);
    if (e->advice[0] != '\0')
        printf("  %s\n", e->advice);
}

static int print_all(void) {
    const cm_explanation *e;
    for (size_t i = 0; (e = cm_explain_at(i)) != NULL; i++)
        printf("%-56s %s\n", e->code, e->kind);
    return fflush(stdout) == 0 ? 0 : TOOL_EXIT_ERROR;
}

static int run(const tool_verb *verb, int argc, char **argv) {
    int first = 0;
    int code = tool_parse(verb, NULL, 0, argc, argv, &first);
    if (code != TOOL_GO_ON)
        return code;
    if (first == argc)
        return print_all();
    for (int i = first; i < argc; i++) {
        const cm_explanation *e = cm_explain(argv[i]);
        if (e == NULL) {
            fprintf(stderr,
                    "countermark explain: no code is called \"%s\"; \"countermark explain\" lists "
                    "them\n",
                    argv[i]);
            return TOOL_EXIT_ERROR;
        }
        print_one(e);
    }
    return fflush(stdout) == 0 ? 0 : TOOL_EXIT_ERROR;
}

const tool_verb tool_verb_explain = {
    .name = "explain",
    .summary = "what a C2PA status code means",
    .usage = "[CODE...]",
    .about =
        "Says in plain words what a status code in a report means, which clause it is from, and "
        "what\n"
        "to do about it. Without a code it lists them all.",
    .example = "countermark explain assertion.dataHash.mismatch",
    .run = run,
};
