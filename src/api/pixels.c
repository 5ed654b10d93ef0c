/* Marking pixels in place. Nothing is written before the detector has judged what would be. */
#include <countermark/pixels.h>

#include <string.h>

#include "api/marking.h"
#include "api/survive.h"
#include "detect/canvas.h"
#include "media/buffer.h"

static cm_code look(const cm_pixels *p, const cm_embed_options *o, cm_marking *m,
                    cm_earlier_mark *earlier, cm_error *err) {
    cm_code code = cm_marking_claim(m, p->width, p->height, err);
    if (code == CM_OK)
        code = cm_buffer_luma(p, &m->host.luma, err);
    if (code == CM_OK)
        code = cm_host_whiten(&m->host, err);
    if (code == CM_OK && !o->fresh)
        code = cm_marking_refuse_marked(m, o->look_for, o->look_for_count, earlier, err);
    return code;
}

static cm_code check_result(const cm_pixels *p, const cm_marking *m, cm_embedding *out,
                            cm_error *err) {
    double mean_square;
    bool holds = false;
    int w, h;
    cm_canvas_size(m->width, m->height, &w, &h);
    cm_plane seen = cm_plane_new(w, h);
    cm_code code = seen.data != NULL
                       ? cm_buffer_change(p, &m->change, false, &seen, &mean_square, err)
                       : cm_fail_memory(err);
    if (code == CM_OK)
        code = cm_marking_judge(m, &seen, &out->log10_p, &holds, err);
    cm_plane_free(&seen);
    if (code == CM_OK && !holds)
        code = cm_fail(err, CM_ERR_CAPACITY,
                       "no mark that holds fits within the limit of visibility (log10 p %.1f, "
                       "needed %.0f): larger or more textured pixels, a greater strength, or a "
                       "shorter payload would be needed",
                       out->log10_p, cm_target_log10_p(m->payload.bits));
    return code;
}

static cm_code embed(const cm_pixels *p, const cm_embed_options *o, cm_payload_length length,
                     cm_marking *m, cm_embedding *out, cm_error *err) {
    cm_marking_choice choice = {.key = o->key,
                                .private_layer = o->private_layer,
                                .both_layers = o->both_layers,
                                .payload_length = length,
                                .payload = o->has_payload ? &o->payload : NULL};
    double mean_square = 0;
    cm_rehearsal rehearsal;
    cm_survived survived = {0};
    cm_code code = cm_marking_begin(m, &choice, err);
    m->threads = o->threads;
    if (code == CM_OK)
        code = cm_rehearsal_parse(o->survive, &rehearsal, err);
    if (code == CM_OK)
        code = look(p, o, m, &out->earlier, err);
    if (code == CM_OK)
        code = cm_survive(m, &rehearsal, cm_strength_limit(o->strength), &survived, err);
    if (code == CM_OK && !o->unchecked)
        code = check_result(p, m, out, err);
    if (code == CM_OK)
        code = cm_buffer_change(p, &m->change, true, NULL, &mean_square, err);
    if (code != CM_OK)
        return code;
    out->payload = m->payload.value;
    out->payload_bits = m->payload.bits;
    out->strength = (double)survived.strength;
    out->survival_count = survived.changes;
    memcpy(out->survival, survived.change, sizeof out->survival);
    out->psnr = cm_psnr(mean_square);
    out->ssim = (double)m->report.ssim;
    return CM_OK;
}

cm_code cm_embed_pixels(const cm_pixels *pixels, const cm_embed_options *options, cm_embedding *out,
                        cm_error *err) {
    cm_limits limits = options->limits != NULL ? *options->limits : cm_limits_default();
    bool any = options->payload_length == CM_PAYLOAD_LONGEST;
    cm_payload_length length = any ? CM_PAYLOAD_64 : options->payload_length;
    cm_embedding unused;
    if (out == NULL)
        out = &unused;
    *out = (cm_embedding){0};
    if (options->key == NULL)
        return cm_fail(err, CM_ERR_ARGUMENT, "marking needs a key");
    cm_code code = cm_buffer_check(pixels, &limits, err);
    if (code == CM_OK)
        code = cm_marking_allowed(options->key, options->strength, err);
    if (code == CM_OK && any && options->has_payload)
        code = cm_fail(err, CM_ERR_ARGUMENT, CM_PAYLOAD_HAS_LENGTH);
    if (code != CM_OK)
        return code;
    do {
        cm_marking m;
        code = embed(pixels, options, length, &m, out, err);
        cm_marking_end(&m);
    } while (code == CM_ERR_CAPACITY && any && cm_marking_shorter(&length));
    return code;
}
