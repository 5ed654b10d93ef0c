#include "look.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ring.h"

enum { PATH_SIZE = 4096 };

static int fail(const tool_verb *verb, const tool_look *look, const char *file,
                const cm_error *what) {
    return look->json || look->ndjson ? tool_failed_json(verb, file, what, look->ndjson)
                                      : tool_failed(verb, file, what);
}

static int print_report(const tool_verb *verb, const tool_look *look, const cm_inspection *report) {
    cm_error err = {0};
    char *text = NULL;
    char *tree = NULL;
    cm_code code = look->crjson ? cm_inspection_crjson(report, false, &text, &err)
                   : look->json || look->ndjson
                       ? cm_inspection_json(report, look->ndjson, &text, &err)
                       : cm_inspection_text(report, &text, &err);
    if (code == CM_OK && look->tree && report->manifest != NULL)
        code = cm_inspection_tree(report, &tree, &err);
    if (code != CM_OK) {
        free(text);
        return fail(verb, look, report->file, &err);
    }
    int printed = tool_print(text);
    return tree != NULL ? tool_worse(printed, tool_print(tree)) : printed;
}

/* Where there is no manifest C2PA's JSON has nothing to show, which the exit code says as well. */
static bool nothing_to_show(const tool_verb *verb, const tool_look *look,
                            const cm_inspection *report) {
    if (!look->crjson || report->manifest != NULL)
        return false;
    cm_error none = {.message = "no manifest"};
    (void)tool_failed(verb, report->file, &none);
    return true;
}

/* A map of nothing is not drawn; that isn't a failure, since the report has said so. */
static int draw(const tool_verb *verb, const tool_look *look, const cm_inspection *report) {
    cm_error err = {0};
    if (look->heatmap == NULL || report->watermark == NULL)
        return 0;
    if (cm_inspection_heatmap(report, look->heatmap, &err) != CM_OK)
        return fail(verb, look, look->heatmap, &err);
    return 0;
}

/* A batch in progress. */
typedef struct batch {
    const tool_verb *verb;
    const tool_look *look;
    const cm_inspector *inspector; /* of pictures, or */
    const cm_text_inspector *text; /* of texts */
    const char *current;           /* what progress is shown for */
    int worst;
} batch;

static void show_progress(void *context, double done) {
    const batch *b = context;
    tool_progress(b->current, done);
}

static void look_at_file(batch *b, const char *file) {
    cm_inspection *report = NULL;
    cm_error err = {0};
    int code;
    b->current = file;
    cm_code done = b->text != NULL ? cm_inspect_text(b->text, file, &report, &err)
                                   : cm_inspect(b->inspector, file, &report, &err);
    if (done != CM_OK)
        code = fail(b->verb, b->look, file, &err);
    else if (b->look->show != NULL)
        code = b->look->show(b->verb, b->look, report);
    else {
        code = cm_verdict_exit_code(report->verdict);
        if (!nothing_to_show(b->verb, b->look, report))
            code = tool_worse(code, print_report(b->verb, b->look, report));
        code = tool_worse(code, draw(b->verb, b->look, report));
    }
    cm_inspection_free(report);
    b->worst = b->look->worse != NULL ? b->look->worse(b->worst, code) : tool_worse(b->worst, code);
}

/* One path a line; a last line without a newline counts. */
static void look_at_list(batch *b, const char *list) {
    char path[PATH_SIZE];
    cm_error err = {.code = CM_ERR_IO};
    FILE *f = strcmp(list, "-") == 0 ? stdin : fopen(list, "r");
    if (f == NULL) {
        snprintf(err.message, sizeof err.message, "the list can't be opened");
        b->worst = tool_worse(b->worst, fail(b->verb, b->look, list, &err));
        return;
    }
    while (fgets(path, sizeof path, f) != NULL) {
        size_t n = strcspn(path, "\n");
        if (path[n] == '\0' && n == sizeof path - 1) {
            snprintf(err.message, sizeof err.message, "a path is longer than %zu bytes", n);
            b->worst = tool_worse(b->worst, fail(b->verb, b->look, list, &err));
            break;
        }
        path[n] = '\0';
        if (n != 0)
            look_at_file(b, path);
    }
    if (f != stdin)
        fclose(f);
}

