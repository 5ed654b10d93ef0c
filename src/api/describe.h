/* What every report begins with: a file's size, hash and type. */
#ifndef CM_API_DESCRIBE_H
#define CM_API_DESCRIBE_H

#include "api/findings.h"
#include "base/sniff.h"
#include "base/stream.h"

/* An empty report on a file. Free with cm_inspection_free(). */
cm_code cm_findings_new(const char *path, cm_findings **out, cm_error *err);

cm_code cm_describe(const cm_source *source, bool digest, cm_findings *f, cm_format *format,
                    cm_error *err);

#endif
