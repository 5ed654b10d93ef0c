#include "detect/image.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "detect/regions.h"
#include "detect/ring.h"
#include "dsp/resize.h"

static const double LN10 = 2.30258509299404568402, PI = 3.14159265358979323846;
static const double SHOWN_SMALL = 0.95;

enum {
    TRIES = CM_CANDIDATES, /* lattices tried for each search of the whole picture */
    WINDOW = 512,
    SMALL_WINDOW = 256,
    MOST_RESOLUTION = 560,
    LEAST_RESOLUTION = 128,
    SMALL_RESOLUTION = 280,
    THREADS_PIXELS = 256 * 256,
    POWER_PIXELS = 256 * 256 /* below, "nothing found" means little */
};

typedef struct search_work {
    cm_ring *ring;
    const cm_detect_options *options;
    cm_spectra spectra;       /* of large windows */
    cm_spectra small_spectra; /* of small windows: rotation together with a stretch */
} search_work;

static void tell(const search_work *w, double done) {
    if (w->options != NULL && w->options->progress != NULL)
        w->options->progress(w->options->context, done);
}

static int clamp(int v, int lo, int hi) {
    return v < lo ? lo : v > hi ? hi : v;
}

static int resolution_of(const cm_canvas *c) {
    int longer = c->residual->w > c->residual->h ? c->residual->w : c->residual->h;
    return clamp(longer, LEAST_RESOLUTION, MOST_RESOLUTION);
}

static cm_code search_maps(const search_work *w, const cm_spectrum *map, int maps,
                           cm_search_kind kind, int candidates, int tries, cm_error *err) {
    cm_ring_search how = {.map = map,
                          .maps = maps,
                          .kind = kind,
                          .resolution = resolution_of(w->ring->canvas),
                          .candidates = candidates,
                          .tries = tries};
    return cm_ring_search_maps(w->ring, &how, err);
}

static cm_code search_whole(const search_work *w, cm_search_kind kind, cm_error *err) {
    return search_maps(w, &w->spectra.map[0], 1, kind, CM_CANDIDATES, TRIES, err);
}

/* Each window's map alone, several at once. */
static cm_code search_windows(const search_work *w, cm_error *err) {
    cm_code code = CM_OK;
    for (int i = 1; i < w->spectra.count && code == CM_OK && !cm_ring_found(w->ring);) {
        int left = w->spectra.count - i, n = left < CM_MAPS_AT_ONCE ? left : CM_MAPS_AT_ONCE;
        code = search_maps(w, &w->spectra.map[i], n, CM_SEARCH_ROTATION, 12, 8, err);
        i += n;
        tell(w, 0.4 + 0.4 * i / w->spectra.count);
    }
    return code;
}

/* Rotation together with a stretch needs small windows, whose coarse bins forgive both; what is
 * found there is sharpened on the large windows. */
static cm_code search_sheared(search_work *w, cm_error *err) {
    cm_code code =
        cm_spectra_new(w->ring->canvas->residual, SMALL_WINDOW, false, &w->small_spectra, err);
    cm_ring_search how = {.map = &w->small_spectra.map[0],
                          .maps = 1,
                          .kind = CM_SEARCH_SHEARED,
                          .resolution = SMALL_RESOLUTION,
                          .candidates = CM_CANDIDATES,
                          .tries = 64,
                          .sharpen = &w->spectra.map[0],
                          .step = 0.3 / WINDOW};
    return code == CM_OK ? cm_ring_search_maps(w->ring, &how, err) : code;
}

/* Thumbnails hold too few pilots to be found by magnitude; the usual sizes are tried outright. */
static cm_code try_thumbnails(cm_ring *r, cm_error *err) {
    static const double scales[] = {1.0 / 4, 1.0 / 3, 3.0 / 8};
    cm_code code = CM_OK;
    if (!r->canvas->small)
        return CM_OK;
    for (size_t i = 0; i < sizeof scales / sizeof scales[0] && code == CM_OK; i++)
        if (!cm_ring_found(r)) {
            double f = 1 / (CM_TILE * scales[i]);
            code = cm_ring_try(r, (cm_lattice){.xx = f, .yy = f}, true, err);
        }
    return code;
}

