#include "text/native_past.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "text/seen.h"

cm_code cm_native_past_open(cm_native_past *p, size_t capacity, cm_error *err) {
    *p = (cm_native_past){.slots = 16};
    while (p->slots / 2 < capacity && p->slots <= SIZE_MAX / 8)
        p->slots *= 2;
    p->slot = cm_calloc(p->slots, sizeof *p->slot);
    return p->slot != NULL ? CM_OK : cm_fail_memory(err);
}

void cm_native_past_close(cm_native_past *p) {
    free(p->slot);
    *p = (cm_native_past){0};
}

/* Enters the context before `at`; true when there is none like it before. A slot whose position
 * isn't below `at` is of ids that were taken back, and is used anew. Such a slot may hide one
 * behind it in the chain only if that one is later still, so nothing valid is lost. */
static bool enter(cm_native_past *p, const uint32_t *ids, size_t at, size_t width) {
    size_t mask = p->slots - 1;
    size_t i = (size_t)cm_seen_hash(ids + at - width, width) & mask;
    for (; p->slot[i] != 0; i = (i + 1) & mask) {
        size_t there = p->slot[i] - 1;
        if (there >= at)
            break;
        if (memcmp(ids + there - width, ids + at - width, width * sizeof *ids) == 0)
            return false;
    }
    p->used += p->slot[i] == 0;
    p->slot[i] = (uint32_t)(at + 1);
    return true;
}

bool cm_native_past_is_fresh(cm_native_past *p, const cm_text_past *past, int width) {
    size_t w = (size_t)width, first = past->prompt + w;
    if (past->n < first)
        return false;
    if (p->done > past->kept)
        p->done = past->kept;
    if (p->done < first)
        p->done = first;
    if (p->used + (past->n - p->done) >= p->slots / 4 * 3) { /* mostly what was taken back */
        memset(p->slot, 0, p->slots * sizeof *p->slot);
        p->used = 0;
        p->done = first;
    }
    for (; p->done < past->n; p->done++)
        (void)enter(p, past->ids, p->done, w);
    return enter(p, past->ids, past->n, w);
}
