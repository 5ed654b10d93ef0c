#include "text/seen.h"

#include <stdlib.h>

#include "base/mem.h"

enum { FIRST = 1 << 12, SOME = 64 };

cm_code cm_seen_open(cm_seen *s, cm_error *err) {
    *s = (cm_seen){.slot = cm_calloc(FIRST, sizeof *s->slot), .slots = FIRST};
    return s->slot != NULL ? CM_OK : cm_fail_memory(err);
}

void cm_seen_close(cm_seen *s) {
    free(s->slot);
    *s = (cm_seen){0};
}

/* Puts hashes that differ from one another where there is room. That half of the slots are free, in
 * no order, is kept from the processor's guesses: first the hashes are gathered without a branch.
 */
static void take_over(cm_seen *s, const uint64_t *slot, size_t slots) {
    size_t mask = s->slots - 1;
    for (size_t i = 0; i < slots; i += SOME) {
        uint64_t hash[SOME];
        size_t count = 0;
        for (size_t k = i; k < i + SOME; k++) {
            hash[count] = slot[k];
            count += slot[k] != 0;
        }
        for (size_t k = 0; k < count; k++) {
            size_t at = (size_t)hash[k] & mask;
            while (s->slot[at] != 0)
                at = (at + 1) & mask;
            s->slot[at] = hash[k];
        }
    }
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
    take_over(&larger, s->slot, s->slots);
    larger.used = s->used;
    free(s->slot);
    *s = larger;
    return CM_OK;
}
