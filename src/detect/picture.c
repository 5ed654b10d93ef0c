/* A whole picture: as it is, then as an enlarged detail, then its parts. */
#include <math.h>

#include "detect/collage.h"
#include "dsp/resize.h"

/* The search reaches to 2.4 times the canonical size. Seen so much smaller, as far again. */
static const double SHRINK = 2.4;

/* A detail of a large picture, or an enlarged one, has nothing in the band until it is shrunk. */
static cm_code look_smaller(const cm_canvas *canvas, const uint8_t *const *layer_keys, size_t keys,
                            int threads, cm_detection *out, cm_error *err) {
    int w = (int)lround(canvas->seen->w / SHRINK), h = (int)lround(canvas->seen->h / SHRINK);
    cm_detect_options brief = {.brief = true, .threads = threads};
    cm_canvas smaller = {0};
    cm_detection d = {0};
    if (w < CM_LEAST_SIDE || h < CM_LEAST_SIDE)
        return CM_OK;
    cm_plane seen = cm_plane_new(w, h);
    cm_code code =
        seen.data != NULL ? cm_resize_area(canvas->seen, &seen, err) : cm_fail_memory(err);
    if (code == CM_OK)
        code = cm_canvas_new(&seen, canvas->width, canvas->height, NULL, &smaller, err);
    if (code == CM_OK)
        code = cm_detect_area(&smaller, layer_keys, keys, &brief, NULL, &d, err);
    cm_canvas_free(&smaller);
    cm_plane_free(&seen);
    if (code != CM_OK)
        return code;
    uint64_t tests = out->tests + d.tests;
    d.log10_p = fmin(0, d.log10_p + log10(CM_SMALLER_SHARE));
    d.has_payload = d.has_payload && d.log10_p <= CM_MARK_LOG10_P;
    if (d.log10_p < out->log10_p) {
        d.has_lattice = false; /* it isn't one of this canvas */
        cm_detection was = *out;
        *out = d;
        d = was;
    }
    cm_detection_free(&d);
    out->tests = tests;
    return CM_OK;
}

cm_code cm_detect_canvas(const cm_canvas *canvas, const uint8_t *const *layer_keys, size_t keys,
                         const cm_detect_options *options, cm_detection *out, cm_error *err) {
    bool fast = options != NULL && options->fast;
    int threads = options != NULL ? options->threads : 1;
    cm_code code = cm_detect_area(canvas, layer_keys, keys, options, NULL, out, err);
    if (code == CM_OK && !fast && canvas->usable && !out->has_payload &&
        out->log10_p > CM_MARK_LOG10_P)
        code = look_smaller(canvas, layer_keys, keys, threads, out, err);
    if (code == CM_OK && canvas->usable)
        code = cm_collage_look(canvas, layer_keys, keys, fast, threads, out, err);
    if (code != CM_OK)
        cm_detection_free(out);
    return code;
}
