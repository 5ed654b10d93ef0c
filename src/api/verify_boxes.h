/* A file's boxes as verification takes them. */
#ifndef CM_API_VERIFY_BOXES_H
#define CM_API_VERIFY_BOXES_H

#include "asset/asset.h"
#include "sign/verify.h"

typedef struct cm_box_list {
    cm_asset_boxes boxes;
    cm_verify_box *list; /* with borrowed names; NULL where a format has none for its boxes */
    size_t count;        /* bytes behind the last box are one more, "c2pa.after" (§18.7.2) */
} cm_box_list;

/* Nothing, and CM_OK, where a format has no names for its boxes. Free with cm_box_list_free(). */
cm_code cm_box_list_read(const cm_source *source, cm_box_list *out, cm_error *err);
void cm_box_list_free(cm_box_list *l);

#endif
