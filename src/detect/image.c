#include "detect/image.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "detect/regions.h"
#include "detect/search.h"
#include "detect/trial.h"
#include "dsp/resize.h"

static const double LN10 = 2.30258509299404568402, PI = 3.14159265358979323846;

enum {
    TRIES = 24, /* lattices tried for each search of the whole picture */
    WINDOW = 512,
    SMALL_WINDOW = 256,
    MOST_RESOLUTION = 560,
    LEAST_RESOLUTION = 128,
    SMALL_RESOLUTION = 280,
    THUMBNAIL_PIXELS = 400 * 400,
    POWER_PIXELS = 256 * 256 /* below, "nothing found" means little */
};

/* One key and its trial. */
typedef struct suspect {
    cm_layout *layout;
    cm_trial trial;
    bool nominal; /* the best reading is that of the nominal lattice */
} suspect;

typedef struct search_work {
    const cm_canvas *canvas;
    const cm_detect_options *options;
    cm_spectra spectra;       /* of large windows */
    cm_spectra small_spectra; /* of small windows: rotation together with a stretch */
    double done, share;       /* for progress */
} search_work;

static void tell(search_work *w, double part) {
    if (w->options != NULL && w->options->progress != NULL)
        w->options->progress(w->options->context, w->done + w->share * part);
}

static int clamp(int v, int lo, int hi) {
    return v < lo ? lo : v > hi ? hi : v;
}

static int resolution_of(const cm_canvas *c) {
    int longer = c->residual->w > c->residual->h ? c->residual->w : c->residual->h;
    return clamp(longer, LEAST_RESOLUTION, MOST_RESOLUTION);
}

/* Tries the best candidates, as long as they score much like the first. */
static cm_code try_candidates(cm_trial *t, const cm_candidates *c, int most, cm_error *err) {
    cm_code code = CM_OK;
    for (int i = 0; i < c->count && i < most && code == CM_OK && !cm_trial_done(t); i++) {
        if (i >= 3 && c->item[i].score < 0.6f * c->item[0].score)
            break;
        code = cm_trial_try(t, c->item[i].g, false, err);
    }
    return code;
}

static cm_code search_map(const search_work *w, suspect *s, const cm_spectrum *map,
                          cm_search_kind kind, int candidates, int most, cm_error *err) {
    cm_candidates found;
    cm_code code =
        cm_search(map, s->layout->pilot, kind, resolution_of(w->canvas), candidates, &found, err);
    return code == CM_OK ? try_candidates(&s->trial, &found, most, err) : code;
}

/* Rotation together with a stretch needs small windows, whose coarse bins forgive both; what is
 * found there is sharpened on the large windows. */
static cm_code search_sheared(search_work *w, suspect *s, cm_error *err) {
    cm_candidates found;
    cm_code code = CM_OK;
    if (w->small_spectra.count == 0)
        code = cm_spectra_new(w->canvas->residual, SMALL_WINDOW, &w->small_spectra, err);
    if (code == CM_OK)
        code = cm_search(&w->small_spectra.map[0], s->layout->pilot, CM_SEARCH_SHEARED,
                         SMALL_RESOLUTION, CM_CANDIDATES, &found, err);
    if (code != CM_OK)
        return code;
    for (int i = 0; i < found.count; i++)
        found.item[i].score =
            cm_search_refine(&w->spectra.map[0], s->layout->pilot, 0.3 / WINDOW, &found.item[i].g);
    return try_candidates(&s->trial, &found, 12, err);
}

/* Thumbnails hold too few pilots to be found by magnitude; the usual sizes are tried outright. */
static cm_code try_thumbnails(const cm_canvas *c, cm_trial *t, cm_error *err) {
    static const double scales[] = {1.0 / 4, 1.0 / 3, 3.0 / 8};
    cm_code code = CM_OK;
    if (cm_plane_size(c->residual) > THUMBNAIL_PIXELS)
        return CM_OK;
    for (size_t i = 0; i < sizeof scales / sizeof scales[0] && code == CM_OK; i++)
        if (!cm_trial_done(t)) {
            double f = 1 / (CM_TILE * scales[i]);
            code = cm_trial_try(t, (cm_lattice){.xx = f, .yy = f}, true, err);
        }
    return code;
}

