/* Allocation that can't overflow, and cleanup at scope's end. */
#ifndef CM_BASE_MEM_H
#define CM_BASE_MEM_H

#include <stddef.h>

/* count * size zeroed bytes, or NULL when memory is short or the product overflows. Never returns
 * NULL for a zero count. Release with free(). */
void *cm_calloc(size_t count, size_t size);

/* count * size bytes, not zeroed, aligned to 64 bytes for vector loads; NULL as above.
 * Release with free(). */
void *cm_alloc_aligned(size_t count, size_t size);

/* A NUL-terminated copy of n bytes of text; NULL when memory is short. Release with free(). */
char *cm_strndup(const char *text, size_t n);

#endif
