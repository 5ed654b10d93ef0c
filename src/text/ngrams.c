#include "text/ngrams.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Open addressing, at most half full. The slots point into the text. */
struct cm_ngrams {
    size_t width, slots;
    const uint32_t **slot;
};

cm_code cm_ngrams_new(size_t most, size_t width, cm_ngrams **out, cm_error *err) {
    cm_ngrams *s = cm_calloc(1, sizeof *s);
    *out = s;
    if (s == NULL)
        return cm_fail_memory(err);
    s->width = width;
    s->slots = 16;
    while (s->slots / 2 < most && s->slots <= SIZE_MAX / 4)
        s->slots *= 2;
    s->slot = cm_calloc(s->slots, sizeof *s->slot);
    if (s->slot != NULL)
        return CM_OK;
    cm_ngrams_free(s);
    *out = NULL;
    return cm_fail_memory(err);
}

void cm_ngrams_free(cm_ngrams *s) {
    if (s == NULL)
        return;
    free(s->slot);
    free(s);
}

/* Ids are small and near each other; the multiplications spread them over the word's upper half. */
static size_t hash_of(const uint32_t *ids, size_t n) {
    uint64_t h = 0x9e3779b97f4a7c15u;
    for (size_t i = 0; i < n; i++) {
        h = (h ^ ids[i]) * 0xff51afd7ed558ccdu;
        h ^= h >> 32;
    }
    return (size_t)h;
}

bool cm_ngrams_add(cm_ngrams *s, const uint32_t *ids) {
    size_t mask = s->slots - 1, at = hash_of(ids, s->width) & mask;
    while (s->slot[at] != NULL) {
        if (memcmp(s->slot[at], ids, s->width * sizeof *ids) == 0)
            return false;
        at = (at + 1) & mask;
    }
    s->slot[at] = ids;
    return true;
}
