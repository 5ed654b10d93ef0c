/* Texts: what detect needs for them beyond what it needs for pictures. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "look.h"

bool tool_is_text(const tool_look *look) {
    return look->tokenizer != NULL || look->ids.count > 0 || look->schemes.count > 0;
}

const char *tool_text_fault(const tool_look *look, size_t files) {
    if (!tool_is_text(look)) {
        bool stray = look->params.count > 0 || look->vocabulary != NULL || look->strip_invisible ||
                     look->encoding != NULL || look->calibration != NULL ||
                     look->probabilities != NULL;
        return stray ? "--param, --vocabulary, --encoding, --strip-invisible, --calibration and "
                       "--probabilities are for texts: give --tokenizer or --ids"
                     : NULL;
    }
    if (look->ids.count > 0 && (files > 0 || look->files_from != NULL))
        return "--ids takes the place of the texts";
    if (look->probabilities != NULL && look->ids.count != 1)
        return "--probabilities goes with one --ids";
    if (look->ids.count == 0 && look->tokenizer == NULL)
        return "a text needs --tokenizer T, the generator's own";
    if (look->heatmap != NULL || look->fast)
        return "--heatmap and --fast are for pictures";
    return NULL;
}

static cm_code fail(cm_error *err, const char *option, const char *value, const char *expected) {
    *err = (cm_error){.code = CM_ERR_ARGUMENT};
    snprintf(err->message, sizeof err->message, "%s %s: %s is expected", option, value, expected);
    return CM_ERR_ARGUMENT;
}

/* NAME=VALUE. */
static cm_code read_params(const tool_look *look, tool_text *out, cm_error *err) {
    for (size_t i = 0; i < look->params.count; i++) {
        const char *text = look->params.items[i], *equals = strchr(text, '=');
        size_t n = equals != NULL ? (size_t)(equals - text) : 0;
        if (n == 0 || n >= sizeof out->names[i])
            return fail(err, "--param", text, "NAME=VALUE");
        memcpy(out->names[i], text, n);
        out->names[i][n] = '\0';
        out->params[i] = (cm_text_param){.name = out->names[i], .value = equals + 1};
    }
    return CM_OK;
}

/* Each scheme with the parameters that follow it; those before the first are of cm-text-1. */
static void gather_requests(const tool_look *look, tool_text *out) {
    const tool_list *schemes = &look->schemes, *params = &look->params;
    size_t param = 0;
    bool native = schemes->count == 0 || (params->count > 0 && params->at[0] < schemes->at[0]);
    if (native)
        out->requests[out->request_count++] = (cm_text_request){.params = out->params};
    for (size_t i = 0; i <= schemes->count; i++) {
        int end = i < schemes->count ? schemes->at[i] : INT_MAX;
        for (; param < params->count && params->at[param] < end; param++)
            out->requests[out->request_count - 1].param_count++;
        if (i < schemes->count)
            out->requests[out->request_count++] =
                (cm_text_request){.scheme = schemes->items[i], .params = out->params + param};
    }
}

static cm_code read_vocabulary(const tool_look *look, uint32_t *out, cm_error *err) {
    char *end = NULL;
    if (look->vocabulary == NULL)
        return CM_OK;
    unsigned long value = strtoul(look->vocabulary, &end, 10);
    bool digits = look->vocabulary[0] >= '0' && look->vocabulary[0] <= '9';
    if (!digits || *end != '\0' || value == 0 || value > UINT32_MAX)
        return fail(err, "--vocabulary", look->vocabulary, "a number of tokens");
    *out = (uint32_t)value;
    return CM_OK;
}

bool tool_calibration_path(const tool_look *look, char *path, size_t size) {
    const char *key = look->keys.count == 1 ? look->keys.items[0] : "";
    size_t n = strlen(key);
    bool named = n > 4 && (strcmp(key + n - 4, ".key") == 0 || strcmp(key + n - 4, ".pub") == 0);
    int wrote = named ? snprintf(path, size, "%.*s.calibration.json", (int)(n - 4), key) : -1;
    return wrote > 0 && (size_t)wrote < size;
}

/* The one that is asked for, or the one that lies beside the key. */
static cm_code read_calibration(const tool_look *look, tool_text *out, cm_error *err) {
    char path[4096];
    if (look->calibration != NULL)
        return cm_calibration_read(look->calibration, &out->calibration, err);
    if (!look->uncalibrated && tool_calibration_path(look, path, sizeof path) &&
        access(path, F_OK) == 0)
        return cm_calibration_read(path, &out->calibration, err);
    return CM_OK;
}

cm_code tool_text_open(const tool_look *look, const cm_inspect_options *keys,
                       const cm_inspector *inspector, tool_text *out, cm_error *err) {
    const cm_tokenizer_options how = {.encoding = look->encoding};
    cm_text_inspect_options options = {.keys = keys->keys,
                                       .key_count = keys->key_count,
                                       .requests = out->requests,
                                       .probabilities = look->probabilities,
                                       .strip_invisible = look->strip_invisible,
                                       .inspector = inspector,
                                       .progress = keys->progress,
                                       .progress_context = keys->progress_context};
    cm_code code = read_params(look, out, err);
    gather_requests(look, out);
    options.request_count = out->request_count;
    if (code == CM_OK)
        code = read_vocabulary(look, &options.vocabulary, err);
    if (code == CM_OK && look->tokenizer != NULL)
        code = cm_tokenizer_read(look->tokenizer, &how, &out->tokenizer, err);
    if (code == CM_OK)
        code = read_calibration(look, out, err);
    options.calibration = out->calibration;
    options.tokenizer = look->ids.count > 0 ? NULL : out->tokenizer;
    if (look->ids.count > 0 && out->tokenizer != NULL && options.vocabulary == 0)
        options.vocabulary = cm_tokenizer_size(out->tokenizer);
    return code == CM_OK ? cm_text_inspector_new(&options, &out->inspector, err) : code;
}

void tool_text_close(tool_text *text) {
    cm_text_inspector_free(text->inspector);
    cm_tokenizer_free(text->tokenizer);
    cm_calibration_free(text->calibration);
}
