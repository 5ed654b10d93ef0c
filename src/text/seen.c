#include "text/seen.h"

#include <stdlib.h>

#include "base/mem.h"

enum { FIRST = 1 << 12 };

cm_code cm_seen_open(cm_seen *s, cm_error *err) {
    *s = (cm_seen){.slot = cm_calloc(FIRST, sizeof *s->slot), .slots = FIRST};
    return s->slot != NULL ? CM_OK : cm_fail_memory(err);
}

void cm_seen_close(cm_seen *s) {
    free(s->slot);
    *s = (cm_seen){0};
}

cm_code cm_seen_reserve(cm_seen *s, size_t more, cm_error *err) {
    cm_seen larger = {.slots = s->slots};
    while (larger.slots / 2 < s->used + more) {
        if (larger.slots > SIZE_MAX / 2)
            return cm_fail_memory(err);
        larger.slots *= 2;
    }
    if (larger.slots == s->slots)
        return CM_OK;
    larger.slot = cm_calloc(larger.slots, sizeof *larger.slot);
    if (larger.slot == NULL)
        return cm_fail_memory(err);
    for (size_t i = 0; i < s->slots; i++)
        if (s->slot[i] != 0)
            (void)cm_seen_add(&larger, s->slot[i]);
    free(s->slot);
    *s = larger;
    return CM_OK;
}
