/* The verbs that look at files: check, detect and verify differ in the layers that they ask for and
 * in the options that they take. */
#ifndef TOOLS_LOOK_H
#define TOOLS_LOOK_H

#include "common.h"

typedef struct tool_look {
    unsigned layers; /* CM_LOOK_… */
    tool_list keys;
    const char *keys_from; /* a file with one key's path a line */
    tool_list trust;
    tool_list tsa_trust;
    tool_list allowed, identity_trust;
    const char *trust_config;
    bool online;
    const char *policy; /* "2.2", "2.4", "2.5" */
    const char *sidecar;
    const char *heatmap;
    const char *files_from; /* a file with one path a line, "-" for standard input */
    bool fast;
    const char *threads;
    bool no_foreign;             /* don't look for marks of other people's software */
    const char *blind_watermark; /* "WM,IMG,BITS" */
    /* Of texts: any of these says that the files are texts. */
    const char *tokenizer;
    const char *encoding;
    tool_list ids;             /* files of token ids, in place of texts */
    const char *probabilities; /* of one file of ids */
    tool_list schemes;
    tool_list params; /* each of the scheme before it */
    const char *vocabulary;
    bool strip_invisible;
    const char *calibration;
    bool uncalibrated; /* don't look for one beside the key */
    bool no_digest;    /* of the whole file */
    bool json;
    bool ndjson;
    bool crjson; /* C2PA's own JSON of the manifest */
    bool tree;   /* after the report for people */
    /* Of lint: what to print in place of the report, with its exit code, and of two exit codes the
     * graver; NULL: as for all. */
    int (*show)(const tool_verb *verb, const struct tool_look *look, const cm_inspection *report);
    int (*worse)(int a, int b);
    unsigned rules; /* CM_LABELS_… */
} tool_look;

/* What verify and check take alike, about manifests. */
#define TOOL_MANIFEST_OPTIONS(look)                                                                \
    {"trust", 't', "PEM", .list = &(look).trust, .help = "trust anchors for signers; repeatable"}, \
        {"trust-tsa", 0, "PEM", .list = &(look).tsa_trust,                                         \
         .help = "the same for time-stamps; default: --trust"},                                    \
        {"allowed", 0, "LIST", .list = &(look).allowed,                                            \
         .help = "certificates that are trusted by themselves: PEM, hashes"},                      \
        {"trust-identity", 0, "PEM", .list = &(look).identity_trust,                               \
         .help = "trust anchors for identity assertions (CAWG)"},                                  \
        {"trust-config", 0, "FILE", .text = &(look).trust_config,                                  \
         .help = "JSON that names all of these, and purposes"},                                    \
        {"online", 0, NULL, .flag = &(look).online,                                                \
         .help = "fetch manifests that files name by an address"},                                 \
        {"policy", 0, "V", .text = &(look).policy,                                                 \
         .help = "C2PA's version to judge by: 2.2, 2.4 or 2.5 (default)"},                         \
    {                                                                                              \
        "sidecar", 0, "FILE", .text = &(look).sidecar, .help = "manifest store beside the file"    \
    }

/* Of whoever looks for our own marks. */
#define TOOL_KEY_OPTIONS(look)                                                                     \
    {"key", 'k', "FILE", .list = &(look).keys,                                                     \
     .help = "watermark key, public or secret; repeatable"},                                       \
    {                                                                                              \
        "keys-from", 0, "LIST", .text = &(look).keys_from,                                         \
                                .help = "more keys: their paths, one a line"                       \
    }

/* Of all of them. */
#define TOOL_JSON_OPTIONS(look)                                                                    \
    {"json", 0, NULL, .flag = &(look).json, .help = "report as JSON, one object a file"}, {        \
        "ndjson", 0, NULL, .flag = &(look).ndjson, .help = "the same, one line a file"             \
    }

