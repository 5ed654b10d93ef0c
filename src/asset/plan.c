/* Plans: the output as a list of pieces. */
#include <stdlib.h>
#include <string.h>

#include "asset/container.h"

static cm_asset_piece *append(cm_asset_plan *plan, uint64_t length, cm_error *err) {
    if (plan->count == plan->capacity) {
        size_t capacity = plan->capacity != 0 ? 2 * plan->capacity : 8;
        cm_asset_piece *pieces = realloc(plan->pieces, capacity * sizeof *pieces);
        if (pieces == NULL) {
            (void)cm_fail_memory(err);
            return NULL;
        }
        plan->pieces = pieces;
        plan->capacity = capacity;
    }
    plan->size += length;
    cm_asset_piece *piece = &plan->pieces[plan->count++];
    *piece = (cm_asset_piece){0};
    return piece;
}

cm_code cm_plan_copy(cm_asset_plan *plan, cm_span from, cm_error *err) {
    cm_asset_piece *last = plan->count != 0 ? &plan->pieces[plan->count - 1] : NULL;
    if (from.length == 0)
        return CM_OK;
    if (last != NULL && last->kind == CM_PIECE_COPY &&
        last->from.start + last->from.length == from.start) {
        last->from.length += from.length;
        plan->size += from.length;
        return CM_OK;
    }
    cm_asset_piece *piece = append(plan, from.length, err);
    if (piece == NULL)
        return CM_ERR_MEMORY;
    piece->kind = CM_PIECE_COPY;
    piece->from = from;
    return CM_OK;
}

cm_code cm_plan_literal(cm_asset_plan *plan, const void *bytes, uint32_t n, cm_error *err) {
    cm_asset_piece *piece = append(plan, n, err);
    if (piece == NULL)
        return CM_ERR_MEMORY;
    piece->kind = CM_PIECE_LITERAL;
    piece->literal_size = n;
    memcpy(piece->literal, bytes, n);
    return CM_OK;
}

cm_code cm_plan_store(cm_asset_plan *plan, uint64_t length, cm_error *err) {
    plan->where = (cm_span){.start = plan->size, .length = length};
    cm_asset_piece *piece = append(plan, length, err);
    if (piece == NULL)
        return CM_ERR_MEMORY;
    piece->kind = CM_PIECE_STORE;
    return CM_OK;
}

void cm_asset_plan_free(cm_asset_plan *plan) {
    free(plan->pieces);
    *plan = (cm_asset_plan){0};
}
