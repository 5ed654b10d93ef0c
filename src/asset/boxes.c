/* Lists of boxes. */
#include <stdio.h>
#include <stdlib.h>

#include "asset/container.h"

cm_code cm_boxes_add(cm_asset_boxes *boxes, const char *name, cm_span where, cm_error *err) {
    if (boxes->count == boxes->capacity) {
        size_t capacity = boxes->capacity != 0 ? 2 * boxes->capacity : 32;
        cm_asset_box *items = realloc(boxes->items, capacity * sizeof *items);
        if (items == NULL)
            return cm_fail_memory(err);
        boxes->items = items;
        boxes->capacity = capacity;
    }
    cm_asset_box *box = &boxes->items[boxes->count++];
    box->where = where;
    (void)snprintf(box->name, sizeof box->name, "%s", name);
    return CM_OK;
}

void cm_asset_boxes_free(cm_asset_boxes *boxes) {
    free(boxes->items);
    *boxes = (cm_asset_boxes){0};
}
