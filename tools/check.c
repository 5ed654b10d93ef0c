#include "look.h"
#include "verbs.h"

static int run(const tool_verb *verb, int argc, char **argv) {
    tool_look look = {.layers = CM_LOOK_ALL};
    const tool_option options[] = {
        {"key", 'k', "FILE", .list = &look.keys,
         .help = "watermark key, public or secret; repeatable"},
        {"keys-from", 0, "LIST", .text = &look.keys_from,
         .help = "more keys: their paths, one a line"},
        TOOL_MANIFEST_OPTIONS(look),
        {"json", 0, NULL, .flag = &look.json, .help = "report as JSON, one object a file"},
        {"ndjson", 0, NULL, .flag = &look.ndjson, .help = "the same, one line a file"},
        {"heatmap", 0, "PNG", .text = &look.heatmap, .help = "draw where the watermark is"},
        {"crjson", 0, NULL, .flag = &look.crjson,
         .help = "the manifest as C2PA's JSON (crJSON 2.4)"},
        {"tree", 0, NULL, .flag = &look.tree,
         .help = "also all manifests, and what each was made from"},
        {"no-digest", 0, NULL, .flag = &look.no_digest,
         .help = "leave out the SHA-256 of the whole file: faster"},
        {"threads", 0, "N", .text = &look.threads,
         .help = "that search a picture; 0: all processors"},
        {"no-foreign", 0, NULL, .flag = &look.no_foreign,
         .help = "don't look for marks of Stable Diffusion, FLUX and the like"},
        {"fast", 0, NULL, .flag = &look.fast, .help = "no search for rotation and scale"},
        {"tokenizer", 0, "T", .text = &look.tokenizer,
         .help = "of the model that may have written the texts, for their watermarks"},
        {"encoding", 0, "NAME", .text = &look.encoding,
         .help = "for a .tiktoken T: cl100k_base, o200k_base, ..."},
        {"scheme", 's', "NAME", .list = &look.schemes,
         .help = "a text's scheme (default cm-text-1), see 'countermark schemes'; repeatable"},
        {"param", 'p', "K=V", .list = &look.params,
         .help = "a parameter of the scheme before it; repeatable"},
        {"vocabulary", 0, "N", .text = &look.vocabulary,
         .help = "size of the model's vocabulary, where it isn't the tokenizer's"},
        {"strip-invisible", 0, NULL, .flag = &look.strip_invisible,
         .help = "leave out a text's zero-width characters and variation selectors"},
        {"calibration", 0, "FILE", .text = &look.calibration,
         .help = "what calibrate wrote (default: NAME.calibration.json beside NAME.key)"},
        {"files-from", 0, "LIST", .text = &look.files_from,
         .help = "paths, one a line; - is stdin"},
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
