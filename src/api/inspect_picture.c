/* The layers that live in pixels: a picture is decoded once for our own marks and for others'. */
#include <stdlib.h>

#include "api/inspect.h"

/* What the detector of our own marks needs of the picture: the canvas, and the luma it is made
 * from. */
static cm_code make_canvas(cm_picture *picture, cm_plane *seen, cm_canvas *canvas, cm_error *err) {
    cm_picture_info info = cm_picture_describe(picture);
    int w, h;
    cm_canvas_size((int)info.width, (int)info.height, &w, &h);
    *seen = cm_plane_new(w, h);
    cm_code code = seen->data != NULL ? cm_picture_luma(picture, seen, err) : cm_fail_memory(err);
    if (code == CM_OK)
        code = cm_canvas_new(seen, (int)info.width, (int)info.height, NULL, canvas, err);
    return code;
}

/* The picture is closed before our own detector begins, which takes memory itself. */
static cm_code look(const cm_inspector *i, bool ours, bool theirs, cm_findings *f, cm_error *err) {
    cm_picture *picture = NULL;
    cm_plane seen = {0};
    cm_canvas canvas = {0};
    cm_code code = cm_picture_open(cm_buf_bytes(&f->file), &i->limits, &picture, err);
    if (code == CM_OK) {
        cm_picture_info info = cm_picture_describe(picture);
        f->columns = info.width;
        f->rows = info.height;
    }
    if (code == CM_OK && ours)
        code = make_canvas(picture, &seen, &canvas, err);
    if (code == CM_OK && theirs)
        code = cm_inspect_foreign(i, picture, f, err);
    cm_picture_close(picture);
    if (code == CM_OK && ours)
        code = cm_inspect_watermark(i, &canvas, f, err);
    cm_canvas_free(&canvas);
    cm_plane_free(&seen);
    return code;
}

cm_code cm_inspect_picture(const cm_inspector *i, const cm_source *source, cm_findings *f,
                           cm_error *err) {
    bool ours = (i->options.layers & CM_LOOK_WATERMARK) != 0;
    bool theirs = (i->options.layers & CM_LOOK_FOREIGN) != 0;
    ours = ours && cm_inspect_has_keys(i, f);
    if (!ours && !theirs)
        return CM_OK;
    cm_code code = cm_source_load(source, 0, cm_source_size(source), &f->file, err);
    if (code == CM_OK)
        code = look(i, ours, theirs, f, err);
    return code;
}
