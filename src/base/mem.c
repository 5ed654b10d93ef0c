#include "base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { CM_ALIGNMENT = 64, LARGE_PAGE = 1 << 21 };

/* Asks for large pages where a block holds some whole: what is read all over costs one entry of the
 * processor's tables for 512, and what is written for the first time one fault. A hint: what comes
 * of it doesn't matter. */
static void *ask_large_pages(void *block, size_t bytes) {
#ifdef MADV_HUGEPAGE
    if (block != NULL && bytes >= (size_t)2 * LARGE_PAGE) {
        uintptr_t from = ((uintptr_t)block + LARGE_PAGE - 1) & ~(uintptr_t)(LARGE_PAGE - 1);
        uintptr_t end = ((uintptr_t)block + bytes) & ~(uintptr_t)(LARGE_PAGE - 1);
        (void)madvise((char *)block + (from - (uintptr_t)block), end - from, MADV_HUGEPAGE);
    }
#endif
    return block;
}

void *cm_calloc(size_t count, size_t size) {
    void *block = calloc(count != 0 ? count : 1, size != 0 ? size : 1);
    return ask_large_pages(block, count * size);
}

void *cm_alloc_aligned(size_t count, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) ||
        __builtin_add_overflow(bytes, (size_t)CM_ALIGNMENT, &bytes))
        return NULL;
    return ask_large_pages(aligned_alloc(CM_ALIGNMENT, bytes / CM_ALIGNMENT * CM_ALIGNMENT), bytes);
}

char *cm_strndup(const char *text, size_t n) {
    char *copy = cm_calloc(n + 1, 1);
    if (copy != NULL)
        memcpy(copy, text, n);
    return copy;
}
