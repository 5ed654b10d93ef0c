#include "labels.h"
#include "manifest.h"
#include "verbs.h"

static int run(const tool_verb *verb, int argc, char **argv) {
    tool_make make = {0};
    tool_option options[4 + TOOL_SIGNING_OPTIONS + TOOL_LABEL_OPTIONS] = {
        {"output", 'o', "OUT", .text = &make.output, .help = "where to write; - is stdout"},
        {"comment", 0, "SIGN", .text = &make.options.comment,
         .help = "of a text: put it into a comment, \"#\", \"//\", \"<!--\", ..."},
        {"update", 0, NULL, .flag = &make.options.update,
         .help = "add to the manifest, not to the file"},
        {"json", 0, NULL, .flag = &make.json, .help = "say what was done as JSON"},
    };
    size_t count = tool_manifest_options(&make, options, 4);
    count = tool_label_options(&make, options, count);
    int first = 0;
    int code = tool_parse(verb, options, count, argc, argv, &first);
    if (code != TOOL_GO_ON)
        return code;
    if (tool_manifest_lacks(&make))
        return tool_usage(verb,
                          "--cert and --sign-key are needed; \"cert\" makes a pair for tests");
    return tool_protect(verb, &make, argv + first, (size_t)(argc - first));
}

const tool_verb tool_verb_sign = {
    .name = "sign",
    .summary = "the signed manifest alone",
    .usage = "IN -o OUT --cert chain.pem --sign-key key.pem [OPTIONS]",
    .about =
        "Signs the file as it is, a picture or a text, with a C2PA manifest. A manifest that it "
        "carries\n"
        "already becomes an ingredient of the new one. With --update the file stays as it is, "
        "and the\n"
        "new manifest builds on the one in it.",
    .example = "countermark sign in.webp -o out.webp --cert chain.pem --sign-key key.pem\n"
               "  countermark sign in.c -o out.c --comment // --cert chain.pem --sign-key key.pem",
    .run = run,
};
