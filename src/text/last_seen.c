#include "text/last_seen.h"

#include <stdlib.h>

#include "base/mem.h"

enum { FIRST = 1 << 11 };

cm_code cm_last_open(cm_last_seen *s, cm_error *err) {
    *s = (cm_last_seen){.slot = cm_calloc(FIRST, sizeof *s->slot), .slots = FIRST};
    return s->slot != NULL ? CM_OK : cm_fail_memory(err);
}

void cm_last_close(cm_last_seen *s) {
    free(s->slot);
    *s = (cm_last_seen){0};
}

cm_code cm_last_reserve(cm_last_seen *s, size_t more, cm_error *err) {
    cm_last_seen larger = {.slots = s->slots};
    while (larger.slots / 2 < s->used + more) {
        if (larger.slots > SIZE_MAX / 4)
            return cm_fail_memory(err);
        larger.slots *= 4;
    }
    if (larger.slots == s->slots)
        return CM_OK;
    larger.slot = cm_calloc(larger.slots, sizeof *larger.slot);
    if (larger.slot == NULL)
        return cm_fail_memory(err);
    for (size_t i = 0; i < s->slots; i++)
        if (s->slot[i].place != 0)
            (void)cm_last_enter(&larger, s->slot[i].hash, s->slot[i].place - 1);
    free(s->slot);
    *s = larger;
    return CM_OK;
}