static int run(const tool_verb *verb, const tool_look *look, cm_inspect_options *options,
               char **files, size_t count) {
    batch b = {.verb = verb, .look = look};
    cm_inspector *inspector = NULL;
    tool_text text = {0};
    cm_error err = {0};
    options->progress = show_progress;
    options->progress_context = &b;
    bool texts = tool_is_text(look), manifests = (look->layers & CM_LOOK_MANIFEST) != 0;
    cm_code code = !texts || manifests ? cm_inspector_new(options, &inspector, &err) : CM_OK;
    if (code == CM_OK && texts)
        code = tool_text_open(look, options, inspector, &text, &err);
    if (code != CM_OK) {
        tool_text_close(&text);
        cm_inspector_free(inspector);
        return fail(verb, look, NULL, &err);
    }
    b.inspector = inspector;
    b.text = text.inspector;
    for (size_t i = 0; i < count; i++)
        look_at_file(&b, files[i]);
    for (size_t i = 0; i < look->ids.count; i++)
        look_at_file(&b, look->ids.items[i]);
    if (look->files_from != NULL)
        look_at_list(&b, look->files_from);
    tool_text_close(&text);
    cm_inspector_free(inspector);
    return b.worst;
}

/* Three numbers with commas between them. */
static bool read_blind_watermark(const char *text, cm_blind_watermark *out) {
    uint32_t *into[] = {&out->password_payload, &out->password_picture, &out->bits};
    for (size_t i = 0; i < 3; i++) {
        char *end = NULL;
        errno = 0;
        unsigned long long value = strtoull(text, &end, 10);
        if (text[0] < '0' || text[0] > '9' || errno != 0 || value > UINT32_MAX ||
            *end != (i < 2 ? ',' : '\0'))
            return false;
        *into[i] = (uint32_t)value;
        text = end + 1;
    }
    return out->bits >= 1 && out->bits <= CM_BLIND_WATERMARK_BITS_MAX;
}

static const char *foreign_fault(const tool_look *look) {
    cm_blind_watermark parsed;
    if (look->blind_watermark == NULL)
        return NULL;
    if (look->no_foreign)
        return "--blind-watermark and --no-foreign exclude each other";
    if (tool_is_text(look))
        return "--blind-watermark is for pictures";
    if (!read_blind_watermark(look->blind_watermark, &parsed))
        return "--blind-watermark takes WM,IMG,BITS: two passwords of 32 bits, and 1 to 65536";
    return NULL;
}

/* 0: the newest; -1: none that there is. */
static int read_policy(const char *text) {
    static const struct {
        const char *name;
        int policy;
    } known[] = {{"2.2", CM_POLICY_2_2}, {"2.4", CM_POLICY_2_4}, {"2.5", CM_POLICY_2_5}};
    if (text == NULL)
        return CM_POLICY_NEWEST;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(text, known[i].name) == 0)
            return known[i].policy;
    return -1;
}

static const char *usage_fault(const tool_look *look, size_t count) {
    if (count == 0 && look->files_from == NULL && look->ids.count == 0)
        return "no file to look at";
    if (look->json + look->ndjson + look->crjson + look->tree > 1)
        return "--json, --ndjson, --crjson and --tree exclude each other";
    if ((look->heatmap != NULL || look->sidecar != NULL) &&
        (count != 1 || look->files_from != NULL))
        return "--heatmap and --sidecar go with one file";
    if (read_policy(look->policy) < 0)
        return "--policy is 2.2, 2.4 or 2.5";
    int threads;
    if (!tool_threads(look->threads, &threads))
        return "--threads is a number, 0 for all processors";
    const char *fault = foreign_fault(look);
    return fault != NULL ? fault : tool_text_fault(look, count);
}

int tool_look_at(const tool_verb *verb, const tool_look *look, char **files, size_t count) {
    tool_ring ring;
    cm_blind_watermark blind;
    cm_error err = {0};
    const char *fault = usage_fault(look, count);
    if (fault != NULL)
        return tool_usage(verb, "%s", fault);
    int code = 0;
    if (tool_ring_open(&look->keys, look->keys_from, &ring, &err) != CM_OK)
        code = fail(verb, look, ring.culprit, &err);
    cm_inspect_options options = {.layers =
                                      look->layers & ~(look->no_foreign ? CM_LOOK_FOREIGN : 0u),
                                  .keys = (const cm_key *const *)ring.keys,
                                  .key_count = ring.count,
                                  .trust = look->trust.items,
                                  .trust_count = look->trust.count,
                                  .tsa_trust = look->tsa_trust.items,
                                  .tsa_trust_count = look->tsa_trust.count,
                                  .fast = look->fast,
                                  .no_digest = look->no_digest,
                                  .sidecar = look->sidecar,
                                  .policy = read_policy(look->policy),
                                  .allowed = look->allowed.items,
                                  .allowed_count = look->allowed.count,
                                  .identity_trust = look->identity_trust.items,
                                  .identity_trust_count = look->identity_trust.count,
                                  .trust_config = look->trust_config,
                                  .online = look->online};
    (void)tool_threads(look->threads, &options.threads);
    if (look->blind_watermark != NULL && read_blind_watermark(look->blind_watermark, &blind))
        options.blind_watermark = &blind;
    if (code == 0)
        code = run(verb, look, &options, files, count);
    tool_ring_close(&ring);
    return code;
}
