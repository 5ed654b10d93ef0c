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
