/* The watermark's layer: detection, and what the report shows of it. */
#include <stdlib.h>

#include "api/inspect.h"
#include "base/mem.h"
#include "mark/scheme.h"

static cm_code detect(const cm_inspector *i, const cm_canvas *canvas, cm_detection *out,
                      cm_error *err) {
    cm_detect_options options = {.fast = i->options.fast,
                                 .progress = i->options.progress,
                                 .context = i->options.progress_context};
    const uint8_t **keys = cm_calloc(i->candidate_count, sizeof *keys);
    if (keys == NULL)
        return cm_fail_memory(err);
    for (size_t k = 0; k < i->candidate_count; k++)
        keys[k] = i->candidates[k].bytes;
    cm_code code = cm_detect_canvas(canvas, keys, i->candidate_count, &options, out, err);
    free(keys);
    return code;
}

static void show(cm_findings *f, const cm_candidate *c) {
    const cm_detection *d = &f->detection;
    for (int i = 0; i < d->region_count; i++)
        f->regions[i] = (cm_mark_region){.x = d->regions[i].x,
                                         .y = d->regions[i].y,
                                         .w = d->regions[i].w,
                                         .h = d->regions[i].h,
                                         .log10_p = d->regions[i].log10_p};
    f->watermark_shown = (cm_watermark_evidence){
        .scheme = CM_IMAGE_SCHEME,
        .key = cm_key_name(c->key),
        .public_layer = c->layer == CM_LAYER_PUBLIC,
        .log10_p = d->log10_p,
        .tests = d->tests,
        .has_payload = d->has_payload,
        .payload = d->payload,
        .bits_corrected = d->bits_corrected,
        .rotation_deg = d->geometry.rotation_deg,
        .scale_x = d->geometry.scale_x,
        .scale_y = d->geometry.scale_y,
        .flip = d->geometry.flip,
        .offset_x = d->geometry.offset_x,
        .offset_y = d->geometry.offset_y,
        .regions = f->regions,
        .region_count = (size_t)d->region_count,
    };
    f->shown.watermark = &f->watermark_shown;
    if (!d->has_payload)
        cm_findings_note(f, "the watermark is there, but too weak for its payload to be read");
    cm_findings_note_key(f, c->key);
}

bool cm_inspect_has_keys(const cm_inspector *i, cm_findings *f) {
    if (i->candidate_count == 0)
        cm_findings_note(f, "no watermark key was given, so no watermark of ours was looked for");
    return i->candidate_count != 0;
}

cm_code cm_inspect_watermark(const cm_inspector *i, const cm_canvas *canvas, cm_findings *f,
                             cm_error *err) {
    cm_code code = detect(i, canvas, &f->detection, err);
    if (code != CM_OK)
        return code;
    const cm_candidate *c = &i->candidates[f->detection.key];
    f->looked = true;
    f->power = f->detection.power;
    f->hint = f->detection.log10_p > CM_MARK_LOG10_P && f->detection.log10_p <= CM_HINT_LOG10_P;
    if (f->detection.log10_p <= CM_MARK_LOG10_P)
        show(f, c);
    else if (f->hint)
        cm_findings_note(
            f, "a trace of key \"%s\" (log10 p = %.1f) is too weak to count; %.0f is needed",
            cm_key_name(c->key), f->detection.log10_p, CM_MARK_LOG10_P);
    else if (!f->power)
        cm_findings_note(
            f, "%u x %u pixels of this kind are too few for a watermark to be seen reliably",
            f->columns, f->rows);
    if (i->options.fast && f->shown.watermark == NULL)
        cm_findings_note(f,
                         "only the fast search was made: a rotated or scaled mark would be missed");
    return CM_OK;
}
