#include "detect/canvas.h"

#include <math.h>
#include <string.h>

#include "mark/scheme.h"
#include "mark/whiten.h"

/* Little more than a megapixel is not worth shrinking. */
static const double TOLERANCE = 1.25;

enum {
    LEAST_SIDE = 32, /* below, there is nothing to fold */
    SMALL_PIXELS = 400 * 400
};

void cm_canvas_size(int width, int height, int *w, int *h) {
    double s = cm_canonical_scale(width, height);
    bool shrunk = s * s > TOLERANCE;
    *w = shrunk ? (int)fmax(1, round(width / s)) : width;
    *h = shrunk ? (int)fmax(1, round(height / s)) : height;
}

cm_lattice cm_canvas_nominal(int width, int height, int w, int h) {
    double s = cm_canonical_scale(width, height);
    return (cm_lattice){.xx = (double)lround(width / s) / (CM_TILE * (double)w),
                        .yy = (double)lround(height / s) / (CM_TILE * (double)h)};
}

static double contrast_of(const cm_plane *p) {
    double mean = cm_plane_mean(p);
    return sqrt(fmax(0, cm_plane_mean_square(p) - mean * mean));
}

cm_code cm_canvas_new(const cm_plane *seen, int width, int height, const cm_plane *residual,
                      cm_canvas *out, cm_error *err) {
    *out = (cm_canvas){
        .seen = seen,
        .residual = residual,
        .width = width,
        .height = height,
        .shrink_x = (double)width / seen->w,
        .shrink_y = (double)height / seen->h,
        .nominal = cm_canvas_nominal(width, height, seen->w, seen->h),
        .contrast = contrast_of(seen),
        .scale = cm_canonical_scale(width, height),
        .small = cm_plane_size(seen) <= SMALL_PIXELS,
    };
    out->usable = width >= LEAST_SIDE && height >= LEAST_SIDE && out->contrast > 0;
    if (residual != NULL || !out->usable)
        return CM_OK;
    out->own = cm_plane_new(seen->w, seen->h);
    out->residual = &out->own;
    return out->own.data != NULL ? cm_whiten(seen, &out->own, NULL, err) : cm_fail_memory(err);
}

cm_code cm_canvas_part(const cm_canvas *whole, int left, int top, int w, int h, cm_canvas *out,
                       cm_error *err) {
    *out = *whole;
    out->seen = NULL;
    out->own = cm_plane_new(w, h);
    out->residual = &out->own;
    out->left += left;
    out->top += top;
    out->width = (int)lround(w * whole->shrink_x);
    out->height = (int)lround(h * whole->shrink_y);
    out->small = w * h <= SMALL_PIXELS;
    if (out->own.data == NULL)
        return cm_fail_memory(err);
    for (int y = 0; y < h; y++)
        memcpy(cm_plane_row(&out->own, y), cm_plane_row(whole->residual, top + y) + left,
               (size_t)w * sizeof(float));
    return CM_OK;
}

void cm_canvas_free(cm_canvas *c) {
    cm_plane_free(&c->own);
}
