/* Windows whose scores come from a generator with a seed of its own for each context: those that
 * share a seed are done together, in the order of their tokens, with one run of the generator. */
#ifndef CM_TEXT_SEEDED_H
#define CM_TEXT_SEEDED_H

#include <stddef.h>
#include <stdint.h>

typedef struct cm_seeded {
    uint64_t seed;
    uint32_t token;
    uint32_t window; /* number in its block */
} cm_seeded;

/* By seed, token and window. */
void cm_seeded_sort(cm_seeded *items, size_t n);

/* Where the seed of items[at] ends. */
static inline size_t cm_seeded_end(const cm_seeded *items, size_t at, size_t n) {
    size_t end = at + 1;
    while (end < n && items[end].seed == items[at].seed)
        end++;
    return end;
}

#endif
