/* Calibration: how often a text test accuses texts that are known to be unmarked, measured on the
 * user's own corpus, and the correction that follows (spec/statistics.md §9). */
#ifndef COUNTERMARK_CALIBRATE_H
#define COUNTERMARK_CALIBRATE_H

#include <countermark/inspect_text.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What was measured for a scheme, its parameters and its keys. It never changes. */
typedef struct cm_calibration cm_calibration;

/* Cuts the unmarked texts into chunks of 50 to 1,600 tokens and counts how many have a p-value of
 * at most 10^-0.5, 10^-1, … CM_ERR_CAPACITY for a corpus too small to say anything. Free with
 * cm_calibration_free(). */
CM_API cm_code cm_calibrate(const cm_text_inspector *inspector, const char *const *paths,
                            size_t count, cm_calibration **out, cm_error *err);
CM_API void cm_calibration_free(cm_calibration *c); /* NULL is allowed */

/* As JSON (spec/statistics.md §9); free with free(). */
CM_API cm_code cm_calibration_json(const cm_calibration *c, char **out, cm_error *err);

/* Writes it to a file, whole or not at all; reads it again. */
CM_API cm_code cm_calibration_write(const cm_calibration *c, const char *path, cm_error *err);
CM_API cm_code cm_calibration_read(const char *path, cm_calibration **out, cm_error *err);

#ifdef __cplusplus
}
#endif
#endif
