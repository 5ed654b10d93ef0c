#include "text/seeded.h"

#include <stdlib.h>

static int in_order(const void *a, const void *b) {
    const cm_seeded *x = a, *y = b;
    if (x->seed != y->seed)
        return x->seed < y->seed ? -1 : 1;
    if (x->token != y->token)
        return x->token < y->token ? -1 : 1;
    return x->window < y->window ? -1 : x->window > y->window;
}

void cm_seeded_sort(cm_seeded *items, size_t n) {
    qsort(items, n, sizeof *items, in_order);
}
