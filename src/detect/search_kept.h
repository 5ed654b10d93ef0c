/* The best lattices of a grid, by number, until they are picked from (spec/image-mark.md §6.2). */
#ifndef CM_DETECT_SEARCH_KEPT_H
#define CM_DETECT_SEARCH_KEPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct cm_kept {
    float score;
    uint32_t number; /* of the lattice in its grid */
} cm_kept;

/* The room is the caller's. */
typedef struct cm_kept_heap {
    cm_kept *item; /* once it is full, the least score first */
    int count, room;
} cm_kept_heap;

/* Keeps a lattice if it scores enough, and among the best. True when another had to go for it, so
 * that item[0].score is a new bar. */
bool cm_kept_add(cm_kept_heap *h, float score, uint32_t number);

/* Sorts by number, none of which is above `most`; `spare` has room for n as well. */
void cm_kept_sort(cm_kept *all, size_t n, uint32_t most, cm_kept *spare);

#endif
