#include "make.h"
#include "verbs.h"

static int run(const tool_verb *verb, int argc, char **argv) {
    tool_make make = {0};
    cm_protect_options *o = &make.options;
    const tool_option options[] = {
        {"output", 'o', "OUT", .text = &make.output, .help = "where to write; - is stdout"},
        {"key", 'k', "FILE", .text = &make.key, .help = "secret watermark key"},
        {"cert", 0, "PEM", .text = &make.chain, .help = "certificate chain, leaf first"},
        {"sign-key", 0, "PEM", .text = &make.sign_key, .help = "the leaf's private key"},
        {"payload", 0, "HEX", .text = &make.payload, .help = "what to carry; default: random bits"},
        {"payload-bits", 0, "N", .text = &make.payload_bits,
         .help = "64 (default), 16, 0, or auto: the most that fits"},
        {"generator", 0, "TEXT", .text = &o->generator, .help = "what generated it, \"Name/1.2\""},
        {"title", 0, "TEXT", .text = &o->title, .help = "title of the work"},
        {"source-type", 0, "URI", .text = &o->source_type, .help = "IPTC digital source type"},
        {"alg", 0, "NAME", .text = &o->sign_alg, .help = "es256, es384, ps256, ed25519, ..."},
        {"layer", 0, "NAME", .text = &make.layer, .help = "public (default), private or both"},
        {"look-for", 0, "FILE", .list = &make.look_for,
         .help = "another key whose mark to warn of; repeatable"},
        {"strength", 0, "S", .text = &make.strength, .help = "faint, normal, strong, or a number"},
        {"survive", 0, "LIST", .text = &make.survive,
         .help = "least strength that survives jpeg30,..."},
        {"sidecar", 0, "FILE", .text = &o->sidecar, .help = "write the manifest there instead"},
        {"threads", 0, "N", .text = &make.threads,
         .help = "that try what is to be survived; 0: all processors"},
        {"keep-tables", 0, NULL, .flag = &o->keep_tables, .help = "never refine JPEG tables"},
        {"json", 0, NULL, .flag = &make.json, .help = "say what was done as JSON"},
    };
    int first = 0;
    int code = tool_parse(verb, options, sizeof options / sizeof options[0], argc, argv, &first);
    if (code != TOOL_GO_ON)
        return code;
    if (make.key == NULL || make.chain == NULL || make.sign_key == NULL)
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
