#include "embed/host.h"

#include <math.h>

#include "mark/scheme.h"
#include "mark/whiten.h"

static cm_code check_size(int w, int h, cm_error *err) {
    if (w >= CM_LEAST_SIDE && h >= CM_LEAST_SIDE)
        return CM_OK;
    return cm_fail(err, CM_ERR_CAPACITY,
                   "%d x %d pixels is too small to carry a mark: at least %d on each side are "
                   "needed (and 512 x 512 for the full robustness)",
                   w, h, CM_LEAST_SIDE);
}

cm_code cm_host_new(int width, int height, cm_host *out, cm_error *err) {
    double s = cm_canonical_scale(width, height);
    int w = (int)lround(width / s), h = (int)lround(height / s);
    *out = (cm_host){0};
    cm_code code = check_size(w, h, err);
    if (code != CM_OK)
        return code;
    *out = (cm_host){.luma = cm_plane_new(w, h),
                     .residual = cm_plane_new(w, h),
                     .deviation = cm_plane_new(w, h)};
    return out->luma.data != NULL && out->residual.data != NULL && out->deviation.data != NULL
               ? CM_OK
               : cm_fail_memory(err);
}

cm_code cm_host_whiten(cm_host *h, cm_error *err) {
    return cm_whiten(&h->luma, &h->residual, &h->deviation, err);
}

void cm_host_free(cm_host *h) {
    cm_plane_free(&h->luma);
    cm_plane_free(&h->residual);
    cm_plane_free(&h->deviation);
}