/* A picture of more than a megapixel that is shown in fewer pixels has the lattice of its canonical
 * size still. A part of a picture says nothing of the size of the whole. */
static cm_code try_shown_small(cm_ring *r, cm_error *err) {
    const cm_canvas *c = r->canvas;
    double s = sqrt((double)c->width * c->height) / CM_CANONICAL_SIDE;
    if (s > SHOWN_SMALL || c->seen == NULL)
        return CM_OK;
    cm_lattice g = {.xx = (double)lround(c->width / s) / (CM_TILE * (double)c->residual->w),
                    .yy = (double)lround(c->height / s) / (CM_TILE * (double)c->residual->h)};
    return cm_ring_try(r, g, true, err);
}

static cm_code search(search_work *w, cm_error *err) {
    cm_ring *r = w->ring;
    cm_code code = try_shown_small(r, err);
    if (code == CM_OK && !cm_ring_found(r))
        code = cm_spectra_new(r->canvas->residual, WINDOW, true, &w->spectra, err);
    tell(w, 0.1);
    if (code == CM_OK)
        code = search_whole(w, CM_SEARCH_ROTATION, err);
    tell(w, 0.3);
    if (code == CM_OK && w->options != NULL && w->options->brief)
        return CM_OK;
    if (code == CM_OK && !cm_ring_found(r))
        code = search_whole(w, CM_SEARCH_STRETCH, err);
    tell(w, 0.4);
    if (code == CM_OK)
        code = search_windows(w, err);
    if (code == CM_OK && !cm_ring_found(r))
        code = try_thumbnails(r, err);
    if (code == CM_OK && !cm_ring_found(r))
        code = search_sheared(w, err);
    return code;
}

static double tile_coordinate(double x) {
    double u = fmod(x, CM_TILE);
    return u < 0 ? u + CM_TILE : u + 0.0; /* never -0 */
}

/* From lattice and shift to what people call rotation, scale and offset. A = the map from canonical
 * pixels to pixels of the picture. */
static cm_geometry geometry_of(const cm_canvas *c, const cm_suspect *s) {
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
    double base = s->nominal ? c->scale : 1;
    g.rotation_deg = rotation == 0 ? 0 : -rotation * 180 / PI; /* y points down */
    g.scale_x = hypot(xx, yx) / base;
    g.scale_y = hypot(xy, yy) / base;
    /* the shift is what undoes the offset, which is the whole picture's */
    double left = CM_TILE * (t->lattice.xx * c->left + t->lattice.yx * c->top);
    double top = CM_TILE * (t->lattice.xy * c->left + t->lattice.yy * c->top);
    g.offset_x = tile_coordinate(-sign * left - (double)t->shift.x);
    g.offset_y = tile_coordinate(-sign * top - (double)t->shift.y);
    return g;
}

/* What is said of one key. */
static cm_code report(const cm_ring *r, size_t key, cm_detection *out, cm_error *err) {
    const cm_canvas *c = r->canvas;
    const cm_suspect *s = &r->suspect[key];
    const cm_trial *t = &s->trial;
    double ln_keys = log((double)r->count);
    *out = (cm_detection){.key = key,
                          .log10_p = fmin(0, cm_trial_ln_p(t) + ln_keys) / LN10,
                          .power = (double)c->width * c->height >= POWER_PIXELS && c->contrast > 1};
    for (size_t i = 0; i < r->count; i++)
        out->tests += r->suspect[i].trial.lattices;
    if (!t->read)
        return CM_OK;
    out->has_lattice = true;
    out->lattice = t->lattice;
    double read_p = (cm_trial_message_ln_p(t) + ln_keys) / LN10;
    out->has_payload = t->reading.word.valid && read_p <= CM_MARK_LOG10_P;
    out->geometry = geometry_of(c, s);
    if (!out->has_payload)
        return CM_OK;
    out->payload = t->reading.word.payload;
    out->bits_corrected = t->reading.bits_corrected;
    memcpy(out->said, t->reading.said, sizeof out->said);
    out->energy = t->reading.energy;
    memcpy(out->dissent, t->reading.dissent, sizeof out->dissent);
    return cm_regions_find(&t->blocks, t->reading.block_z, c->shrink_x, c->shrink_y, c->width,
                           c->height, out, err);
}

