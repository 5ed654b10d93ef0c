/* The layers of an inspection, each of which adds its evidence to the findings. */
#ifndef CM_API_INSPECT_H
#define CM_API_INSPECT_H

#include "api/findings.h"
#include "api/inspector.h"
#include "base/sniff.h"
#include "media/media.h"

/* Each: an error means that this layer's question could not be put. Evidence of other layers may
 * still stand. */
cm_code cm_inspect_manifest(const cm_inspector *i, const cm_source *source, cm_format format,
                            cm_findings *f, cm_error *err);
cm_code cm_inspect_picture(const cm_inspector *i, const cm_source *source, cm_findings *f,
                           cm_error *err);
cm_code cm_inspect_declared(const cm_source *source, cm_findings *f, cm_error *err);

/* A part of cm_inspect_manifest(): a manifest store that lies elsewhere, by what the file says.
 * Without `online`, or where the file has one of its own, it is only noted; otherwise it is fetched
 * into `store`, which stays empty when it can't be had, and f->manifest says so then. */
cm_code cm_inspect_remote(const cm_inspector *i, const cm_source *source, cm_format format,
                          const cm_asset_manifest *found, cm_findings *f, cm_buf *store,
                          cm_error *err);

/* The parts of cm_inspect_picture(): our own marks, which needs keys, so ask first; and others'. */
bool cm_inspect_has_keys(const cm_inspector *i, cm_findings *f); /* notes it when there are none */
cm_code cm_inspect_watermark(const cm_inspector *i, const cm_canvas *canvas, cm_findings *f,
                             cm_error *err);
cm_code cm_inspect_foreign(const cm_inspector *i, const cm_picture *picture, cm_findings *f,
                           cm_error *err);

/* All of them on a source that was described (describe.h), and the verdict. */
cm_code cm_inspect_source(const cm_inspector *i, const cm_source *source, cm_format format,
                          cm_findings *f, cm_error *err);

/* What all layers together say (spec/report.md §2). */
cm_verdict cm_inspect_judge(const cm_findings *f);

#endif
