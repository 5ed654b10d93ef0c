#include "look.h"
#include "verbs.h"

static int run(const tool_verb *verb, int argc, char **argv) {
    tool_look look = {.layers = CM_LOOK_WATERMARK | CM_LOOK_FOREIGN};
    const tool_option options[] = {
        TOOL_KEY_OPTIONS(look),
        TOOL_JSON_OPTIONS(look),
        {"heatmap", 0, "PNG", .text = &look.heatmap, .help = "draw where the watermark is"},
        TOOL_PICTURE_OPTIONS(look),
        {"blind-watermark", 0, "W,P,N", .text = &look.blind_watermark,
         .help = "read N bits of blind_watermark under password_wm W and password_img P"},
        {"tokenizer", 't', "T", .text = &look.tokenizer,
         .help = "the files are texts; T is the tokenizer of the model that may have written them"},
        TOOL_SCHEME_OPTIONS(look),
        {"ids", 0, "FILE", .list = &look.ids,
         .help = "token ids in place of a text: JSON array, or 32-bit words; repeatable"},
        {"probabilities", 0, "FILE", .text = &look.probabilities,
         .help = "with one --ids: what a model gives each id; JSON array, or 32-bit floats"},
        TOOL_TEXT_OPTIONS(look),
        TOOL_FILES_OPTION(look),
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
