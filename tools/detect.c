#include "look.h"
#include "verbs.h"

static int run(const tool_verb *verb, int argc, char **argv) {
    tool_look look = {.layers = CM_LOOK_WATERMARK};
    const tool_option options[] = {
        {"key", 'k', "FILE", .list = &look.keys,
         .help = "watermark key, public or secret; repeatable"},
        {"json", 0, NULL, .flag = &look.json, .help = "report as JSON, one object a file"},
        {"ndjson", 0, NULL, .flag = &look.ndjson, .help = "the same, one line a file"},
        {"heatmap", 0, "PNG", .text = &look.heatmap, .help = "draw where the watermark is"},
        {"fast", 0, NULL, .flag = &look.fast, .help = "no search for rotation and scale"},
        {"files-from", 0, "LIST", .text = &look.files_from,
         .help = "paths, one a line; - is stdin"},
    };
    int first = 0;
    int code = tool_parse(verb, options, sizeof options / sizeof options[0], argc, argv, &first);
    if (code != TOOL_GO_ON)
        return code;
    if (look.keys.count == 0)
        return tool_usage(verb, "--key is needed: what to look for");
    return tool_look_at(verb, &look, argv + first, (size_t)(argc - first));
}

const tool_verb tool_verb_detect = {
    .name = "detect",
    .summary = "the watermark alone",
    .usage = "FILE... --key NAME.pub|NAME.key [OPTIONS]",
    .about = "Looks for a watermark of the keys given. Exit codes: 0 found; 1 not found; 5 the "
             "picture is\n"
             "too small or too flat to tell.",
    .example = "countermark detect photo.jpg --key example.pub --heatmap where.png",
    .run = run,
};
