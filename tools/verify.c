#include "look.h"
#include "verbs.h"

static int run(const tool_verb *verb, int argc, char **argv) {
    tool_look look = {.layers = CM_LOOK_MANIFEST | CM_LOOK_DECLARED};
    const tool_option options[] = {
        TOOL_MANIFEST_OPTIONS(look),
        {"json", 0, NULL, .flag = &look.json, .help = "report as JSON, one object a file"},
        {"ndjson", 0, NULL, .flag = &look.ndjson, .help = "the same, one line a file"},
        {"crjson", 0, NULL, .flag = &look.crjson,
         .help = "the manifest as C2PA's JSON (crJSON 2.4)"},
        {"tree", 0, NULL, .flag = &look.tree,
         .help = "also all manifests, and what each was made from"},
        {"no-digest", 0, NULL, .flag = &look.no_digest,
         .help = "leave out the SHA-256 of the whole file: faster"},
        {"files-from", 0, "LIST", .text = &look.files_from,
         .help = "paths, one a line; - is stdin"},
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
