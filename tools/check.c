#include "look.h"
#include "verbs.h"

static int run(const tool_verb *verb, int argc, char **argv) {
    tool_look look = {.layers = CM_LOOK_ALL};
    const tool_option options[] = {
        TOOL_KEY_OPTIONS(look),
        TOOL_MANIFEST_OPTIONS(look),
        TOOL_JSON_OPTIONS(look),
        {"heatmap", 0, "PNG", .text = &look.heatmap, .help = "draw where the watermark is"},
        TOOL_SHOW_OPTIONS(look),
        TOOL_PICTURE_OPTIONS(look),
        {"tokenizer", 0, "T", .text = &look.tokenizer,
         .help = "of the model that may have written the texts, for their watermarks"},
        TOOL_SCHEME_OPTIONS(look),
        TOOL_TEXT_OPTIONS(look),
        TOOL_FILES_OPTION(look),
    };
    int first = 0;
    int code = tool_parse(verb, options, sizeof options / sizeof options[0], argc, argv, &first);
    return code != TOOL_GO_ON ? code
                              : tool_look_at(verb, &look, argv + first, (size_t)(argc - first));
}

const tool_verb tool_verb_check = {
    .name = "check",
    .summary = "everything: who signed, is it intact, which watermark, whose, how sure",
    .usage = "FILE... [--key NAME.pub] [--trust root.pem] [OPTIONS]",
    .about =
        "Looks for a signed manifest, a watermark, and metadata that says \"generated\", in "
        "pictures "
        "and in\n"
        "texts; a text's watermark with --tokenizer. FILE may be \"-\". Exit codes: 0 trusted or "
        "marked; 1 nothing found; 2 the question could not be\n"
        "answered; 3 invalid; 4 valid, signer not trusted; 5 inconclusive. Of several files the\n"
        "gravest counts: 2, 3, 4, 5, 1, 0.",
    .example = "countermark check photo.jpg --key example.pub --trust root.pem\n"
               "  countermark check essay.txt --trust root.pem --key example.pub --tokenizer "
               "tokenizer.json",
    .run = run,
};