/* Every key at the nominal lattice first: that is where most marks are, and it costs little. */
static cm_code try_nominal(cm_ring *r, cm_error *err) {
    cm_code code = cm_ring_try(r, r->canvas->nominal, true, err);
    for (size_t i = 0; i < r->count; i++)
        r->suspect[i].nominal = code == CM_OK && cm_trial_done(&r->suspect[i].trial);
    return code;
}

/* Where one mark lies there may be others, put on before it or pasted beside it: they went through
 * the same. */
static cm_code try_beside(cm_ring *r, cm_error *err) {
    cm_code code = CM_OK;
    for (size_t i = 0; i < r->count && code == CM_OK; i++)
        if (cm_trial_done(&r->suspect[i].trial) && r->count > 1)
            return cm_ring_try(r, r->suspect[i].trial.lattice, false, err);
    return code;
}

static cm_code try_keys(cm_ring *r, const cm_detect_options *options, const cm_lattice *also,
                        cm_error *err) {
    search_work w = {.ring = r, .options = options};
    cm_code code = try_nominal(r, err);
    if (code == CM_OK && also != NULL && !cm_ring_found(r))
        code = cm_ring_try(r, *also, true, err);
    if (code == CM_OK && !(options != NULL && options->fast) && !cm_ring_found(r)) {
        code = search(&w, err);
        if (code == CM_OK)
            code = try_beside(r, err);
    }
    if (code == CM_OK)
        tell(&w, 1);
    cm_spectra_free(&w.spectra);
    cm_spectra_free(&w.small_spectra);
    return code;
}

static bool is_found(const cm_ring *r, size_t key) {
    double ln_p = cm_trial_ln_p(&r->suspect[key].trial) + log((double)r->count);
    return ln_p <= CM_MARK_LOG10_P * LN10;
}

static int by_p(const void *a, const void *b) {
    double x = ((const cm_detection *)a)->log10_p, y = ((const cm_detection *)b)->log10_p;
    return (x > y) - (x < y);
}

/* The key that answered best, and after it all others whose marks were found. */
static cm_code conclude(const cm_ring *r, cm_detection *out, cm_error *err) {
    size_t best = 0, found = 0;
    for (size_t i = 0; i < r->count; i++) {
        double ln_p = cm_trial_ln_p(&r->suspect[i].trial);
        best = ln_p < cm_trial_ln_p(&r->suspect[best].trial) ? i : best;
        found += is_found(r, i);
    }
    cm_code code = report(r, best, out, err);
    if (code != CM_OK || found < 2)
        return code;
    out->others = cm_calloc(found - 1, sizeof *out->others);
    if (out->others == NULL)
        return cm_fail_memory(err);
    for (size_t i = 0; i < r->count && code == CM_OK; i++)
        if (i != best && is_found(r, i))
            code = report(r, i, &out->others[out->other_count++], err);
    qsort(out->others, out->other_count, sizeof *out->others, by_p);
    return code;
}

/* Small pictures aren't worth the trouble. */
static int threads_for(const cm_canvas *c, const cm_detect_options *options) {
    bool small = cm_plane_size(c->residual) < THREADS_PIXELS;
    return options == NULL || small ? 1 : cm_threads(options->threads);
}

cm_code cm_detect_area(const cm_canvas *c, const uint8_t *const *layer_keys, size_t keys,
                       const cm_detect_options *options, const cm_lattice *also, cm_detection *out,
                       cm_error *err) {
    cm_ring ring;
    *out = (cm_detection){0};
    if (keys == 0)
        return cm_fail(err, CM_ERR_ARGUMENT, "no key to look for");
    if (!c->usable)
        return CM_OK; /* no power, no evidence */
    cm_code code = cm_ring_new(c, layer_keys, keys, &ring, err);
    ring.threads = threads_for(c, options);
    if (code == CM_OK)
        code = try_keys(&ring, options, also, err);
    if (code == CM_OK)
        code = conclude(&ring, out, err);
    cm_ring_free(&ring);
    if (code != CM_OK)
        cm_detection_free(out);
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
    for (size_t i = 0; i < d->other_count; i++)
        free(d->others[i].map.score);
    free(d->others);
    free(d->map.score);
    *d = (cm_detection){0};
}
