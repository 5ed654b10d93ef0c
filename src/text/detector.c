/* Detection under one scheme: by the shared series, or by the scheme's own detector. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "text/instance.h"
#include "text/series.h"

struct cm_text_detector {
    const cm_scheme_kind *kind;
    cm_series *series; /* NULL where the scheme has a detector of its own */
    void *own;
    uint64_t others;
    cm_text_span *spans;
    bool ended;
};

cm_code cm_text_detector_new(const cm_text_scheme *scheme, uint64_t others, cm_text_detector **out,
                             cm_error *err) {
    const struct cm_series_rule *rule =
        scheme->kind->rule != NULL ? scheme->kind->rule(scheme->self) : NULL;
    *out = NULL;
    cm_text_detector *d = cm_calloc(1, sizeof *d);
    if (d == NULL)
        return cm_fail_memory(err);
    d->kind = scheme->kind;
    d->others = others;
    cm_code code = rule != NULL ? cm_series_new(rule, scheme->self, &d->series, err)
                                : scheme->kind->detector_open(scheme->self, &d->own, err);
    if (code != CM_OK) {
        cm_text_detector_free(d);
        return code;
    }
    *out = d;
    return CM_OK;
}

void cm_text_detector_free(cm_text_detector *detector) {
    if (detector == NULL)
        return;
    cm_series_free(detector->series);
    if (detector->own != NULL)
        detector->kind->detector_close(detector->own);
    free(detector->spans);
    free(detector);
}

cm_code cm_text_detector_feed(cm_text_detector *detector, const uint32_t *ids,
                              const float *probability, size_t n, cm_error *err) {
    if (detector->ended)
        return cm_fail(err, CM_ERR_ARGUMENT, "this text has ended");
    return detector->series != NULL
               ? cm_series_feed(detector->series, ids, probability, n, err)
               : detector->kind->detector_feed(detector->own, ids, probability, n, err);
}

static cm_code correct_spans(cm_text_detector *d, double more, cm_text_evidence *out,
                             cm_error *err) {
    d->spans = cm_calloc(out->span_count, sizeof *d->spans);
    if (d->spans == NULL)
        return cm_fail_memory(err);
    for (size_t i = 0; i < out->span_count; i++) {
        d->spans[i] = out->spans[i];
        d->spans[i].log10_p = fmin(0, d->spans[i].log10_p + more);
    }
    out->spans = d->spans;
    return CM_OK;
}

cm_code cm_text_detector_finish(cm_text_detector *detector, cm_text_evidence *out, cm_error *err) {
    if (detector->ended)
        return cm_fail(err, CM_ERR_ARGUMENT, "this text has ended");
    detector->ended = true;
    cm_code code = detector->series != NULL
                       ? cm_series_finish(detector->series, out, err)
                       : detector->kind->detector_finish(detector->own, out, err);
    if (code != CM_OK)
        return code;
    double factor = (double)detector->others + 1;
    out->log10_p = fmin(0, out->log10_p + log10(factor));
    out->tests *= factor;
    return correct_spans(detector, log10(factor), out, err);
}
