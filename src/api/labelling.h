/* Labels on their way into a file: what they say is settled once, and then written into metadata
 * (here) and into the manifest (api/statements.h). */
#ifndef CM_API_LABELLING_H
#define CM_API_LABELLING_H

#include <countermark/protect.h>

#include <time.h>

#include "base/rfc3339.h"
#include "api/definition.h"
#include "base/stream.h"

typedef struct cm_labelling {
    unsigned kinds; /* CM_LABELS_… */
    const char *provider;
    char *system, *version; /* owned; version NULL for none; both NULL: no system is named */
    char id[CM_CONTENT_ID_SIZE];
    char time[CM_RFC3339_SIZE]; /* RFC 3339 */
    const char *source_type;    /* full URI */
    const char *remote_url;
    char *label, *ascii, *wrapped; /* China's, owned: for XMP, for PNG's text, for EXIF */
    const char *producer;
} cm_labelling;

/* What the options don't say, the definition (which may be NULL) may. CM_ERR_ARGUMENT for what a
 * label lacks, or what doesn't go together. Undo with cm_labelling_close(), also after a failure.
 */
cm_code cm_labelling_open(const cm_protect_options *options, const cm_definition *definition,
                          time_t when, cm_drawing *drawing, cm_labelling *out, cm_error *err);
void cm_labelling_close(cm_labelling *l);

/* Whether the file's metadata will be written to. */
bool cm_labelling_any(const cm_labelling *l);

/* Writes the labelled file to `out`, which is empty and stays so where the file is a text: what of
 * the labels can be said of one is in its manifest. Fills in the labels' part of *result. */
cm_code cm_labelling_write(const cm_labelling *l, const cm_source *in, cm_buf *out,
                           cm_protection *result, cm_error *err);

#endif
