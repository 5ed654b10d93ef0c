/* countermark schemes: which text marks there are, and their parameters. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "common.h"
#include "verbs.h"

static void print_scheme(const cm_text_scheme_info *s) {
    printf("%s\n  %s\n", s->name, s->summary);
    if (s->keyed)
        puts("  key: a key file (--key)");
    if (s->sized)
        puts("  depends on the size of the model's vocabulary (--vocabulary)");
    for (size_t i = 0; i < s->param_count; i++) {
        const cm_text_param_info *p = &s->params[i];
        printf("    %-22s %-12s %s\n", p->name, p->fallback[0] != '\0' ? p->fallback : "(needed)",
               p->help);
    }
    putchar('\n');
}

static json_t *scheme_json(const cm_text_scheme_info *s) {
    json_t *params = json_array();
    for (size_t i = 0; i < s->param_count; i++)
        json_array_append_new(params,
                              json_pack("{s:s, s:s, s:s}", "name", s->params[i].name, "default",
                                        s->params[i].fallback, "help", s->params[i].help));
    return json_pack("{s:s, s:s, s:b, s:b, s:o}", "name", s->name, "summary", s->summary, "keyed",
                     s->keyed, "sized", s->sized, "params", params);
}

static int print_json(void) {
    const cm_text_scheme_info *s;
    json_t *list = json_array();
    for (size_t i = 0; (s = cm_text_scheme_at(i)) != NULL; i++)
        json_array_append_new(list, scheme_json(s));
    char *text = json_dumps(list, JSON_INDENT(2));
    json_decref(list);
    if (text != NULL)
        return tool_print(text);
    fputs("countermark schemes: out of memory\n", stderr);
    return TOOL_EXIT_ERROR;
}

static int run(const tool_verb *verb, int argc, char **argv) {
    bool json = false;
    const cm_text_scheme_info *s;
    const tool_option options[] = {{"json", 0, NULL, .flag = &json, .help = "as JSON"}};
    int first = 0;
    int code = tool_parse(verb, options, 1, argc, argv, &first);
    if (code != TOOL_GO_ON)
        return code;
    if (first != argc)
        return tool_usage(verb, "no file is expected");
    if (json)
        return print_json();
    for (size_t i = 0; (s = cm_text_scheme_at(i)) != NULL; i++)
        print_scheme(s);
    return fflush(stdout) == 0 ? 0 : TOOL_EXIT_ERROR;
}

const tool_verb tool_verb_schemes = {
    .name = "schemes",
    .summary = "the text watermarks that can be made and detected, with their parameters",
    .usage = "[--json]",
    .about = "Lists each scheme with its parameters, their defaults and meaning, for detect's "
             "--scheme and --param.",
    .example = "countermark schemes",
    .run = run,
};
