#include "make.h"
#include "verbs.h"

static int run(const tool_verb *verb, int argc, char **argv) {
    tool_make make = {0};
    cm_protect_options *o = &make.options;
    const tool_option options[] = {
        {"output", 'o', "OUT", .text = &make.output, .help = "where to write; - is stdout"},
        {"cert", 0, "PEM", .text = &make.chain, .help = "certificate chain, leaf first"},
        {"sign-key", 0, "PEM", .text = &make.sign_key, .help = "the leaf's private key"},
        {"generator", 0, "TEXT", .text = &o->generator, .help = "what generated it, \"Name/1.2\""},
        {"title", 0, "TEXT", .text = &o->title, .help = "title of the work"},
        {"source-type", 0, "URI", .text = &o->source_type, .help = "IPTC digital source type"},
        {"alg", 0, "NAME", .text = &o->sign_alg, .help = "es256, es384, ps256, ed25519, ..."},
        {"comment", 0, "SIGN", .text = &o->comment,
         .help = "of a text: put it into a comment, \"#\", \"//\", \"<!--\", ..."},
        {"sidecar", 0, "FILE", .text = &o->sidecar, .help = "write the manifest there instead"},
        {"json", 0, NULL, .flag = &make.json, .help = "say what was done as JSON"},
    };
    int first = 0;
    int code = tool_parse(verb, options, sizeof options / sizeof options[0], argc, argv, &first);
    if (code != TOOL_GO_ON)
        return code;
    if (make.chain == NULL || make.sign_key == NULL)
        return tool_usage(verb,
                          "--cert and --sign-key are needed; \"cert\" makes a pair for tests");
    return tool_protect(verb, &make, argv + first, (size_t)(argc - first));
}

const tool_verb tool_verb_sign = {
    .name = "sign",
    .summary = "the signed manifest alone",
    .usage = "IN -o OUT --cert chain.pem --sign-key key.pem [OPTIONS]",
    .about = "Signs the file as it is, a picture or a text, with a C2PA manifest. A manifest that "
             "it carries already "
             "becomes an\n"
             "ingredient of the new one.",
    .example = "countermark sign in.webp -o out.webp --cert chain.pem --sign-key key.pem\n"
               "  countermark sign in.c -o out.c --comment // --cert chain.pem --sign-key key.pem",
    .run = run,
};
