/* Marking, and making sure: the detector judges the finished bytes, and where it doesn't answer the
 * encoder is asked for more (spec/image-mark.md §4, "JPEG hosts"). */
#include <math.h>
#include <string.h>

#include "api/marking.h"
#include "api/protect.h"
#include "api/survive.h"
#include "detect/canvas.h"
#include "media/media.h"

/* How much worse than asked for a finished JPEG may be: whole steps cost more than the change that
 * they stand for. Not asked of WebP, whose own coding costs what it costs with or without a mark.
 */
#define ALLOWED_LOSS_DB 2.5

/* Ways to write a JPEG, in the order tried: plain rounding keeps it closest; earlier steps keep the
 * tables; finer tables make the file larger. Other formats only know the first. */
static const struct rung {
    float threshold;
    float finest_step;
} LADDER[] = {{0.5f, 0},    {0.4f, 0},    {0.3f, 0},    {0.22f, 0},
              {0.5f, 2.0f}, {0.5f, 1.2f}, {0.5f, 0.7f}, {0.5f, 0.35f}};

enum { RUNGS = sizeof LADDER / sizeof LADDER[0] };

typedef struct marking {
    const cm_protect_options *options;
    cm_marking mark;
    cm_picture *picture;
    cm_picture_info info;
    cm_band band; /* where the mark lives, cycles per pixel */
} marking;

static void progress(const marking *m, double done) {
    if (m->options->progress != NULL)
        m->options->progress(m->options->progress_context, done);
}

static cm_code open_host(cm_bytes file, marking *m, cm_error *err) {
    cm_code code = cm_picture_open(file, m->options->limits, &m->picture, err);
    if (code != CM_OK)
        return code;
    m->info = cm_picture_describe(m->picture);
    double s = cm_canonical_scale((int)m->info.width, (int)m->info.height);
    m->band = (cm_band){.low = (float)(CM_BAND_LOW / (CM_TILE * s)),
                        .high = (float)(CM_BAND_HIGH / (CM_TILE * s))};
    code = cm_marking_claim(&m->mark, m->info.width, m->info.height, err);
    if (code == CM_OK)
        code = cm_picture_luma(m->picture, &m->mark.host.luma, err);
    return code == CM_OK ? cm_host_whiten(&m->mark.host, err) : code;
}

/* Decodes what was written, as anyone would. */
static cm_code read_back(const marking *m, cm_bytes written, cm_seen *seen, cm_error *err) {
    cm_picture *picture = NULL;
    cm_code code = cm_picture_open(written, m->options->limits, &picture, err);
    if (code == CM_OK)
        code = cm_picture_luma(picture, seen->luma, err);
    if (code == CM_OK)
        code = cm_picture_difference(m->picture, picture, &seen->mean_square, err);
    cm_picture_close(picture);
    return code;
}

/* Asks the detector about what a reader of the written bytes sees. */
static cm_code judge(const marking *m, cm_bytes written, cm_seen *seen, cm_protection *result,
                     bool *good, cm_error *err) {
    bool holds = false;
    cm_code code = seen->known ? CM_OK : read_back(m, written, seen, err);
    if (code == CM_OK)
        code = cm_marking_judge(&m->mark, seen->luma, &result->log10_p, &holds, err);
    if (code == CM_OK) {
        result->psnr = cm_psnr(seen->mean_square);
        *good = holds && (m->info.format != CM_FORMAT_JPEG ||
                          result->psnr >= (double)m->mark.report.psnr - ALLOWED_LOSS_DB);
    }
    return code;
}

static bool rung_applies(const marking *m, const struct rung *r) {
    if (r == &LADDER[0])
        return true;
    if (m->info.format != CM_FORMAT_JPEG)
        return false;
    if (r->finest_step == 0)
        return true;
    return !m->options->keep_tables &&
           cm_picture_coarsest_step(m->picture, m->band) > r->finest_step;
}

