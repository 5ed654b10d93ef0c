/* The picture as the detector sees it: at most a megapixel, whitened (spec/image-mark.md §5). */
#ifndef CM_DETECT_CANVAS_H
#define CM_DETECT_CANVAS_H

#include <stdbool.h>

#include "base/error.h"
#include "detect/lattice.h"
#include "dsp/plane.h"

typedef struct cm_canvas {
    const cm_plane *seen; /* the luma it was made from, the caller's; NULL for a part */
    const cm_plane *residual;
    cm_plane own;       /* the residual, unless it is borrowed */
    int width, height;  /* of the picture itself */
    int left, top;      /* of a part of another canvas: its first pixel of the residual there */
    double scale;       /* of the whole picture against its canonical size */
    cm_lattice nominal; /* cm_canvas_nominal() */
    double shrink_x, shrink_y; /* pixels of the picture for each pixel of the residual */
    double contrast;           /* rms of luma about its mean: 0 for a constant picture */
    bool usable;               /* false: nothing can be there, and there is no residual */
    bool small;                /* so few pixels that pilots may be drowned in them */
} cm_canvas;

/* Size of the luma that the canvas of a width x height picture is made from. */
void cm_canvas_size(int width, int height, int *w, int *h);

/* The lattice, on w x h pixels that a width x height picture was shrunk to, of a mark that nothing
 * was done to but cropping. */
cm_lattice cm_canvas_nominal(int width, int height, int w, int h);

/* The canvas of a picture whose luma, in its own size or shrunk, is `seen`, which outlives the
 * canvas. `residual` is cm_whiten()'s of `seen` where the caller has it, and outlives it too; else
 * NULL. Release with cm_canvas_free(), also after a failure. */
cm_code cm_canvas_new(const cm_plane *seen, int width, int height, const cm_plane *residual,
                      cm_canvas *out, cm_error *err);
void cm_canvas_free(cm_canvas *c);

/* A part of a canvas as a canvas of its own, with the same nominal lattice: `left` and `top` pixels
 * of the residual to its right and below, w x h pixels large. The same release. */
cm_code cm_canvas_part(const cm_canvas *whole, int left, int top, int w, int h, cm_canvas *out,
                       cm_error *err);

#endif