/* Of verify and check: how a manifest is shown. */
#define TOOL_SHOW_OPTIONS(look)                                                                    \
    {"crjson", 0, NULL, .flag = &(look).crjson,                                                    \
     .help = "the manifest as C2PA's JSON (crJSON 2.4)"},                                          \
        {"tree", 0, NULL, .flag = &(look).tree,                                                    \
         .help = "also all manifests, and what each was made from"},                               \
    {                                                                                              \
        "no-digest", 0, NULL, .flag = &(look).no_digest,                                           \
                              .help = "leave out the SHA-256 of the whole file: faster"            \
    }

/* Of whoever looks for marks in pictures. */
#define TOOL_PICTURE_OPTIONS(look)                                                                 \
    {"threads", 0, "N", .text = &(look).threads,                                                   \
     .help = "that search a picture; 0: all processors"},                                          \
        {"no-foreign", 0, NULL, .flag = &(look).no_foreign,                                        \
         .help = "don't look for marks of Stable Diffusion, FLUX and the like"},                   \
    {                                                                                              \
        "fast", 0, NULL, .flag = &(look).fast, .help = "no search for rotation and scale"          \
    }

/* Of whoever looks for marks in texts; --tokenizer has a help of its own. */
#define TOOL_SCHEME_OPTIONS(look)                                                                  \
    {"encoding", 0, "NAME", .text = &(look).encoding,                                              \
     .help = "for a .tiktoken T: cl100k_base, o200k_base, ..."},                                   \
        {"scheme", 's', "NAME", .list = &(look).schemes,                                           \
         .help = "a text's scheme (default cm-text-1), see 'countermark schemes'; repeatable"},    \
    {                                                                                              \
        "param", 'p', "K=V", .list = &(look).params,                                               \
                             .help = "a parameter of the scheme before it; repeatable"             \
    }

/* Of detect and check besides. */
#define TOOL_TEXT_OPTIONS(look)                                                                    \
    {"vocabulary", 0, "N", .text = &(look).vocabulary,                                             \
     .help = "size of the model's vocabulary, where it isn't the tokenizer's"},                    \
        {"strip-invisible", 0, NULL, .flag = &(look).strip_invisible,                              \
         .help = "leave out a text's zero-width characters and variation selectors"},              \
    {                                                                                              \
        "calibration", 0, "FILE",                                                                  \
            .text = &(look).calibration,                                                           \
            .help = "what calibrate wrote (default: NAME.calibration.json beside NAME.key)"        \
    }

/* Of all of them, the last. */
#define TOOL_FILES_OPTION(look)                                                                    \
    { "files-from", 0, "LIST", .text = &(look).files_from, .help = "paths, one a line; - is stdin" }

/* Prepares cm_text_inspector's options: reads the tokenizer and the parameters. Returns NULL, or
 * what is wrong with the command line. */
typedef struct tool_text {
    cm_tokenizer *tokenizer;
    cm_text_param params[TOOL_LIST_MAX];
    char names[TOOL_LIST_MAX][32];
    cm_text_request requests[TOOL_LIST_MAX + 1];
    size_t request_count;
    cm_text_inspector *inspector;
    cm_calibration *calibration;
} tool_text;

bool tool_is_text(const tool_look *look);

/* What is wrong with the command line, as far as it is about texts, or NULL. */
const char *tool_text_fault(const tool_look *look, size_t files);

/* `inspector` judges manifests, or is NULL. Free with tool_text_close(), also after a failure. */
cm_code tool_text_open(const tool_look *look, const cm_inspect_options *keys,
                       const cm_inspector *inspector, tool_text *out, cm_error *err);
void tool_text_close(tool_text *text);

/* Where a key's calibration lies: beside it, NAME.calibration.json for NAME.key and NAME.pub. False
 * for a key that isn't a file by such a name. */
bool tool_calibration_path(const tool_look *look, char *path, size_t size);

/* Inspects the files and prints a report for each; returns the gravest exit code. */
int tool_look_at(const tool_verb *verb, const tool_look *look, char **files, size_t count);

#endif
