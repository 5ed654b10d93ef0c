#include "token/tokens.h"

#include <stdlib.h>

#include "base/error.h"

enum { FIRST = 256 };

void cm_tokens_free(cm_tokens *tokens) {
    free(tokens->ids);
    free(tokens->offsets);
    *tokens = (cm_tokens){0};
}

cm_code cm_tokens_grow(cm_tokens *out, size_t n, bool offsets, cm_error *err) {
    size_t capacity = out->capacity != 0 ? out->capacity : FIRST;
    while (capacity - out->count < n) {
        if (capacity > SIZE_MAX / 2 / sizeof *out->offsets)
            return cm_fail_memory(err);
        capacity *= 2;
    }
    uint32_t *ids = realloc(out->ids, capacity * sizeof *ids);
    if (ids == NULL)
        return cm_fail_memory(err);
    out->ids = ids;
    if (offsets) {
        uint64_t *starts = realloc(out->offsets, capacity * sizeof *starts);
        if (starts == NULL)
            return cm_fail_memory(err);
        out->offsets = starts;
    }
    out->capacity = capacity;
    return CM_OK;
}
