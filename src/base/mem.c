#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

enum { CM_ALIGNMENT = 64 };

void *cm_calloc(size_t count, size_t size) {
    return calloc(count != 0 ? count : 1, size != 0 ? size : 1);
}

void *cm_alloc_aligned(size_t count, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) ||
        __builtin_add_overflow(bytes, (size_t)CM_ALIGNMENT, &bytes))
        return NULL;
    return aligned_alloc(CM_ALIGNMENT, bytes / CM_ALIGNMENT * CM_ALIGNMENT);
}

char *cm_strndup(const char *text, size_t n) {
    char *copy = cm_calloc(n + 1, 1);
    if (copy != NULL)
        memcpy(copy, text, n);
    return copy;
}