static cm_code search_key(search_work *w, suspect *s, cm_error *err) {
    cm_code code = CM_OK;
    if (w->spectra.count == 0)
        code = cm_spectra_new(w->canvas->residual, WINDOW, &w->spectra, err);
    tell(w, 0.1);
    if (code == CM_OK)
        code = search_map(w, s, &w->spectra.map[0], CM_SEARCH_ROTATION, CM_CANDIDATES, TRIES, err);
    tell(w, 0.3);
    if (code == CM_OK && !cm_trial_done(&s->trial))
        code = search_map(w, s, &w->spectra.map[0], CM_SEARCH_STRETCH, CM_CANDIDATES, TRIES, err);
    tell(w, 0.4);
    for (int i = 1; i < w->spectra.count && code == CM_OK && !cm_trial_done(&s->trial); i++) {
        code = search_map(w, s, &w->spectra.map[i], CM_SEARCH_ROTATION, 6, 3, err);
        tell(w, 0.4 + 0.4 * i / w->spectra.count);
    }
    if (code == CM_OK && !cm_trial_done(&s->trial))
        code = try_thumbnails(w->canvas, &s->trial, err);
    if (code == CM_OK && !cm_trial_done(&s->trial))
        code = search_sheared(w, s, err);
    return code;
}

/* From lattice and shift to what people call rotation, scale and offset. A = the map from canonical
 * pixels to pixels of the picture. */
static cm_geometry geometry_of(const cm_canvas *c, const suspect *s) {
    const cm_trial *t = &s->trial;
    /* canonical u = M x, M = T G' with x in residual pixels; picture pixels are shrink times those
     */
    double a = CM_TILE * t->lattice.xx / c->shrink_x, b = CM_TILE * t->lattice.yx / c->shrink_y;
    double d = CM_TILE * t->lattice.xy / c->shrink_x, e = CM_TILE * t->lattice.yy / c->shrink_y;
    double sign = t->shift.turned ? -1 : 1, det = a * e - b * d;
    double xx = sign * e / det, xy = -sign * b / det, yx = -sign * d / det, yy = sign * a / det;
    cm_geometry g = {.flip = det < 0};
    if (g.flip) {
        xx = -xx;
        yx = -yx;
    }
    double rotation = atan2(yx - xy, xx + yy); /* of the nearest rotation */
    double base = s->nominal ? cm_canonical_scale(c->width, c->height) : 1;
    g.rotation_deg = rotation == 0 ? 0 : -rotation * 180 / PI; /* y points down */
    g.scale_x = hypot(xx, yx) / base;
    g.scale_y = hypot(xy, yy) / base;
    /* the shift is what undoes the offset */
    g.offset_x = fmod(CM_TILE - (double)t->shift.x, CM_TILE);
    g.offset_y = fmod(CM_TILE - (double)t->shift.y, CM_TILE);
    return g;
}

static cm_code report(const cm_canvas *c, const suspect *s, size_t keys, uint64_t tests,
                      cm_detection *out, cm_error *err) {
    const cm_trial *t = &s->trial;
    double ln_p = fmin(0, cm_trial_ln_p(t) + log((double)keys));
    out->log10_p = ln_p / LN10;
    out->tests = tests;
    out->power = (double)c->width * c->height >= POWER_PIXELS && c->contrast > 1;
    if (!t->read)
        return CM_OK;
    double read_p = (cm_trial_message_ln_p(t) + log((double)keys)) / LN10;
    out->has_payload = t->reading.word.valid && read_p <= CM_MARK_LOG10_P;
    out->geometry = geometry_of(c, s);
    if (!out->has_payload)
        return CM_OK;
    out->payload = t->reading.word.payload;
    out->bits_corrected = t->reading.bits_corrected;
    return cm_regions_find(&t->blocks, t->reading.block_z, c->shrink_x, c->shrink_y, c->width,
                           c->height, out, err);
}

static cm_code try_nominal(const cm_canvas *c, suspect *s, cm_error *err) {
    cm_code code = cm_trial_try(&s->trial, c->nominal, true, err);
    s->nominal = code == CM_OK && cm_trial_done(&s->trial);
    return code;
}

