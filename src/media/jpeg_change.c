#include "media/jpeg_change.h"

#include <stdlib.h>

static cm_code watch_begin(cm_jpeg_watch *w, const cm_jpeg_plane *plane, const cm_picture *p,
                           cm_seen *seen, cm_error *err) {
    w->plane = *plane;
    memcpy(w->plane.old_steps, plane->new_steps, sizeof w->plane.old_steps);
    w->seen = seen;
    cm_code code = cm_rows_out_begin(&w->out, &p->view, seen->luma, err);
    const cm_plane *small = code == CM_OK ? cm_rows_small(&w->out) : NULL;
    if (code == CM_OK && small != NULL && cm_jpeg_shrinks(plane, &p->view, small))
        code = cm_jpeg_shrinker_new(plane, plane->new_steps, &p->view, small, &w->shrinker, err);
    else if (code == CM_OK && (w->strip = cm_jpeg_strip_alloc(plane)) == NULL)
        code = cm_fail_memory(err);
    return code;
}

static void watch_row(cm_jpeg_changer *c, uint32_t j, const int16_t *row) {
    cm_jpeg_watch *w = &c->watch;
    w->squares += cm_jpeg_plane_squares(&c->plane, c->rows[j], &w->plane, row);
    if (w->shrinker != NULL) {
        cm_jpeg_shrinker_put(w->shrinker, row);
    } else {
        cm_jpeg_plane_decode(&w->plane, row, w->strip);
        cm_jpeg_plane_put(&w->plane, &c->p->view, j, w->strip, &w->out);
    }
    if (j + 1 < w->plane.blocks_down)
        return;
    if (w->shrinker != NULL)
        cm_rows_turn(&w->out);
    w->seen->mean_square =
        w->squares / ((double)w->plane.blocks_across * w->plane.blocks_down * CM_DCT_SIZE);
    w->seen->known = true;
}

cm_code cm_jpeg_changer_begin(cm_jpeg_changer *c, const cm_picture *p, int component,
                              const cm_jpeg_plane *plane, cm_rows_in *change, cm_seen *seen,
                              cm_error *err) {
    const cm_jpeg_state *s = p->state;
    const cm_plane *small = cm_rows_small_change(change);
    cm_code code = CM_OK;
    *c = (cm_jpeg_changer){.p = p, .rows = s->rows[component], .change = change, .plane = *plane};
    if (small != NULL && cm_jpeg_grows(plane, &p->view, small))
        code = cm_jpeg_grower_new(plane, &p->view, small, &c->grower, err);
    else if ((c->strip = cm_jpeg_strip_alloc(plane)) == NULL)
        code = cm_fail_memory(err);
    bool tells = cm_jpeg_has_luma(s) && plane->ratio_x == 1 && plane->ratio_y == 1;
    if (code == CM_OK && seen != NULL && tells)
        code = watch_begin(&c->watch, plane, p, seen, err);
    return code;
}

void cm_jpeg_changer_end(cm_jpeg_changer *c) {
    cm_jpeg_grower_free(c->grower);
    free(c->strip);
    cm_jpeg_shrinker_free(c->watch.shrinker);
    cm_rows_out_end(&c->watch.out);
    free(c->watch.strip);
}

void cm_jpeg_changer_row(cm_jpeg_changer *c, uint32_t j, int16_t *to) {
    if (c->grower != NULL) {
        cm_jpeg_grower_change(c->grower, j, c->rows[j], to);
    } else {
        cm_jpeg_plane_fetch(&c->plane, &c->p->view, j, c->change, c->strip);
        cm_jpeg_plane_change(&c->plane, c->rows[j], to, c->strip);
    }
    if (c->watch.seen != NULL)
        watch_row(c, j, to);
}
