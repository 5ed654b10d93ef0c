#include "text/synthid_past.h"

#include <stdlib.h>

#include "base/mem.h"
#include "text/synthid.h"

cm_code cm_synthid_past_open(cm_synthid_past *p, size_t capacity, cm_error *err) {
    *p = (cm_synthid_past){.hash = cm_calloc(capacity + 1, sizeof *p->hash)};
    return p->hash != NULL ? CM_OK : cm_fail_memory(err);
}

void cm_synthid_past_close(cm_synthid_past *p) {
    free(p->hash);
}

/* Of the context before the answer's token number `at`. */
static uint64_t hash_at(const cm_synthid_history *h, const uint32_t *answer, size_t at) {
    static const uint32_t zero = 0;
    size_t width = (size_t)h->width, have = at < width ? at : width;
    uint64_t hash = h->start;
    for (size_t i = have; i < width; i++)
        hash = cm_synthid_hash(hash, &zero, 1);
    return cm_synthid_hash(hash, answer + at - have, (int)have);
}

/* The ring that the peer keeps is full of 0 at first. */
static bool was_there(const uint64_t *hash, size_t first, size_t at, size_t size) {
    size_t from = at - first > size ? at - size : first;
    bool there = at - first < size && hash[at] == 0;
    for (size_t i = from; i < at; i++)
        there |= hash[i] == hash[at];
    return there;
}

bool cm_synthid_past_fresh(cm_synthid_past *p, const cm_synthid_history *h,
                           const cm_text_past *past, uint64_t *context) {
    const uint32_t *answer = past->ids + past->prompt;
    size_t n = past->n - past->prompt;
    size_t kept = past->kept > past->prompt ? past->kept - past->prompt : 0;
    size_t first = h->skip ? (size_t)h->width : 0;
    if (p->done > kept)
        p->done = kept;
    for (; p->done <= n; p->done++)
        p->hash[p->done] = hash_at(h, answer, p->done);
    *context = p->hash[n];
    return n >= first && !was_there(p->hash, first, n, h->size);
}
