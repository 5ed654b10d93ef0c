#include <countermark/pixels.h>

#include "api/describe.h"
#include "api/inspect.h"
#include "media/buffer.h"

static cm_code look_for_mark(const cm_inspector *i, const cm_pixels *p, cm_findings *f,
                             cm_error *err) {
    cm_canvas canvas = {0};
    int w, h;
    f->columns = p->width;
    f->rows = p->height;
    cm_canvas_size((int)p->width, (int)p->height, &w, &h);
    cm_plane seen = cm_plane_new(w, h);
    cm_code code = seen.data != NULL ? cm_buffer_luma(p, &seen, err) : cm_fail_memory(err);
    if (code == CM_OK)
        code = cm_canvas_new(&seen, (int)p->width, (int)p->height, NULL, &canvas, err);
    if (code == CM_OK)
        code = cm_inspect_watermark(i, &canvas, f, err);
    cm_canvas_free(&canvas);
    cm_plane_free(&seen);
    return code;
}

cm_code cm_inspect_pixels(const cm_inspector *inspector, const cm_pixels *pixels,
                          cm_inspection **out, cm_error *err) {
    cm_findings *f = NULL;
    *out = NULL;
    cm_code code = cm_buffer_check(pixels, &inspector->limits, err);
    if (code == CM_OK)
        code = cm_findings_new("", &f, err);
    if (code != CM_OK)
        return code;
    f->shown.media_type = "pixels";
    cm_findings_note(f, "bare pixels: only watermarks of ours are looked for in them");
    if ((inspector->options.layers & CM_LOOK_WATERMARK) != 0 && cm_inspect_has_keys(inspector, f))
        code = look_for_mark(inspector, pixels, f, err);
    if (code != CM_OK) {
        cm_inspection_free(&f->shown);
        return code;
    }
    f->shown.verdict = cm_inspect_judge(f);
    *out = &f->shown;
    return CM_OK;
}
