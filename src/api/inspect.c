#include "api/inspect.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/describe.h"

const char *cm_verdict_name(cm_verdict verdict) {
    switch (verdict) {
    case CM_VERDICT_TRUSTED:
        return "trusted";
    case CM_VERDICT_UNTRUSTED:
        return "untrusted";
    case CM_VERDICT_INVALID:
        return "invalid";
    case CM_VERDICT_MARKED:
        return "marked";
    case CM_VERDICT_NONE:
        return "none";
    case CM_VERDICT_INCONCLUSIVE:
        return "inconclusive";
    }
    return "unknown";
}

int cm_verdict_exit_code(cm_verdict verdict) {
    switch (verdict) {
    case CM_VERDICT_TRUSTED:
    case CM_VERDICT_MARKED:
        return 0;
    case CM_VERDICT_NONE:
        return 1;
    case CM_VERDICT_INVALID:
        return 3;
    case CM_VERDICT_UNTRUSTED:
        return 4;
    case CM_VERDICT_INCONCLUSIVE:
        return 5;
    }
    return 2;
}

/* By a mark of ours, or by another's that was tested and not merely read. */
static bool is_marked(const cm_findings *f) {
    return f->shown.watermark != NULL ||
           (f->shown.foreign_count != 0 && !isnan(f->shown.foreign[0].log10_p));
}

cm_verdict cm_inspect_judge(const cm_findings *f) {
    if (f->manifest != NULL)
        switch (f->manifest->state) {
        case CM_STATE_INVALID:
            return CM_VERDICT_INVALID;
        case CM_STATE_TRUSTED:
            return CM_VERDICT_TRUSTED;
        case CM_STATE_VALID:
            return CM_VERDICT_UNTRUSTED;
        case CM_STATE_UNSUPPORTED:
            return is_marked(f) ? CM_VERDICT_MARKED : CM_VERDICT_INCONCLUSIVE;
        }
    if (is_marked(f))
        return CM_VERDICT_MARKED;
    if (f->hint || (f->looked && !f->power))
        return CM_VERDICT_INCONCLUSIVE;
    return CM_VERDICT_NONE;
}

static bool carries(const cm_watermark_evidence *w, const char *value) {
    char payload[CM_PAYLOAD_TEXT];
    cm_payload_text((cm_payload){.bits = w->payload_bits, .value = w->payload}, payload);
    return w->has_payload && strcmp(value, payload) == 0;
}

/* A manifest that names a payload which no mark of the picture carries was moved to this picture,
 * or a mark was. */
static void compare_payloads(cm_findings *f) {
    const cm_watermark_evidence *w = f->shown.watermark;
    if (w == NULL || !w->has_payload || f->shown.manifest == NULL)
        return;
    for (size_t i = 0; i < f->shown.manifest->binding_count; i++) {
        const cm_binding_line *b = &f->shown.manifest->bindings[i];
        bool carried = carries(w, b->value);
        for (size_t k = 0; k < f->shown.other_watermark_count; k++)
            carried = carried || carries(&f->shown.other_watermarks[k], b->value);
        if (strcmp(b->alg, CM_SOFT_BINDING_ALG) == 0 && !carried)
            cm_findings_note(
                f, "the watermark's payload is not the one that the manifest names (%s)", b->value);
    }
}

/* Damaged pixels or metadata are an answer only as long as another layer has one. */
static cm_code excuse(cm_findings *f, cm_code code, const char *what, const cm_error *why,
                      cm_error *err) {
    bool input = code == CM_ERR_FORMAT || code == CM_ERR_UNSUPPORTED || code == CM_ERR_LIMIT;
    if (code == CM_OK)
        return CM_OK;
    if (input && f->manifest != NULL) {
        cm_findings_note(f, "%s: %s", what, why->message);
        return CM_OK;
    }
    return cm_fail(err, code, "%s", why->message);
}

static cm_code inspect_layers(const cm_inspector *i, const cm_source *source, cm_format format,
                              cm_findings *f, cm_error *err) {
    unsigned layers = i->options.layers;
    bool text = cm_format_is_text(format), picture = !text && format != CM_FORMAT_C2PA;
    cm_error inner = {0};
    cm_code code = CM_OK;
    if ((layers & CM_LOOK_MANIFEST) != 0)
        code = cm_inspect_manifest(i, source, format, f, err);
    if (code == CM_OK && picture && (layers & CM_LOOK_DECLARED) != 0)
        code = excuse(f, cm_inspect_declared(source, f, &inner), "metadata not read", &inner, err);
    if (code == CM_OK && picture && (layers & (CM_LOOK_WATERMARK | CM_LOOK_FOREIGN)) != 0)
        code = excuse(f, cm_inspect_picture(i, source, f, &inner),
                      "no watermark was looked for, since the pixels can't be read", &inner, err);
    if (code == CM_OK && text && (layers & CM_LOOK_WATERMARK) != 0)
        cm_findings_note(f, "no watermark was looked for: that of a text is found with the "
                            "tokenizer of the model that may have written it");
    return code;
}

cm_code cm_inspect_source(const cm_inspector *i, const cm_source *source, cm_format format,
                          cm_findings *f, cm_error *err) {
    if (format == CM_FORMAT_UNKNOWN)
        return cm_fail(err, CM_ERR_UNSUPPORTED,
                       f->shown.size == 0
                           ? "the file is empty"
                           : "neither PNG, JPEG, WebP, a text nor a C2PA manifest store");
    if (cm_format_is_text(format) && (i->options.layers & CM_LOOK_MANIFEST) == 0)
        return cm_fail(err, CM_ERR_UNSUPPORTED,
                       "this is a text: for its watermark give the tokenizer of its model");
    cm_code code = inspect_layers(i, source, format, f, err);
    if (code == CM_OK) {
        compare_payloads(f);
        f->shown.verdict = cm_inspect_judge(f);
    }
    return code;
}

cm_code cm_inspect(const cm_inspector *inspector, const char *path, cm_inspection **out,
                   cm_error *err) {
    cm_source *source = NULL;
    cm_format format = CM_FORMAT_UNKNOWN;
    cm_findings *f = NULL;
    *out = NULL;
    cm_code code = cm_findings_new(path, &f, err);
    if (code != CM_OK)
        return code;
    code = cm_source_open(path, &inspector->limits, &source, err);
    if (code == CM_OK)
        code = cm_describe(source, !inspector->options.no_digest, f, &format, err);
    if (code == CM_OK)
        code = cm_inspect_source(inspector, source, format, f, err);
    cm_source_close(source);
    if (code != CM_OK) {
        cm_inspection_free(&f->shown);
        return code;
    }
    *out = &f->shown;
    return CM_OK;
}

void cm_inspection_free(cm_inspection *report) {
    if (report == NULL)
        return;
    cm_findings *f = (cm_findings *)report;
    cm_report_free(f->manifest);
    cm_buf_free(&f->store);
    cm_detection_free(&f->detection);
    for (size_t i = 0; i < CM_DECLARED_MAX; i++)
        free(f->meanings[i]);
    cm_declared_free(&f->declared);
    cm_buf_free(&f->file);
    free(f->foreign_text);
    free(f->bindings);
    free(f->identities);
    free(f->status);
    free(f->spans);
    free(f->others_shown);
    free(f->regions);
    free(f->path);
    free(f->remote);
    free(f);
}
