#include "media/rows.h"

#include "media/luma.h"

/* The view of the picture's small twin. */
static cm_view small_view(const cm_view *v, const cm_plane *plane) {
    bool turned = cm_view_turned(v);
    return cm_view_make((uint32_t)(turned ? plane->h : plane->w),
                        (uint32_t)(turned ? plane->w : plane->h), v->orientation);
}

static bool is_small(const cm_view *v, const cm_plane *plane) {
    bool turned = cm_view_turned(v);
    return (uint32_t)plane->w != (turned ? v->height : v->width) ||
           (uint32_t)plane->h != (turned ? v->width : v->height);
}

static bool is_upright(const cm_view *v) {
    return v->orientation == 1;
}

cm_code cm_rows_out_begin(cm_rows_out *o, const cm_view *view, cm_plane *plane, cm_error *err) {
    *o = (cm_rows_out){.view = *view, .plane = plane};
    if (!is_small(view, plane))
        return CM_OK;
    if (!is_upright(view)) {
        cm_view small = small_view(view, plane);
        o->stored = cm_plane_new((int)small.width, (int)small.height);
        if (o->stored.data == NULL)
            return cm_fail_memory(err);
    }
    return cm_shrinker_new((int)view->width, (int)view->height,
                           is_upright(view) ? plane : &o->stored, &o->shrinker, err);
}

void cm_rows_put(cm_rows_out *o, uint32_t y, uint32_t rows, const float *strip, size_t stride) {
    if (o->shrinker == NULL) {
        cm_view_put(&o->view, y, rows, strip, stride, o->plane->data);
        return;
    }
    for (uint32_t j = 0; j < rows; j++)
        cm_shrinker_put(o->shrinker, strip + j * stride);
    if (y + rows == o->view.height)
        cm_rows_turn(o);
}

const cm_plane *cm_rows_small(const cm_rows_out *o) {
    if (o->shrinker == NULL)
        return NULL;
    return is_upright(&o->view) ? o->plane : &o->stored;
}

void cm_rows_turn(cm_rows_out *o) {
    if (is_upright(&o->view))
        return;
    cm_view small = small_view(&o->view, o->plane);
    cm_view_put(&small, 0, small.height, o->stored.data, small.width, o->plane->data);
}

void cm_rows_out_end(cm_rows_out *o) {
    cm_shrinker_free(o->shrinker);
    cm_plane_free(&o->stored);
}

static void bound(float *change, size_t n) {
    for (size_t i = 0; i < n; i++)
        change[i] = cm_luma_change(change[i]);
}

cm_code cm_rows_in_begin(cm_rows_in *in, const cm_view *view, const cm_plane *plane,
                         cm_error *err) {
    *in = (cm_rows_in){.view = *view, .plane = plane};
    if (!is_small(view, plane))
        return CM_OK;
    cm_view small = small_view(view, plane);
    in->stored = cm_plane_new((int)small.width, (int)small.height);
    if (in->stored.data == NULL)
        return cm_fail_memory(err);
    cm_view_get(&small, 0, small.height, plane->data, in->stored.data, small.width);
    bound(in->stored.data, cm_plane_size(&in->stored));
    return cm_grower_new(&in->stored, (int)view->width, (int)view->height, &in->grower, err);
}

void cm_rows_get(cm_rows_in *in, uint32_t y, uint32_t rows, float *strip, size_t stride) {
    if (in->grower == NULL) {
        cm_view_get(&in->view, y, rows, in->plane->data, strip, stride);
        for (uint32_t j = 0; j < rows; j++)
            bound(strip + j * stride, in->view.width);
        return;
    }
    for (uint32_t j = 0; j < rows; j++)
        cm_grower_row(in->grower, (int)(y + j), strip + j * stride);
}

const cm_plane *cm_rows_small_change(const cm_rows_in *in) {
    return in->grower != NULL ? &in->stored : NULL;
}

void cm_rows_in_end(cm_rows_in *in) {
    cm_grower_free(in->grower);
    cm_plane_free(&in->stored);
}
