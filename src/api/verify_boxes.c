#include "api/verify_boxes.h"

#include <stdlib.h>

#include "base/mem.h"

cm_code cm_box_list_read(const cm_source *source, cm_box_list *out, cm_error *err) {
    *out = (cm_box_list){0};
    cm_code code = cm_asset_boxes_read(source, &out->boxes, err);
    if (code == CM_ERR_UNSUPPORTED)
        return CM_OK;
    if (code != CM_OK)
        return code;
    out->list = cm_calloc(out->boxes.count + 1, sizeof *out->list);
    if (out->list == NULL)
        return cm_fail_memory(err);
    out->count = out->boxes.count;
    for (size_t i = 0; i < out->boxes.count; i++)
        out->list[i] =
            (cm_verify_box){.name = out->boxes.items[i].name, .where = out->boxes.items[i].where};
    if (out->boxes.trailing.length != 0)
        out->list[out->count++] =
            (cm_verify_box){.name = "c2pa.after", .where = out->boxes.trailing};
    return CM_OK;
}

void cm_box_list_free(cm_box_list *l) {
    free(l->list);
    cm_asset_boxes_free(&l->boxes);
    *l = (cm_box_list){0};
}
