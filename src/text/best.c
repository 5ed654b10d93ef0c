#include "text/best.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum { RUN = 32 };

/* Nearly all tokens fail at the last place of the list, whole runs of them at a glance. */
static bool any_above(const float *scores, float least) {
    int above = 0;
    for (int i = 0; i < RUN; i++)
        above |= scores[i] > least;
    return above != 0;
}

static uint32_t insert(const float *scores, uint32_t token, uint32_t count, uint32_t most,
                       uint32_t *best) {
    uint32_t at = count;
    if (count == most && !(scores[token] > scores[best[count - 1]]))
        return count;
    while (at > 0 && scores[token] > scores[best[at - 1]])
        at--;
    count += count < most;
    memmove(best + at + 1, best + at, (size_t)(count - 1 - at) * sizeof *best);
    best[at] = token;
    return count;
}

uint32_t cm_best_scores(const float *scores, uint32_t n, uint32_t most, uint32_t *best) {
    uint32_t count = 0, t = 0;
    for (; t + RUN <= n; t += RUN) {
        if (count == most && !any_above(scores + t, scores[best[count - 1]]))
            continue;
        for (uint32_t i = 0; i < RUN; i++)
            count = insert(scores, t + i, count, most, best);
    }
    for (; t < n; t++)
        count = insert(scores, t, count, most, best);
    return count;
}
