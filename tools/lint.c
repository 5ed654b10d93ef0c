/* countermark lint: which layers and fields of each rule a file has. */
#include <string.h>

#include "labels.h"
#include "look.h"
#include "verbs.h"

/* What lacks is graver than what isn't known. */
static int worse(int a, int b) {
    if (a == TOOL_EXIT_ERROR || b == TOOL_EXIT_ERROR)
        return TOOL_EXIT_ERROR;
    return a == 1 || b == 1 ? 1 : a > b ? a : b;
}

static int show(const tool_verb *verb, const tool_look *look, const cm_inspection *report) {
    cm_lint_result *result = NULL;
    cm_error err = {0};
    char *text = NULL;
    bool json = look->json || look->ndjson;
    cm_code code = cm_lint(report, look->rules, &result, &err);
    int exit_code = code == CM_OK ? cm_lint_exit_code(result->finding) : TOOL_EXIT_ERROR;
    if (code == CM_OK)
        code = json ? cm_lint_json(result, look->ndjson, &text, &err)
                    : cm_lint_text(result, &text, &err);
    cm_lint_free(result);
    if (code != CM_OK)
        return json ? tool_failed_json(verb, report->file, &err, look->ndjson)
                    : tool_failed(verb, report->file, &err);
    return worse(exit_code, tool_print(text));
}

static int run(const tool_verb *verb, int argc, char **argv) {
    tool_look look = {.layers = CM_LOOK_ALL, .show = show, .worse = worse};
    const char *rules = NULL;
    const tool_option options[] = {
        {"rules", 0, "LIST", .text = &rules, .help = "eu, ca, cn, with commas; default: all"},
        TOOL_KEY_OPTIONS(look),
        TOOL_MANIFEST_OPTIONS(look),
        TOOL_JSON_OPTIONS(look),
        TOOL_PICTURE_OPTIONS(look),
        {"tokenizer", 0, "T", .text = &look.tokenizer,
         .help = "of the model that may have written the texts"},
        TOOL_SCHEME_OPTIONS(look),
        TOOL_FILES_OPTION(look),
    };
    int first = 0;
    int code = tool_parse(verb, options, sizeof options / sizeof options[0], argc, argv, &first);
    if (code != TOOL_GO_ON)
        return code;
    look.rules = CM_LABELS_ALL;
    if (rules != NULL && !tool_label_kinds(rules, &look.rules))
        return tool_usage(verb, "--rules is a list of eu, ca and cn, with commas");
    return tool_look_at(verb, &look, argv + first, (size_t)(argc - first));
}

const tool_verb tool_verb_lint = {
    .name = "lint",
    .summary = "which layers and fields of each rule a file has and lacks",
    .usage = "FILE... --rules eu,ca,cn [--key NAME.pub] [--trust root.pem] [OPTIONS]",
    .about =
        "Holds files against what rules on generated content ask for, requirement by requirement, "
        "each\n"
        "with its source: present, lacking, unknown (for want of a key or an anchor), or not "
        "applicable.\n"
        "It says what was found, and no more than that. Exit codes: 0 all that is asked was found; "
        "1\n"
        "something lacks; 5 nothing lacks, but something isn't known; 2 the question could not be "
        "answered.",
    .example = "countermark lint photo.jpg --rules eu --key example.pub --trust root.pem "
               "--trust-tsa tsa.pem",
    .run = run,
};
