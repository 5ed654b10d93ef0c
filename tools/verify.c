#include "look.h"
#include "verbs.h"

static int run(const tool_verb *verb, int argc, char **argv) {
    tool_look look = {.layers = CM_LOOK_MANIFEST | CM_LOOK_DECLARED};
    const tool_option options[] = {
        TOOL_MANIFEST_OPTIONS(look),
        TOOL_JSON_OPTIONS(look),
        TOOL_SHOW_OPTIONS(look),
        TOOL_FILES_OPTION(look),
    };
    int first = 0;
    int code = tool_parse(verb, options, sizeof options / sizeof options[0], argc, argv, &first);
    return code != TOOL_GO_ON ? code
                              : tool_look_at(verb, &look, argv + first, (size_t)(argc - first));
}

const tool_verb tool_verb_verify = {
    .name = "verify",
    .summary = "the signed manifest alone",
    .usage = "FILE... [--trust root.pem] [OPTIONS]",
    .about = "Judges the C2PA manifest of a picture or a text: signature, certificate chain, "
             "hashes. Exit codes: 0 "
             "trusted; 1 no\n"
             "manifest; 3 invalid; 4 intact, signer not trusted.",
    .example = "countermark verify photo.jpg --trust root.pem",
    .run = run,
};