/* Every key at the nominal lattice first: that is where most marks are, and it costs little. */
static cm_code try_keys(const cm_canvas *c, suspect *s, size_t keys,
                        const cm_detect_options *options, cm_error *err) {
    search_work w = {.canvas = c, .options = options, .share = 1.0 / (double)keys};
    bool fast = options != NULL && options->fast, found = false;
    cm_code code = CM_OK;
    for (size_t i = 0; i < keys && code == CM_OK && !found; i++) {
        code = try_nominal(c, &s[i], err);
        found = s[i].nominal;
    }
    for (size_t i = 0; i < keys && code == CM_OK && !fast && !found; i++) {
        w.done = (double)i / (double)keys;
        code = search_key(&w, &s[i], err);
        found = cm_trial_done(&s[i].trial);
    }
    if (code == CM_OK && options != NULL && options->progress != NULL)
        options->progress(options->context, 1);
    cm_spectra_free(&w.spectra);
    cm_spectra_free(&w.small_spectra);
    return code;
}

static cm_code prepare(const cm_canvas *c, const uint8_t *const *layer_keys, suspect *s,
                       size_t keys, cm_decoder *decoder, cm_error *err) {
    cm_code code = CM_OK;
    for (size_t i = 0; i < keys && code == CM_OK; i++) {
        code = cm_layout_new(layer_keys[i], &s[i].layout, err);
        s[i].trial = (cm_trial){.residual = c->residual, .layout = s[i].layout, .decoder = decoder};
    }
    return code;
}

static cm_code conclude(const cm_canvas *c, const suspect *s, size_t keys, cm_detection *out,
                        cm_error *err) {
    uint64_t tests = 0;
    for (size_t i = 0; i < keys; i++) {
        tests += s[i].trial.lattices;
        if (cm_trial_ln_p(&s[i].trial) < cm_trial_ln_p(&s[out->key].trial))
            out->key = i;
    }
    return report(c, &s[out->key], keys, tests, out, err);
}

cm_code cm_detect_canvas(const cm_canvas *c, const uint8_t *const *layer_keys, size_t keys,
                         const cm_detect_options *options, cm_detection *out, cm_error *err) {
    cm_decoder *decoder = NULL;
    *out = (cm_detection){0};
    if (keys == 0)
        return cm_fail(err, CM_ERR_ARGUMENT, "no key to look for");
    if (!c->usable)
        return CM_OK; /* no power, no evidence */
    suspect *s = cm_calloc(keys, sizeof *s);
    cm_code code = s != NULL ? cm_decoder_new(&decoder, err) : cm_fail_memory(err);
    if (code == CM_OK)
        code = prepare(c, layer_keys, s, keys, decoder, err);
    if (code == CM_OK)
        code = try_keys(c, s, keys, options, err);
    if (code == CM_OK)
        code = conclude(c, s, keys, out, err);
    for (size_t i = 0; s != NULL && i < keys; i++) {
        cm_trial_free(&s[i].trial);
        free(s[i].layout);
    }
    if (code != CM_OK)
        cm_detection_free(out);
    cm_decoder_free(decoder);
    free(s);
    return code;
}

cm_code cm_detect_image(const cm_plane *luma, const uint8_t *const *layer_keys, size_t keys,
                        const cm_detect_options *options, cm_detection *out, cm_error *err) {
    cm_plane small = {0};
    const cm_plane *seen = luma;
    cm_canvas canvas = {0};
    int w, h;
    cm_code code = CM_OK;
    *out = (cm_detection){0};
    cm_canvas_size(luma->w, luma->h, &w, &h);
    if (w != luma->w || h != luma->h) {
        small = cm_plane_new(w, h);
        code = small.data != NULL ? cm_resize_area(luma, &small, err) : cm_fail_memory(err);
        seen = &small;
    }
    if (code == CM_OK)
        code = cm_canvas_new(seen, luma->w, luma->h, NULL, &canvas, err);
    if (code == CM_OK)
        code = cm_detect_canvas(&canvas, layer_keys, keys, options, out, err);
    cm_canvas_free(&canvas);
    cm_plane_free(&small);
    return code;
}

void cm_detection_free(cm_detection *d) {
    free(d->map.score);
    *d = (cm_detection){0};
}
