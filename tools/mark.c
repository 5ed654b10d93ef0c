#include "labels.h"
#include "manifest.h"
#include "verbs.h"

static int run(const tool_verb *verb, int argc, char **argv) {
    tool_make make = {0};
    cm_protect_options *o = &make.options;
    enum { OWN = 11 };
    tool_option options[OWN + TOOL_SIGNING_OPTIONS + TOOL_LABEL_OPTIONS] = {
        {"output", 'o', "OUT", .text = &make.output, .help = "where to write; - is stdout"},
        {"key", 'k', "FILE", .text = &make.key, .help = "secret watermark key"},
        {"payload", 0, "HEX", .text = &make.payload, .help = "what to carry; default: random bits"},
        {"payload-bits", 0, "N", .text = &make.payload_bits,
         .help = "64 (default), 16, 0, or auto: the most that fits"},
        {"layer", 0, "NAME", .text = &make.layer, .help = "public (default), private or both"},
        {"look-for", 0, "FILE", .list = &make.look_for,
         .help = "another key whose mark to warn of; repeatable"},
        {"strength", 0, "S", .text = &make.strength, .help = "faint, normal, strong, or a number"},
        {"survive", 0, "LIST", .text = &make.survive,
         .help = "least strength that survives jpeg30,..."},
        {"threads", 0, "N", .text = &make.threads,
         .help = "that try what is to be survived; 0: all processors"},
        {"keep-tables", 0, NULL, .flag = &o->keep_tables, .help = "never refine JPEG tables"},
        {"json", 0, NULL, .flag = &make.json, .help = "say what was done as JSON"},
    };
    size_t count = tool_manifest_options(&make, options, OWN);
    count = tool_label_options(&make, options, count);
    int first = 0;
    int code = tool_parse(verb, options, count, argc, argv, &first);
    if (code != TOOL_GO_ON)
        return code;
    if (make.key == NULL || tool_manifest_lacks(&make))
        return tool_usage(verb, "--key, --cert and --sign-key are needed; \"embed\" or \"sign\" do "
                                "one layer alone");
    return tool_protect(verb, &make, argv + first, (size_t)(argc - first));
}

const tool_verb tool_verb_mark = {
    .name = "mark",
    .summary = "everything: watermark, and a signed manifest that names it",
    .usage = "IN -o OUT --key NAME.key --cert chain.pem --sign-key key.pem [OPTIONS]",
    .about = "Embeds an invisible watermark, makes sure that the detector answers, and signs the "
             "result\n"
             "with a C2PA manifest that names the payload. OUT appears whole or not at all.",
    .example =
        "countermark mark in.png -o out.png --key example.key --cert chain.pem --sign-key key.pem",
    .run = run,
};
