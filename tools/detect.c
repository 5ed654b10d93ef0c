#include "look.h"
#include "verbs.h"

static int run(const tool_verb *verb, int argc, char **argv) {
    tool_look look = {.layers = CM_LOOK_WATERMARK | CM_LOOK_FOREIGN};
    const tool_option options[] = {
        {"key", 'k', "FILE", .list = &look.keys,
         .help = "watermark key, public or secret; repeatable"},
        {"keys-from", 0, "LIST", .text = &look.keys_from,
         .help = "more keys: their paths, one a line"},
        {"json", 0, NULL, .flag = &look.json, .help = "report as JSON, one object a file"},
        {"ndjson", 0, NULL, .flag = &look.ndjson, .help = "the same, one line a file"},
        {"heatmap", 0, "PNG", .text = &look.heatmap, .help = "draw where the watermark is"},
        {"fast", 0, NULL, .flag = &look.fast, .help = "no search for rotation and scale"},
        {"threads", 0, "N", .text = &look.threads,
         .help = "that search a picture; 0: all processors"},
        {"no-foreign", 0, NULL, .flag = &look.no_foreign,
         .help = "don't look for marks of Stable Diffusion, FLUX and the like"},
        {"blind-watermark", 0, "W,P,N", .text = &look.blind_watermark,
         .help = "read N bits of blind_watermark under password_wm W and password_img P"},
        {"tokenizer", 't', "T", .text = &look.tokenizer,
         .help = "the files are texts; T is the tokenizer of the model that may have written them"},
        {"encoding", 0, "NAME", .text = &look.encoding,
         .help = "for a .tiktoken T: cl100k_base, o200k_base, ..."},
        {"ids", 0, "FILE", .list = &look.ids,
         .help = "token ids in place of a text: JSON array, or 32-bit words; repeatable"},
        {"probabilities", 0, "FILE", .text = &look.probabilities,
         .help = "with one --ids: what a model gives each id; JSON array, or 32-bit floats"},
        {"scheme", 's', "NAME", .list = &look.schemes,
         .help = "a text's scheme (default cm-text-1), see 'countermark schemes'; repeatable"},
        {"param", 'p', "K=V", .list = &look.params,
         .help = "a parameter of the scheme before it; repeatable"},
        {"vocabulary", 0, "N", .text = &look.vocabulary,
         .help = "size of the model's vocabulary, where it isn't the tokenizer's"},
        {"strip-invisible", 0, NULL, .flag = &look.strip_invisible,
         .help = "leave out zero-width characters and variation selectors"},
        {"calibration", 0, "FILE", .text = &look.calibration,
         .help = "what calibrate wrote (default: NAME.calibration.json beside NAME.key)"},
        {"files-from", 0, "LIST", .text = &look.files_from,
         .help = "paths, one a line; - is stdin"},
    };
    int first = 0;
    int code = tool_parse(verb, options, sizeof options / sizeof options[0], argc, argv, &first);
    if (code != TOOL_GO_ON)
        return code;
    bool foreign = !look.no_foreign && !tool_is_text(&look);
    if (look.keys.count == 0 && look.keys_from == NULL && look.schemes.count == 0 && !foreign &&
        look.blind_watermark == NULL)
        return tool_usage(verb, "--key is needed: what to look for");
    return tool_look_at(verb, &look, argv + first, (size_t)(argc - first));
}

const tool_verb tool_verb_detect = {
    .name = "detect",
    .summary = "the watermark alone",
    .usage = "FILE... [--key NAME.pub|NAME.key] [OPTIONS]",
    .about =
        "Looks for a watermark of the keys given: in pictures, or with --tokenizer or --ids in "
        "texts.\n"
        "In pictures also for those that Stable Diffusion 1, 2 and XL and FLUX.1 leave, which need "
        "no key.\n"
        "Exit codes: 0 found; 1 not found; 5 the picture is too small or too flat to tell, or "
        "the text\n"
        "too short.",
    .example = "countermark detect photo.jpg --key example.pub --heatmap where.png\n"
               "  countermark detect photo.png\n"
               "  countermark detect essay.txt --key example.pub --tokenizer tokenizer.json",
    .run = run,
};
