/* The watermark's layer: detection, and what the report shows of it. */
#include <stdlib.h>

#include "api/inspect.h"
#include "base/mem.h"
#include "mark/scheme.h"

static cm_code detect(const cm_inspector *i, const cm_canvas *canvas, cm_detection *out,
                      cm_error *err) {
    cm_detect_options options = {.fast = i->options.fast,
                                 .progress = i->options.progress,
                                 .context = i->options.progress_context,
                                 .threads = i->options.threads};
    const uint8_t **keys = cm_calloc(i->candidate_count, sizeof *keys);
    if (keys == NULL)
        return cm_fail_memory(err);
    for (size_t k = 0; k < i->candidate_count; k++)
        keys[k] = i->candidates[k].bytes;
    cm_code code = cm_detect_canvas(canvas, keys, i->candidate_count, &options, out, err);
    free(keys);
    return code;
}

static cm_watermark_evidence evidence(const cm_candidate *c, const cm_detection *d,
                                      cm_mark_region *regions) {
    for (int i = 0; i < d->region_count; i++)
        regions[i] = (cm_mark_region){.x = d->regions[i].x,
                                      .y = d->regions[i].y,
                                      .w = d->regions[i].w,
                                      .h = d->regions[i].h,
                                      .log10_p = d->regions[i].log10_p};
    return (cm_watermark_evidence){
        .scheme = CM_IMAGE_SCHEME,
        .key = cm_key_name(c->key),
        .public_layer = c->layer == CM_LAYER_PUBLIC,
        .log10_p = d->log10_p,
        .tests = d->tests,
        .has_payload = d->has_payload && d->payload.bits > 0,
        .payload = d->payload.value,
        .payload_bits = d->has_payload ? d->payload.bits : -1,
        .bits_corrected = d->bits_corrected,
        .rotation_deg = d->geometry.rotation_deg,
        .scale_x = d->geometry.scale_x,
        .scale_y = d->geometry.scale_y,
        .flip = d->geometry.flip,
        .offset_x = d->geometry.offset_x,
        .offset_y = d->geometry.offset_y,
        .regions = regions,
        .region_count = (size_t)d->region_count,
    };
}

static void note_mark(cm_findings *f, const cm_candidate *c, const cm_detection *d) {
    if (d->has_payload && d->payload.bits == 0)
        cm_findings_note(f,
                         "the watermark of key \"%s\" carries no payload: it tells whose it is, "
                         "but not which picture",
                         cm_key_name(c->key));
    else if (!d->has_payload)
        cm_findings_note(f,
                         "the watermark of key \"%s\" is there, but too weak for its payload to be "
                         "read",
                         cm_key_name(c->key));
    cm_findings_note_key(f, c->key);
}

/* The strongest mark, and those of other keys. */
static cm_code show(cm_findings *f, const cm_candidate *candidates, cm_error *err) {
    const cm_detection *d = &f->detection;
    f->regions = cm_calloc(1 + d->other_count, sizeof *f->regions);
    f->others_shown = cm_calloc(d->other_count, sizeof *f->others_shown);
    if (f->regions == NULL || f->others_shown == NULL)
        return cm_fail_memory(err);
    f->watermark_shown = evidence(&candidates[d->key], d, f->regions[0]);
    f->shown.watermark = &f->watermark_shown;
    note_mark(f, &candidates[d->key], d);
    for (size_t i = 0; i < d->other_count; i++) {
        const cm_candidate *c = &candidates[d->others[i].key];
        f->others_shown[i] = evidence(c, &d->others[i], f->regions[1 + i]);
        note_mark(f, c, &d->others[i]);
    }
    f->shown.other_watermarks = f->others_shown;
    f->shown.other_watermark_count = d->other_count;
    return CM_OK;
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
        code = show(f, i->candidates, err);
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
    return code;
}