static cm_code climb(const marking *m, cm_plane *luma, cm_buf *out, cm_protection *result,
                     cm_error *err) {
    cm_seen seen = {.luma = luma};
    double best = 0;
    for (size_t i = 0; i < RUNGS; i++) {
        const struct rung *r = &LADDER[i];
        bool good = false;
        if (!rung_applies(m, r))
            continue;
        cm_encode_options how = {.jpeg_threshold = r->threshold,
                                 .jpeg_finest_step = r->finest_step,
                                 .jpeg_band = m->band,
                                 .seen = &seen};
        out->size = 0;
        cm_code code = cm_picture_encode(m->picture, &m->mark.change, &how, out, err);
        if (code == CM_OK)
            code = judge(m, cm_buf_bytes(out), &seen, result, &good, err);
        if (code != CM_OK)
            return code;
        result->steps_taken = r->threshold < LADDER[0].threshold;
        result->tables_refined = r->finest_step != 0;
        if (good)
            return CM_OK;
        best = fmin(best, result->log10_p);
        progress(m, 0.4 + 0.6 * (double)(i + 1) / RUNGS);
    }
    return cm_fail(
        err, CM_ERR_CAPACITY,
        "no mark that holds fits within the limit of visibility (log10 p of the best "
        "try %.1f, needed %.0f): a larger or more textured picture%s, a greater strength, or a "
        "shorter payload would be needed",
        best, cm_target_log10_p(m->mark.payload.bits),
        m->info.format == CM_FORMAT_JPEG ? ", a finer JPEG" : "");
}

static cm_code write_marked(const marking *m, cm_buf *out, cm_protection *result, cm_error *err) {
    cm_plane luma = cm_plane_new(m->mark.host.luma.w, m->mark.host.luma.h);
    cm_code code = luma.data != NULL ? climb(m, &luma, out, result, err) : cm_fail_memory(err);
    cm_plane_free(&luma);
    return code;
}

static cm_code mark(marking *m, cm_bytes file, cm_payload_length length, cm_buf *out,
                    cm_protection *result, cm_error *err) {
    const cm_protect_options *o = m->options;
    cm_marking_choice choice = {.key = o->key,
                                .private_layer = o->private_layer,
                                .both_layers = o->both_layers,
                                .payload_length = length,
                                .payload = o->has_payload ? &o->payload : NULL};
    cm_rehearsal rehearsal;
    cm_survived survived = {0};
    cm_code code = cm_marking_begin(&m->mark, &choice, err);
    m->mark.threads = o->threads;
    if (code == CM_OK)
        code = cm_rehearsal_parse(o->survive, &rehearsal, err);
    if (code == CM_OK)
        code = open_host(file, m, err);
    if (code == CM_OK)
        code = cm_marking_refuse_marked(&m->mark, o->look_for, o->look_for_count, &result->earlier,
                                        err);
    progress(m, 0.2);
    if (code == CM_OK)
        code = cm_survive(&m->mark, &rehearsal, cm_strength_limit(o->strength), &survived, err);
    result->payload = m->mark.payload.value;
    result->payload_bits = m->mark.payload.bits;
    result->strength = (double)survived.strength;
    result->survival_count = survived.changes;
    memcpy(result->survival, survived.change, sizeof result->survival);
    progress(m, 0.4);
    if (code == CM_OK)
        code = write_marked(m, out, result, err);
    result->ssim = (double)m->mark.report.ssim;
    result->marked = code == CM_OK;
    return code;
}

cm_code cm_protect_mark(cm_bytes file, const cm_protect_options *options, cm_buf *out,
                        cm_protection *result, cm_error *err) {
    bool any = options->payload_length == CM_PAYLOAD_LONGEST;
    cm_payload_length length = any ? CM_PAYLOAD_64 : options->payload_length;
    cm_code code;
    if (any && options->has_payload)
        return cm_fail(err, CM_ERR_ARGUMENT, CM_PAYLOAD_HAS_LENGTH);
    do {
        marking m = {.options = options};
        out->size = 0;
        code = mark(&m, file, length, out, result, err);
        cm_marking_end(&m.mark);
        cm_picture_close(m.picture);
    } while (code == CM_ERR_CAPACITY && any && cm_marking_shorter(&length));
    return code;
}
