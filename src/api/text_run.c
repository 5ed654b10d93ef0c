#include "api/text_run.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

cm_code cm_text_run_open(const cm_text_inspector *inspector, cm_text_run *out, cm_error *err) {
    size_t count = inspector->count;
    *out = (cm_text_run){.inspector = inspector};
    out->detectors = cm_calloc(count, sizeof(cm_text_detector *));
    cm_code code = out->detectors != NULL ? CM_OK : cm_fail_memory(err);
    for (size_t i = 0; code == CM_OK && i < count; i++)
        code = cm_text_detector_new(inspector->tests[i].scheme, count - 1, &out->detectors[i], err);
    return code;
}

cm_code cm_text_run_feed(cm_text_run *r, const uint32_t *ids, const float *probability, size_t n,
                         cm_error *err) {
    cm_code code = CM_OK;
    for (size_t i = 0; code == CM_OK && i < r->inspector->count; i++)
        code = cm_text_detector_feed(r->detectors[i], ids, probability, n, err);
    return code;
}

cm_code cm_text_run_finish(cm_text_run *r, cm_text_evidence *best, const cm_text_test **by,
                           cm_error *err) {
    cm_text_evidence e;
    *best = (cm_text_evidence){.log10_p = INFINITY};
    *by = r->inspector->tests;
    for (size_t i = 0; i < r->inspector->count; i++) {
        cm_code code = cm_text_detector_finish(r->detectors[i], &e, err);
        if (code != CM_OK)
            return code;
        if (e.log10_p < best->log10_p) {
            *best = e;
            *by = r->inspector->tests + i;
        }
    }
    return CM_OK;
}

void cm_text_run_close(cm_text_run *r) {
    for (size_t i = 0; r->detectors != NULL && i < r->inspector->count; i++)
        cm_text_detector_free(r->detectors[i]);
    free(r->detectors);
    *r = (cm_text_run){0};
}
