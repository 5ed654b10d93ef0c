/* countermark VERB …: finds the verb and hands over. */
#include <countermark.h>
#include <stdio.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <string.h>

#include "common.h"
#include "verbs.h"

static const tool_verb *const VERBS[] = {
    &tool_verb_keygen,   &tool_verb_cert,    &tool_verb_mark,      &tool_verb_check,
    &tool_verb_embed,    &tool_verb_detect,  &tool_verb_sign,      &tool_verb_verify,
    &tool_verb_tokenize, &tool_verb_schemes, &tool_verb_calibrate, &tool_verb_explain,
    &tool_verb_lint,
};

enum { VERB_COUNT = sizeof VERBS / sizeof VERBS[0] };

static void print_help(FILE *to) {
    fputs("Usage: countermark VERB [OPTIONS] FILE...\n\n"
          "Invisible watermarks and signed provenance for generated pictures.\n\n",
          to);
    for (size_t i = 0; i < VERB_COUNT; i++)
        fprintf(to, "  %-8s %s\n", VERBS[i]->name, VERBS[i]->summary);
    fputs("\n\"countermark VERB --help\" explains a verb. Exit codes: 0 trusted or marked; 1 "
          "nothing\n"
          "found; 2 the question could not be answered; 3 invalid; 4 valid, signer not trusted;\n"
          "5 inconclusive.\n",
          to);
}

/* Planes of megabytes come and go; giving each back to the system would have it cleared page by
 * page the next time. */
static void keep_memory(void) {
#ifdef __GLIBC__
    (void)mallopt(M_MMAP_THRESHOLD, 1 << 30);
    (void)mallopt(M_TRIM_THRESHOLD, 1 << 30);
#endif
}

int main(int argc, char **argv) {
    keep_memory();
    if (argc < 2) {
        print_help(stderr);
        return TOOL_EXIT_ERROR;
    }
    const char *verb = argv[1];
    if (strcmp(verb, "--help") == 0 || strcmp(verb, "-h") == 0 || strcmp(verb, "help") == 0) {
        print_help(stdout);
        return 0;
    }
    if (strcmp(verb, "--version") == 0) {
        printf("countermark %s\n", cm_version());
        return 0;
    }
    for (size_t i = 0; i < VERB_COUNT; i++)
        if (strcmp(verb, VERBS[i]->name) == 0)
            return VERBS[i]->run(VERBS[i], argc - 1, argv + 1);
    fprintf(stderr, "countermark: no verb is called \"%s\"\nTry: countermark --help\n", verb);
    return TOOL_EXIT_ERROR;
}
