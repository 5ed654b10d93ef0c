#include "labels.h"

#include <string.h>

static const struct named {
    const char *name;
    unsigned kind;
} KINDS[] = {{"eu", CM_LABELS_EU}, {"ca", CM_LABELS_CA}, {"cn", CM_LABELS_CN}};

enum { KIND_COUNT = sizeof KINDS / sizeof KINDS[0] };

size_t tool_label_options(tool_make *make, tool_option *options, size_t count) {
    cm_labels *l = &make->options.labels;
    const tool_option own[TOOL_LABEL_OPTIONS] = {
        {"label", 0, "LIST", .text = &make->labels,
         .help = "labels in the metadata: eu, ca, cn, with commas"},
        {"provider", 0, "NAME", .text = &l->provider, .help = "who offers the system"},
        {"system", 0, "TEXT", .text = &l->system, .help = "\"Name/1.2\"; default: --generator"},
        {"content-id", 0, "ID", .text = &l->content_id, .help = "default: urn:uuid:, random"},
        {"producer", 0, "CODE", .text = &l->producer,
         .help = "of China's label; default: --provider"},
        {"produce-id", 0, "ID", .text = &l->produce_id, .help = "default: the content's"},
        {"propagator", 0, "CODE", .text = &l->propagator, .help = "who passes it on, in China"},
        {"propagate-id", 0, "ID", .text = &l->propagate_id, .help = "their number for it"},
    };
    memcpy(options + count, own, sizeof own);
    return count + TOOL_LABEL_OPTIONS;
}

bool tool_label_kinds(const char *text, unsigned *kinds) {
    *kinds = 0;
    for (;;) {
        size_t n = strcspn(text, ","), i = 0;
        while (i < KIND_COUNT &&
               (strlen(KINDS[i].name) != n || strncmp(KINDS[i].name, text, n) != 0))
            i++;
        if (i == KIND_COUNT)
            return false;
        *kinds |= KINDS[i].kind;
        if (text[n] == '\0')
            return true;
        text += n + 1;
    }
}

int tool_label_convert(const tool_verb *verb, tool_make *make) {
    if (make->labels != NULL && !tool_label_kinds(make->labels, &make->options.labels.kinds))
        return tool_usage(verb, "--label is a list of eu, ca and cn, with commas");
    return 0;
}

void tool_describe_labels(FILE *to, const cm_protection *done) {
    if (done->labels == 0)
        return;
    fputs("  labels ", to);
    for (size_t i = 0; i < KIND_COUNT; i++)
        if ((done->labels & KINDS[i].kind) != 0)
            fprintf(to, " %s", KINDS[i].name);
    if (done->content_id[0] != '\0')
        fprintf(to, "; identifier %s", done->content_id);
    fputs("; in the metadata, where anyone can remove them\n", to);
}
