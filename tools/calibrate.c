/* countermark calibrate: how often a text test accuses texts that are known to be unmarked. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "look.h"
#include "verbs.h"

/* The options of detect that say which tests there are. */
typedef struct job {
    const tool_verb *verb;
    tool_look look;
    const char *output;
    const char *const *files;
    size_t count;
} job;

static int measure(const job *j, const cm_text_inspector *inspector, const char *path) {
    cm_error err = {0};
    cm_calibration *c = NULL;
    char *text = NULL;
    cm_code code = cm_calibrate(inspector, j->files, j->count, &c, &err);
    if (code == CM_OK)
        code = cm_calibration_write(c, path, &err);
    if (code == CM_OK && j->look.json)
        code = cm_calibration_json(c, &text, &err);
    cm_calibration_free(c);
    if (code != CM_OK)
        return tool_failed(j->verb, NULL, &err);
    if (text != NULL)
        return tool_print(text);
    printf("%s\n", path);
    return fflush(stdout) == 0 ? 0 : TOOL_EXIT_ERROR;
}

static int calibrate(const job *j, const char *path) {
    cm_key *keys[TOOL_LIST_MAX] = {0};
    const cm_key *ring[TOOL_LIST_MAX] = {0};
    tool_text text = {0};
    cm_error err = {0};
    cm_code code = CM_OK;
    int result;
    for (size_t i = 0; code == CM_OK && i < j->look.keys.count; i++) {
        code = tool_key(j->look.keys.items[i], &keys[i], &err);
        ring[i] = keys[i];
    }
    const cm_inspect_options with = {.keys = ring, .key_count = j->look.keys.count};
    if (code == CM_OK)
        code = tool_text_open(&j->look, &with, NULL, &text, &err);
    result = code == CM_OK ? measure(j, text.inspector, path) : tool_failed(j->verb, NULL, &err);
    tool_text_close(&text);
    for (size_t i = 0; i < j->look.keys.count; i++)
        cm_key_free(keys[i]);
    return result;
}

static int run(const tool_verb *verb, int argc, char **argv) {
    char path[4096];
    static job j;
    j = (job){.verb = verb, .look = {.uncalibrated = true}};
    const tool_option options[] = {
        {"key", 'k', "FILE", .list = &j.look.keys, .help = "watermark key; repeatable"},
        {"tokenizer", 't', "T", .text = &j.look.tokenizer,
         .help = "the tokenizer of the model; the files are texts"},
        {"encoding", 0, "NAME", .text = &j.look.encoding, .help = "for a .tiktoken T"},
        {"ids", 0, "FILE", .list = &j.look.ids, .help = "token ids in place of a text; repeatable"},
        {"scheme", 's', "NAME", .list = &j.look.schemes, .help = "the scheme (default cm-text-1)"},
        {"param", 'p', "K=V", .list = &j.look.params, .help = "a parameter of it; repeatable"},
        {"vocabulary", 0, "N", .text = &j.look.vocabulary,
         .help = "size of the model's vocabulary, where it isn't the tokenizer's"},
        {"output", 'o', "FILE", .text = &j.output,
         .help = "where to write (default: NAME.calibration.json beside NAME.key)"},
        {"json", 0, NULL, .flag = &j.look.json, .help = "print what was written"},
    };
    int first = 0;
    int code = tool_parse(verb, options, sizeof options / sizeof options[0], argc, argv, &first);
    if (code != TOOL_GO_ON)
        return code;
    size_t texts = (size_t)(argc - first);
    const char *fault = tool_text_fault(&j.look, texts);
    if (fault != NULL)
        return tool_usage(verb, "%s", fault);
    if (!tool_is_text(&j.look) || texts + j.look.ids.count == 0)
        return tool_usage(verb, "unmarked texts and --tokenizer, or --ids, are needed");
    if (j.output == NULL && !tool_calibration_path(&j.look, path, sizeof path))
        return tool_usage(verb, "--output is needed where there isn't one key, NAME.key");
    j.files = texts > 0 ? (const char *const *)argv + first : j.look.ids.items;
    j.count = texts > 0 ? texts : j.look.ids.count;
    return calibrate(&j, j.output != NULL ? j.output : path);
}

const tool_verb tool_verb_calibrate = {
    .name = "calibrate",
    .summary = "measure a text test's false positives on unmarked texts",
    .usage = "FILE... --tokenizer T --key NAME.key [OPTIONS]",
    .about = "Cuts texts that are known to be unmarked into chunks of 50 to 1600 tokens and counts "
             "how often\n"
             "each level of p-value is reached. detect then reports the greater of the exact and "
             "the\n"
             "calibrated p-value. Give it the texts that will be judged: same languages, same "
             "kinds; millions\n"
             "of tokens.",
    .example = "countermark calibrate corpus/*.txt -t tokenizer.json -s hf-kgw -o kgw.json",
    .run = run,
};
