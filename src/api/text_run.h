/* All tests over one text. */
#ifndef CM_API_TEXT_RUN_H
#define CM_API_TEXT_RUN_H

#include "api/text_inspector.h"
#include "base/error.h"

typedef struct cm_text_run {
    const cm_text_inspector *inspector;
    cm_text_detector **detectors;
} cm_text_run;

/* Close with cm_text_run_close(), also after a failure. */
cm_code cm_text_run_open(const cm_text_inspector *inspector, cm_text_run *out, cm_error *err);
/* `probability` may be NULL (cm_text_detector_feed()). */
cm_code cm_text_run_feed(cm_text_run *r, const uint32_t *ids, const float *probability, size_t n,
                         cm_error *err);

/* The strongest test's evidence, which belongs to the run; it is corrected for the others. */
cm_code cm_text_run_finish(cm_text_run *r, cm_text_evidence *best, const cm_text_test **by,
                           cm_error *err);
void cm_text_run_close(cm_text_run *r);

#endif
