/* Marking, and making sure: the detector judges the finished bytes, and where it doesn't answer the
 * encoder is asked for more (spec/image-mark.md §4, "JPEG hosts"). */
#include <inttypes.h>
#include <math.h>

#include "api/protect.h"
#include "detect/image.h"
#include "embed/image.h"
#include "mark/key.h"
#include "mark/secret.h"
#include "media/media.h"

/* What the detector must answer on the untouched result: far below the threshold for a finding, so
 * that something is left for what the picture will go through. */
#define TARGET_LOG10_P (-30.0)

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
    uint8_t layer_key[CM_KEY_BYTES];
    cm_picture *picture;
    cm_picture_info info;
    cm_host host;
    cm_plane change; /* at canonical scale */
    cm_embed_report report;
    cm_band band; /* where the mark lives, cycles per pixel */
} marking;

/* `residual` may be NULL: it is then made. */
static cm_code detect(const marking *m, const cm_plane *seen, const cm_plane *residual,
                      cm_detection *d, cm_error *err) {
    const uint8_t *keys[] = {m->layer_key};
    cm_detect_options fast = {.fast = true};
    cm_canvas canvas;
    cm_code code =
        cm_canvas_new(seen, (int)m->info.width, (int)m->info.height, residual, &canvas, err);
    if (code == CM_OK)
        code = cm_detect_canvas(&canvas, keys, 1, &fast, d, err);
    cm_canvas_free(&canvas);
    return code;
}

static void progress(const marking *m, double done) {
    if (m->options->progress != NULL)
        m->options->progress(m->options->progress_context, done);
}

static cm_code open_host(cm_bytes file, marking *m, cm_error *err) {
    cm_code code = cm_picture_open(file, m->options->limits, &m->picture, err);
    if (code != CM_OK)
        return code;
    m->info = cm_picture_describe(m->picture);
    int width = (int)m->info.width, height = (int)m->info.height;
    double s = cm_canonical_scale(width, height);
    m->band = (cm_band){.low = (float)(CM_BAND_LOW / (CM_TILE * s)),
                        .high = (float)(CM_BAND_HIGH / (CM_TILE * s))};
    code = cm_host_new(width, height, &m->host, err);
    if (code == CM_OK)
        code = cm_picture_luma(m->picture, &m->host.luma, err);
    if (code == CM_OK)
        code = cm_host_whiten(&m->host, err);
    m->change = cm_plane_new(m->host.luma.w, m->host.luma.h);
    return code == CM_OK && m->change.data == NULL ? cm_fail_memory(err) : code;
}

/* A second mark of the same key would fight the first. */
static cm_code refuse_marked(const marking *m, cm_error *err) {
    cm_detection d = {0};
    cm_code code = detect(m, &m->host.luma, &m->host.residual, &d, err);
    if (code == CM_OK && d.log10_p <= CM_MARK_LOG10_P)
        code = cm_fail(err, CM_ERR_EXISTS,
                       "the picture carries a mark of key \"%s\" already%s%0*" PRIx64
                       "; detect shows it",
                       cm_key_name(m->options->key), d.has_payload ? ", payload " : " ",
                       d.has_payload ? 16 : 1, d.has_payload ? d.payload : 0);
    cm_detection_free(&d);
    return code;
}

static double psnr_of(double mean_square) {
    return mean_square > 0 ? 10 * log10(255.0 * 255.0 / mean_square) : 99;
}

/* Decodes what was written, as anyone would, and asks the detector. */
static cm_code judge(const marking *m, cm_bytes written, cm_protection *result, bool *good,
                     cm_error *err) {
    cm_picture *picture = NULL;
    cm_detection d = {0};
    double mean_square = 0;
    int w, h;
    cm_canvas_size((int)m->info.width, (int)m->info.height, &w, &h);
    cm_plane seen = cm_plane_new(w, h);
    cm_code code = seen.data != NULL ? cm_picture_open(written, m->options->limits, &picture, err)
                                     : cm_fail_memory(err);
    if (code == CM_OK)
        code = cm_picture_luma(picture, &seen, err);
    if (code == CM_OK)
        code = cm_picture_difference(m->picture, picture, &mean_square, err);
    if (code == CM_OK)
        code = detect(m, &seen, NULL, &d, err);
    if (code == CM_OK) {
        result->log10_p = d.log10_p;
        result->psnr = psnr_of(mean_square);
        *good = d.log10_p <= TARGET_LOG10_P && d.has_payload && d.payload == result->payload &&
                (m->info.format != CM_FORMAT_JPEG ||
                 result->psnr >= (double)m->report.psnr - ALLOWED_LOSS_DB);
    }
    cm_picture_close(picture);
    cm_detection_free(&d);
    cm_plane_free(&seen);
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

static cm_code climb(const marking *m, cm_buf *out, cm_protection *result, cm_error *err) {
    double best = 0;
    for (size_t i = 0; i < RUNGS; i++) {
        const struct rung *r = &LADDER[i];
        bool good = false;
        if (!rung_applies(m, r))
            continue;
        cm_encode_options how = {.jpeg_threshold = r->threshold,
                                 .jpeg_finest_step = r->finest_step,
                                 .jpeg_band = m->band};
        out->size = 0;
        cm_code code = cm_picture_encode(m->picture, &m->change, &how, out, err);
        if (code == CM_OK)
            code = judge(m, cm_buf_bytes(out), result, &good, err);
        if (code != CM_OK)
            return code;
        result->steps_taken = r->threshold < LADDER[0].threshold;
        result->tables_refined = r->finest_step != 0;
        if (good)
            return CM_OK;
        best = fmin(best, result->log10_p);
        progress(m, 0.4 + 0.6 * (double)(i + 1) / RUNGS);
    }
    return cm_fail(err, CM_ERR_CAPACITY,
                   "no mark that holds fits within the limit of visibility (log10 p of the best "
                   "try %.1f, needed %.0f): a larger or more textured picture%s would be needed",
                   best, TARGET_LOG10_P,
                   m->info.format == CM_FORMAT_JPEG ? ", or a finer JPEG," : "");
}

static cm_code mark(marking *m, cm_bytes file, cm_buf *out, cm_protection *result, cm_error *err) {
    const cm_protect_options *o = m->options;
    cm_layer layer = o->private_layer ? CM_LAYER_PRIVATE : CM_LAYER_PUBLIC;
    cm_code code = cm_key_layer(o->key, layer, m->layer_key, err);
    if (code == CM_OK)
        code = open_host(file, m, err);
    if (code == CM_OK)
        code = refuse_marked(m, err);
    result->payload = o->payload;
    if (code == CM_OK && !o->has_payload)
        code = cm_secret_draw(&result->payload, err);
    progress(m, 0.2);
    cm_embed_params params = {.layer_key = m->layer_key,
                              .payload = result->payload,
                              .strength = o->strength != 0 ? o->strength : 1};
    if (code == CM_OK)
        code = cm_embed_change(&m->host, &params, &m->change, &m->report, err);
    progress(m, 0.4);
    if (code == CM_OK)
        code = climb(m, out, result, err);
    result->ssim = (double)m->report.ssim;
    result->marked = code == CM_OK;
    return code;
}

cm_code cm_protect_mark(cm_bytes file, const cm_protect_options *options, cm_buf *out,
                        cm_protection *result, cm_error *err) {
    marking m = {.options = options};
    cm_code code = mark(&m, file, out, result, err);
    cm_secret_erase(m.layer_key, sizeof m.layer_key);
    cm_picture_close(m.picture);
    cm_host_free(&m.host);
    cm_plane_free(&m.change);
    return code;
}
