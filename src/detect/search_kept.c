#include "detect/search_kept.h"

#include "detect/search.h"

static void heap_down(cm_kept *h, int n, int i) {
    for (;;) {
        int least = i;
        for (int c = 2 * i + 1; c <= 2 * i + 2 && c < n; c++)
            if (h[c].score < h[least].score)
                least = c;
        if (least == i)
            return;
        cm_kept t = h[i];
        h[i] = h[least];
        h[least] = t;
        i = least;
    }
}

bool cm_kept_add(cm_kept_heap *h, float score, uint32_t number) {
    if (score < CM_SEARCH_LEAST_SCORE)
        return false;
    if (h->count < h->room) {
        h->item[h->count++] = (cm_kept){score, number};
        if (h->count == h->room)
            for (int i = h->room / 2; i >= 0; i--)
                heap_down(h->item, h->room, i);
        return false;
    }
    if (score <= h->item[0].score)
        return false;
    h->item[0] = (cm_kept){score, number};
    heap_down(h->item, h->room, 0);
    return true;
}

void cm_kept_sort(cm_kept *all, size_t n, uint32_t most, cm_kept *spare) {
    enum { BITS = 11, VALUES = 1 << BITS };
    for (int shift = 0; (uint64_t)most >> shift != 0; shift += 2 * BITS)
        for (int pass = 0; pass < 2; pass++) {
            size_t start[VALUES + 1] = {0};
            cm_kept *from = pass == 0 ? all : spare, *to = pass == 0 ? spare : all;
            int by = shift + pass * BITS;
            for (size_t i = 0; i < n; i++)
                start[((uint64_t)from[i].number >> by) % VALUES + 1]++;
            for (int v = 0; v < VALUES; v++)
                start[v + 1] += start[v];
            for (size_t i = 0; i < n; i++)
                to[start[((uint64_t)from[i].number >> by) % VALUES]++] = from[i];
        }
}
