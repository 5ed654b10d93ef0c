/* Scores of all lattices of a grid by nearest bins, on one map or on several at once
 * (spec/image-mark.md §6.2). */
#ifndef CM_DETECT_SEARCH_SCORE_H
#define CM_DETECT_SEARCH_SCORE_H

#include "detect/search_grid.h"

/* What each map keeps of the grid: heaps with room for what they may hold, CM_MAPS_AT_ONCE at most.
 * The same whatever the number of threads. */
cm_code cm_search_score(const cm_spectrum *map, int maps, const cm_frequency *pilot,
                        const cm_grid *grid, int threads, cm_kept_heap *kept, cm_error *err);

#endif
