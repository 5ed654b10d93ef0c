#include "options.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { HELP = 1000 }; /* above any letter */

static void print_help(const tool_verb *verb, const tool_option *options, size_t count) {
    printf("Usage: countermark %s %s\n\n%s\n\nOptions:\n", verb->name, verb->usage, verb->about);
    for (size_t i = 0; i < count; i++) {
        const tool_option *o = &options[i];
        char left[64];
        char letter[] = {'-', o->letter, ',', ' ', '\0'};
        snprintf(left, sizeof left, "%s--%s%s%s", o->letter != 0 ? letter : "    ", o->name,
                 o->value != NULL ? " " : "", o->value != NULL ? o->value : "");
        printf("  %-26s %s\n", left, o->help);
    }
    printf("      %-22s %s\n\nExample:\n  %s\n", "--help", "show this", verb->example);
}

int tool_usage(const tool_verb *verb, const char *format, ...) {
    va_list args;
    fprintf(stderr, "countermark %s: ", verb->name);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "\nTry: countermark %s --help\n", verb->name);
    return 2;
}

static int store(const tool_verb *verb, const tool_option *o, const char *value) {
    if (o->flag != NULL)
        *o->flag = true;
    else if (o->text != NULL) {
        if (*o->text != NULL)
            return tool_usage(verb, "--%s is given twice", o->name);
        *o->text = value;
    } else {
        if (o->list->count == TOOL_LIST_MAX)
            return tool_usage(verb, "--%s is given more than %d times", o->name, TOOL_LIST_MAX);
        o->list->at[o->list->count] = optind;
        o->list->items[o->list->count++] = value;
    }
    return TOOL_GO_ON;
}

int tool_parse(const tool_verb *verb, const tool_option *options, size_t count, int argc,
               char **argv, int *first) {
    struct option table[TOOL_OPTIONS_MAX + 2] = {{0}};
    char letters[2 * TOOL_OPTIONS_MAX + 2] = ":";
    size_t n = 1;
    for (size_t i = 0; i < count; i++) {
        const tool_option *o = &options[i];
        int takes = o->value != NULL ? required_argument : no_argument;
        table[i] = (struct option){o->name, takes, NULL, (int)(HELP + 1 + i)};
        if (o->letter != 0) {
            letters[n++] = o->letter;
            if (takes != 0)
                letters[n++] = ':';
        }
    }
    table[count] = (struct option){"help", no_argument, NULL, HELP};
    opterr = 0;
    optind = 1;
    for (int got; (got = getopt_long(argc, argv, letters, table, NULL)) != -1;) {
        size_t i = got > HELP ? (size_t)(got - HELP - 1) : 0;
        if (got == HELP) {
            print_help(verb, options, count);
            return 0;
        }
        if (got == '?')
            return tool_usage(verb, "no such option: %s", argv[optind - 1]);
        if (got == ':')
            return tool_usage(verb, "%s needs a value", argv[optind - 1]);
        while (got < HELP && options[i].letter != got)
            i++;
        int code = store(verb, &options[i], optarg);
        if (code != TOOL_GO_ON)
            return code;
    }
    *first = optind;
    return TOOL_GO_ON;
}
